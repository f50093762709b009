/**
 * Yosys' mapping of memories to SB_RAM40_4K, with the initial contents computed 256 bits at a time. Yosys' own template
 * (techlibs/ice40/brams_map.v) asks a Verilog function for each of 4,096 bits, seconds per RAM: two thirds of the time that a
 * network's weights take. The netlists are equal (tested).
 */

import { contentHash } from '../tools/index.js';

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

const reverse4 = (index: number): number =>
  ((index & 1) << 3) | ((index & 2) << 1) | ((index & 4) >> 1) | ((index & 8) >> 3);

/** First data pin used by ports of 16 / 2^mode bits; bit k is at this pin plus k with its four bits reversed. */
const firstPin: Readonly<Record<number, number>> = { 16: 0, 8: 0, 4: 1, 2: 3 };
const modes = [16, 8, 4, 2] as const;

/** `{bus[pin of the last bit], ..., bus[pin of bit 0]}` */
const pins = (bus: string, width: number): string =>
  `{${range(width)
    .reverse()
    .map((bit) => `${bus}[${String((firstPin[width] ?? 0) + reverse4(bit))}]`)
    .join(', ')}}`;

const instance = (cell: string, readClock: string, writeClock: string): string => `${cell} #(
    ${range(16)
      .map((slice) => `.INIT_${slice.toString(16).toUpperCase()}(slice_init(${String(slice)}))`)
      .join(',\n    ')},
    .READ_MODE(mode(PORT_R_WIDTH)),
    .WRITE_MODE(mode(PORT_W_WIDTH))
  ) _TECHMAP_REPLACE_ (
    .RDATA(RDATA), .${readClock}(PORT_R_CLK), .RCLKE(PORT_R_RD_EN), .RE(1'b1), .RADDR(RADDR),
    .WDATA(WDATA), .${writeClock}(PORT_W_CLK), .WCLKE(PORT_W_WR_EN), .WE(1'b1), .WADDR(WADDR), .MASK(MASK)
  );`;

/** Template for the cells that `memory_libmap -lib +/ice40/brams.txt` makes. */
const template = `module $__ICE40_RAM4K_ (...);
parameter INIT = 0;
parameter OPTION_HAS_BE = 1;
parameter PORT_R_WIDTH = 16;
parameter PORT_W_WIDTH = 16;
parameter PORT_W_WR_BE_WIDTH = 16;
parameter PORT_R_CLK_POL = 1;
parameter PORT_W_CLK_POL = 1;
input PORT_R_CLK;
input PORT_R_RD_EN;
input [10:0] PORT_R_ADDR;
output [PORT_R_WIDTH-1:0] PORT_R_RD_DATA;
input PORT_W_CLK;
input PORT_W_WR_EN;
input [15:0] PORT_W_WR_BE;
input [10:0] PORT_W_ADDR;
input [PORT_W_WIDTH-1:0] PORT_W_WR_DATA;
wire [15:0] RDATA;
wire [15:0] WDATA;
wire [15:0] MASK;
wire [10:0] RADDR = {PORT_R_ADDR[0], PORT_R_ADDR[1], PORT_R_ADDR[2], PORT_R_ADDR[10:3]};
wire [10:0] WADDR = {PORT_W_ADDR[0], PORT_W_ADDR[1], PORT_W_ADDR[2], PORT_W_ADDR[10:3]};
function [1:0] mode;
  input integer width;
  case (width)
${modes.map((width, mode) => `    ${String(width)}: mode = ${String(mode)};`).join('\n')}
  endcase
endfunction
function [255:0] slice_init;
  input [3:0] slice;
  integer word;
  reg [15:0] bits;
  for (word = 0; word < 16; word = word + 1) begin
    bits = INIT[{slice, word[3:0], 4'd0} +: 16];
    slice_init[16 * word +: 16] = ${pins('bits', 16)};
  end
endfunction
generate
case (PORT_R_WIDTH)
${modes.map((width) => `  ${String(width)}: assign PORT_R_RD_DATA = ${pins('RDATA', width)};`).join('\n')}
endcase
case (PORT_W_WIDTH)
${modes
  .slice(1)
  .map((width) => `  ${String(width)}: assign ${pins('WDATA', width)} = PORT_W_WR_DATA;`)
  .join('\n')}
  16: begin
    assign WDATA = ${pins('PORT_W_WR_DATA', 16)};
    assign MASK = ~${pins('PORT_W_WR_BE', 16)};
  end
endcase
if (PORT_R_CLK_POL) begin
  if (PORT_W_CLK_POL) ${instance('SB_RAM40_4K', 'RCLK', 'WCLK')}
  else ${instance('SB_RAM40_4KNW', 'RCLK', 'WCLKN')}
end else begin
  if (PORT_W_CLK_POL) ${instance('SB_RAM40_4KNR', 'RCLKN', 'WCLK')}
  else ${instance('SB_RAM40_4KNRNW', 'RCLKN', 'WCLKN')}
end
endgenerate
endmodule
`;

/** Beside the script that names it; named by its content, so that equal scripts do equal things. */
export const ramTemplate = {
  name: `ice40_ram_${contentHash({ template }).slice(0, 8)}.v`,
  text: template,
} as const;

/** `synth_ice40 FLAGS` with the template above in the place of Yosys' own: its label map_ram as `help synth_ice40` lists it. */
export const synthIce40 = (flags: string): readonly string[] => [
  `synth_ice40 ${flags} -run begin:map_ram`,
  'memory_libmap -lib +/ice40/brams.txt -lib +/ice40/spram.txt -no-auto-huge',
  `techmap -map ${ramTemplate.name} -map +/ice40/spram_map.v`,
  'ice40_braminit',
  `synth_ice40 ${flags} -run map_ffram:`,
];
