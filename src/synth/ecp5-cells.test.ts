import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { findTool, npmPackage, runTool } from '../tools/index.js';
import { findDevice, netlistSimulationFiles, synthesize } from './index.js';

// Real tools on a machine that may be busy.
vi.setConfig({ testTimeout: 900_000 });

const OUR_CELLS = netlistSimulationFiles({ family: 'ecp5' })[0] ?? '';
const FAMILY_SHARE = z.object({
  filesystem: z.object({ share: z.object({ ecp5: z.record(z.string(), z.unknown()) }) }),
});

let root = '';
let stockCells = '';
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'nomul-cells-'));
  const resources = join(npmPackage('@yowasp/yosys')?.folder ?? '', 'gen', 'resources-yosys.js');
  const loaded: unknown = await import(pathToFileURL(resources).href);
  stockCells = z.string().parse(FAMILY_SHARE.parse(loaded).filesystem.share.ecp5['cells_sim.v']);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A reproducible sequence of 16-bit numbers. */
function numbers(seed: number, count: number): readonly number[] {
  const values: number[] = [];
  for (let x = seed; values.length < count;) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    values.push(x >>> 16);
  }
  return values;
}
const hex16 = (value: number): string => `16'h${value.toString(16).padStart(4, '0')}`;

/** Every kind of combinational cell, with many parameter values, side by side on the same inputs. */
function combinationalWrapper(): string {
  const truthTables = [0x0000, 0xffff, 0x8000, 0x6996, 0x96aa, ...numbers(1, 24)];
  const luts = truthTables.map(
    (init, i) =>
      `  LUT4 #(.INIT(${hex16(init)})) lut${String(i)}(.A(a[0]), .B(a[1]), .C(a[2]), .D(a[3]), .Z(z[${String(i)}]));`,
  );
  const carries = numbers(2, 24).map((init, i) => {
    const inject = [i & 1, (i >> 1) & 1].map((on) => (on === 1 ? '"YES"' : '"NO"'));
    const other = numbers(100 + i, 1)[0] ?? 0;
    const index = String(i);
    return `  CCU2C #(.INIT0(${hex16(i < 4 ? 0x96aa : init)}), .INIT1(${hex16(other)}), .INJECT1_0(${inject[0] ?? ''}), .INJECT1_1(${inject[1] ?? ''})) carry${index}(
    .CIN(a[8]), .A0(a[0]), .B0(a[1]), .C0(a[2]), .D0(a[3]), .A1(a[4]), .B1(a[5]), .C1(a[6]), .D1(a[7]), .S0(s[${index}]), .S1(t[${index}]), .COUT(c[${index}]));`;
  });
  const small = numbers(3, 16).map(
    (_, i) => `  LUT2 #(.INIT(4'd${String(i)})) two${String(i)}(.A(a[0]), .B(a[1]), .Z(y[${String(i)}]));`,
  );
  return `module cells(input [8:0] a, output [${String(luts.length - 1)}:0] z, output [23:0] s, t, c, output [15:0] y, output m, l);
${[...luts, ...carries, ...small].join('\n')}
  PFUMX pfumx(.ALUT(a[0]), .BLUT(a[1]), .C0(a[2]), .Z(m));
  L6MUX21 l6mux(.D0(a[0]), .D1(a[1]), .SD(a[2]), .Z(l));
endmodule
`;
}

describe('combinational ECP5 cells', () => {
  it("equal Yosys' models for all inputs, by proof", async () => {
    const work = join(root, 'formal');
    mkdirSync(work);
    writeFileSync(join(work, 'wrapper.v'), combinationalWrapper());
    copyFileSync(OUR_CELLS, join(work, 'ours.v'));
    const load = (cells: string, name: string): string =>
      `read_verilog ${cells} wrapper.v; hierarchy -top cells; proc; flatten; opt_clean; rename cells ${name}; design -stash ${name};`;
    const prove =
      'design -copy-from gold gold; design -copy-from gate gate; miter -equiv -flatten -make_outputs gold gate miter;' +
      ' hierarchy -top miter; opt; sat -verify -prove trigger 0 miter';
    const yosys = await findTool('yosys', { force: 'npm' });
    const script = `${load('+/ecp5/cells_sim.v', 'gold')} ${load('ours.v', 'gate')} ${prove}`;
    const run = await runTool(yosys, { args: ['-p', script], cwd: work, timeoutMs: 300_000 });
    expect(run.stdout).toContain('SAT proof finished - no model found: SUCCESS!');
    // The same proof finds a cell that differs.
    const broken = readFileSync(OUR_CELLS, 'utf8').replace(
      'assign S1 = propagate_1 ^',
      'assign S1 = propagate_0 ^',
    );
    writeFileSync(join(work, 'ours.v'), broken);
    await expect(runTool(yosys, { args: ['-p', script], cwd: work, timeoutMs: 300_000 })).rejects.toThrow(
      /model found|proof/i,
    );
  });
});

/** The text of one module of Yosys' models under another name, without its timing block, which Icarus refuses. */
function stockModule(name: string): string {
  const start = stockCells.indexOf(`module ${name}`);
  const end = stockCells.indexOf('endmodule', start);
  if (start < 0) throw new Error(`no module ${name} in Yosys' models`);
  return stockCells
    .slice(start, end)
    .replace(/specify[^]*?endspecify/, '')
    .replace(`module ${name}`, `module stock_${name}`)
    .concat('endmodule\n');
}

function runIcarus(name: string, files: readonly string[], text: string): string {
  const work = join(root, name);
  mkdirSync(work);
  writeFileSync(join(work, 'bench.v'), text);
  for (const image of MEMORY_IMAGES) writeFileSync(join(work, image.name), image.text);
  execFileSync('iverilog', ['-g2005', '-s', 'bench', '-o', 'a.vvp', 'bench.v', ...files], { cwd: work });
  return execFileSync('vvp', ['-n', 'a.vvp'], { cwd: work, encoding: 'utf8' }).trim();
}

describe('sequential ECP5 cells', () => {
  it("TRELLIS_FF and TRELLIS_DPR16X4 equal Yosys' models in simulation, for each parameter value", () => {
    const flops = ['"1"', '"0"', '"INV"', '"CE"'].flatMap((ce) =>
      ['"CLK"', '"INV"'].flatMap((clk) =>
        ['"LSR"', '"INV"'].flatMap((lsr) =>
          ['"LSR_OVER_CE"', '"ASYNC"'].flatMap((mode) =>
            ['"SET"', '"RESET"'].map(
              (set) =>
                `#(.CEMUX(${ce}), .CLKMUX(${clk}), .LSRMUX(${lsr}), .SRMODE(${mode}), .REGSET(${set}))`,
            ),
          ),
        ),
      ),
    );
    const rams = ['"WCK"', '"INV"'].flatMap((clk) =>
      ['"1"', '"0"', '"INV"', '"WRE"'].map(
        (we) => `#(.WCKMUX(${clk}), .WREMUX(${we}), .INITVAL(64'h0123456789abcdef))`,
      ),
    );
    const pair = (
      cell: string,
      parameters: string,
      ports: string,
      output: string,
      width: number,
      at: number,
    ): string =>
      ['', 'stock_']
        .map((prefix, side) => {
          const target = `${side === 0 ? 'ours' : 'theirs'}[${String(at + width - 1)}:${String(at)}]`;
          return `  ${prefix}${cell} ${parameters} ${prefix}u${String(at)}(${ports}, .${output}(${target}));`;
        })
        .join('\n');
    const flopPorts = ".CLK(clk), .LSR(r[0]), .CE(r[1]), .DI(r[2]), .M(1'b0)";
    const ramPorts = '.DI(r[6:3]), .WAD(r[10:7]), .WRE(r[11]), .WCK(clk), .RAD(r[15:12])';
    const instances = [
      ...flops.map((parameters, i) => pair('TRELLIS_FF', parameters, flopPorts, 'Q', 1, i)),
      ...rams.map((parameters, i) =>
        pair('TRELLIS_DPR16X4', parameters, ramPorts, 'DO', 4, flops.length + 4 * i),
      ),
    ];
    const width = flops.length + 4 * rams.length;
    const top = String(width - 1);
    const bench = `${stockModule('TRELLIS_FF')}${stockModule('TRELLIS_DPR16X4')}module bench;
  reg clk; reg [31:0] r = 32'h1; wire [${top}:0] ours, theirs; reg [${top}:0] seen = 0, last; integer i, bad = 0, active = 0;
${instances.join('\n')}
  initial begin
    #1 last = ours; if (ours !== theirs) bad = bad + 1;
    // The first edge comes when everything has settled: at time 0 it would race with the initial values.
    clk = 0;
    for (i = 0; i < 4000; i = i + 1) begin
      // The clock moves alone, and the other inputs move alone, so that no edge races with its data.
      if (i & 1) clk = ~clk; else r = {$random};
      #1 if (ours !== theirs) bad = bad + 1;
      seen = seen | (ours ^ last); last = ours;
    end
    for (i = 0; i <= ${top}; i = i + 1) active = active + seen[i];
    $display("%0d different, %0d active", bad, active);
  end
endmodule
`;
    const [different, active] = runIcarus('sequential', [OUR_CELLS], bench).split(', ');
    expect(different).toBe('0 different');
    // Flip-flops that are never enabled only ever hold their reset value; nearly everything else moves.
    expect(Number.parseInt(active ?? '0', 10)).toBeGreaterThan(width / 2);
  });
});

/** Memories of every width and write mode, and multiplications, as source Verilog that Yosys maps to hard blocks. */
const MEMORIES = `module ram1(input clk, we, input [13:0] a, b, input d, output reg q);
  reg m [0:16383]; initial begin $readmemh("ram1.hex", m); q = 0; end
  always @(posedge clk) begin if (we) m[a] <= d; q <= m[b]; end
endmodule
module ram2(input clk, we, input [12:0] a, b, input [1:0] d, output reg [1:0] q);
  reg [1:0] m [0:8191]; initial begin $readmemh("ram2.hex", m); q = 0; end
  always @(posedge clk) begin if (we) m[a] <= d; q <= m[b]; end
endmodule
module ram4(input clk, we, input [11:0] a, b, input [3:0] d, output reg [3:0] q);
  reg [3:0] m [0:4095]; initial begin $readmemh("ram4.hex", m); q = 0; end
  always @(posedge clk) begin if (we) m[a] <= d; q <= m[b]; end
endmodule
module ram9(input clk, we, re, input [10:0] a, b, input [8:0] d, output reg [8:0] q);
  reg [8:0] m [0:2047]; initial begin $readmemh("ram9.hex", m); q = 0; end
  always @(posedge clk) begin if (we) m[a] <= d; if (re) q <= m[b]; end
endmodule
module ram36(input clk, we, re, input [8:0] a, b, input [35:0] d, output reg [35:0] q);
  reg [35:0] m [0:511]; initial begin $readmemh("ram36.hex", m); q = 0; end
  always @(posedge clk) begin if (we) m[a] <= d; if (re) q <= m[b]; end
endmodule
module bytes(input clk, input [3:0] we, input [8:0] a, b, input [35:0] d, output reg [35:0] q);
  reg [35:0] m [0:511]; integer k; initial begin $readmemh("ram36.hex", m); q = 0; end
  always @(posedge clk) begin
    for (k = 0; k < 4; k = k + 1) if (we[k]) m[a][9 * k +: 9] <= d[9 * k +: 9];
    q <= m[b];
  end
endmodule
module single(input clk, we, re, rst, input [9:0] a, input [17:0] d, output reg [17:0] q);
  reg [17:0] m [0:1023]; initial begin $readmemh("ram18.hex", m); q = 0; end
  always @(posedge clk) begin if (we) m[a] <= d; if (rst) q <= 0; else if (re) q <= m[a]; end
endmodule
module dual(input clk, input wa, wb, input [9:0] a, b, input [17:0] d, e, output reg [17:0] p, q);
  reg [17:0] m [0:1023]; initial begin $readmemh("ram18.hex", m); p = 0; q = 0; end
  always @(posedge clk) if (wa) m[a] <= d; else p <= m[a];
  always @(posedge clk) if (wb) m[b] <= e; else q <= m[b];
endmodule
module rom(input clk, input [9:0] a, output reg [17:0] q);
  reg [17:0] m [0:1023]; initial begin $readmemh("ram18.hex", m); q = 0; end
  always @(posedge clk) q <= m[a];
endmodule
module products(input signed [17:0] x, y, input [17:0] u, v, output signed [35:0] s, output [35:0] n, output signed [35:0] mixed);
  assign s = x * y; assign n = u * v; assign mixed = x * $signed({1'b0, v[16:0]});
endmodule
module dut(input clk, input [127:0] r, output [255:0] o);
  ram1 u1(clk, r[0], r[14:1], r[28:15], r[29], o[0]);
  ram2 u2(clk, r[0], r[13:1], r[27:15], r[30:29], o[2:1]);
  ram4 u4(clk, r[0], {8'h0, r[4:1]}, {8'h0, r[8:5]}, r[33:30], o[6:3]);
  ram9 u9(clk, r[0], r[1], {r[5:2], 7'h5}, {r[9:6], 7'h5}, r[20:12], o[15:7]);
  ram36 u36(clk, r[0], r[1], {5'h3, r[5:2]}, {5'h3, r[9:6]}, r[55:20], o[51:16]);
  bytes ub(clk, r[3:0], {5'h1, r[7:4]}, {5'h1, r[11:8]}, r[55:20], o[87:52]);
  single us(clk, r[0], r[1], &r[3:2], {r[7:4], 6'h2a}, r[37:20], o[105:88]);
  dual ud(clk, r[0], r[1], {r[11:8], 6'h11}, {r[15:13], ~r[8], 6'h11}, r[37:20], r[57:40], o[123:106], o[141:124]);
  rom ur(clk, r[9:0], o[159:142]);
  wire signed [35:0] s, mixed; wire [35:0] n;
  products up(r[17:0], r[35:18], r[53:36], r[71:54], s, n, mixed);
  assign o[195:160] = s; assign o[231:196] = n; assign o[255:232] = mixed[35:12];
endmodule
`;
/** Contents of the memories, by width: file name, words, bits. */
const MEMORY_IMAGES = (
  [
    ['ram1.hex', 16384, 1],
    ['ram2.hex', 8192, 2],
    ['ram4.hex', 4096, 4],
    ['ram9.hex', 2048, 9],
    ['ram18.hex', 1024, 18],
    ['ram36.hex', 512, 36],
  ] as const
).map(([name, words, bits]) => {
  const high = numbers(bits, words);
  const low = numbers(bits + 50, words);
  const word = (i: number): number => ((high[i] ?? 0) * 2 ** 20 + (low[i] ?? 0) * 16 + (i % 16)) % 2 ** bits;
  return { name, text: Array.from({ length: words }, (_, i) => `${word(i).toString(16)}\n`).join('') };
});
const MEMORY_BENCH = `module bench;
  reg clk = 0; reg [127:0] r = 1; wire [255:0] o; integer i;
  dut u(.clk(clk), .r(r), .o(o));
  initial for (i = 0; i < 3000; i = i + 1) begin
    r = {$random, $random, $random, $random}; #1 clk = 1; #1 clk = 0;
    if (i > 3) $display("%h", o);
  end
endmodule
`;

describe('DP16KD and MULT18X18D', () => {
  it('behave as the memories and products that Yosys maps to them', async () => {
    const source = join(root, 'source.v');
    writeFileSync(source, MEMORIES);
    const { netlistVerilog, counts } = await synthesize({
      verilogFiles: [{ name: 'source.v', text: MEMORIES }],
      hexFiles: MEMORY_IMAGES,
      top: 'dut',
      device: findDevice('ecp5-85k'),
      tools: { force: 'npm' },
      cache: join(root, 'cache'),
    });
    expect(counts).toMatchObject({ blockRams: 9, dsps: 3 });
    const expected = runIcarus('rtl', [source], MEMORY_BENCH).split('\n');
    const actual = runIcarus('mapped', [netlistVerilog, OUR_CELLS], MEMORY_BENCH).split('\n');
    expect(expected.length).toBeGreaterThan(2900);
    expect(expected.filter((line) => line.includes('x'))).toEqual([]);
    const firstDifference = expected.findIndex((line, index) => line !== actual[index]);
    expect(
      firstDifference,
      `expected ${expected[firstDifference] ?? ''}, got ${actual[firstDifference] ?? ''}`,
    ).toBe(-1);
  });
});
