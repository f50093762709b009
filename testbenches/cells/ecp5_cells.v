// Simulation models of the ECP5 cells that `synth_ecp5` maps to, for Icarus Verilog and Verilator.
//
// The models that Yosys ships for ECP5 are refused by Icarus, and for block RAM and multipliers Yosys ships ports only.
// These are written from the cells' documented behaviour; src/synth/ecp5-cells.test.ts holds LUT4, LUT2, PFUMX, L6MUX21
// and CCU2C against Yosys' models by formal equivalence, TRELLIS_FF and TRELLIS_DPR16X4 in simulation, and DP16KD and
// MULT18X18D against the source Verilog of memories and multipliers that Yosys maps to them.
// A parameter value that a model does not cover stops elaboration: no module nomul_unsupported_parameter exists.

module LUT4(input A, B, C, D, output Z);
  parameter [15:0] INIT = 16'h0000;
  assign Z = INIT[{D, C, B, A}];
endmodule

module LUT2(input A, B, output Z);
  parameter [3:0] INIT = 4'h0;
  assign Z = INIT[{B, A}];
endmodule

module PFUMX(input ALUT, BLUT, C0, output Z);
  assign Z = C0 ? ALUT : BLUT;
endmodule

module L6MUX21(input D0, D1, SD, output Z);
  assign Z = SD ? D1 : D0;
endmodule

// Two bits of a carry chain. Each LUT4 gives propagate; its lower quarter, addressed by A and B, gives generate.
// INJECT1 = "YES" leaves the carry out of the sum and out of generate.
module CCU2C(input CIN, A0, B0, C0, D0, A1, B1, C1, D1, output S0, S1, COUT);
  parameter [15:0] INIT0 = 16'h0000;
  parameter [15:0] INIT1 = 16'h0000;
  parameter INJECT1_0 = "YES";
  parameter INJECT1_1 = "YES";
  localparam USES_CARRY_0 = (INJECT1_0 == "YES") ? 1'b0 : 1'b1;
  localparam USES_CARRY_1 = (INJECT1_1 == "YES") ? 1'b0 : 1'b1;

  wire propagate_0 = INIT0[{D0, C0, B0, A0}];
  wire generate_0 = INIT0[{2'b00, B0, A0}] & USES_CARRY_0;
  wire carry_0 = propagate_0 ? CIN : generate_0;
  assign S0 = propagate_0 ^ (CIN & USES_CARRY_0);

  wire propagate_1 = INIT1[{D1, C1, B1, A1}];
  wire generate_1 = INIT1[{2'b00, B1, A1}] & USES_CARRY_1;
  assign S1 = propagate_1 ^ (carry_0 & USES_CARRY_1);
  assign COUT = propagate_1 ? carry_0 : generate_1;
endmodule

// Flip-flop with clock enable and local set/reset; powers up at its set/reset value.
module TRELLIS_FF(input CLK, LSR, CE, DI, M, output reg Q);
  parameter GSR = "ENABLED";
  parameter CEMUX = "1";
  parameter CLKMUX = "CLK";
  parameter LSRMUX = "LSR";
  parameter SRMODE = "LSR_OVER_CE";
  parameter REGSET = "RESET";
  parameter LSRMODE = "LSR";
  localparam VALUE = (REGSET == "SET") ? 1'b1 : 1'b0;

  generate if (LSRMODE != "LSR") begin : preload
    nomul_unsupported_parameter lsrmode();
  end endgenerate

  wire clock = (CLKMUX == "INV") ? ~CLK : CLK;
  wire reset = (LSRMUX == "INV") ? ~LSR : LSR;
  wire enable = (CEMUX == "1") ? 1'b1 : (CEMUX == "0") ? 1'b0 : (CEMUX == "INV") ? ~CE : CE;

  initial Q = VALUE;
  generate if (SRMODE == "ASYNC") begin : asynchronous
    always @(posedge clock or posedge reset)
      if (reset) Q <= VALUE;
      else if (enable) Q <= DI;
  end else begin : synchronous
    always @(posedge clock)
      if (reset) Q <= VALUE;
      else if (enable) Q <= DI;
  end endgenerate
endmodule

// Distributed RAM, 16 words of 4 bits: synchronous write, asynchronous read.
module TRELLIS_DPR16X4(input [3:0] DI, WAD, input WRE, WCK, input [3:0] RAD, output [3:0] DO);
  parameter WCKMUX = "WCK";
  parameter WREMUX = "WRE";
  parameter [63:0] INITVAL = 64'h0000000000000000;

  wire clock = (WCKMUX == "INV") ? ~WCK : WCK;
  wire write = (WREMUX == "1") ? 1'b1 : (WREMUX == "0") ? 1'b0 : (WREMUX == "INV") ? ~WRE : WRE;

  reg [3:0] mem [0:15];
  integer i;
  initial for (i = 0; i < 16; i = i + 1) mem[i] = INITVAL[4 * i +: 4];
  always @(posedge clock) if (write) mem[WAD] <= DI;
  assign DO = mem[RAD];
endmodule

// 18 x 18 multiplier, each operand signed or unsigned, with optional input, pipeline and output registers.
// Cascade and pass-through outputs (SRO*, RO*) are not driven; nothing that uses them elaborates to a defined value.
module MULT18X18D(
  input
    A0, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16, A17, B0, B1, B2, B3, B4, B5, B6,
    B7, B8, B9, B10, B11, B12, B13, B14, B15, B16, B17, C0, C1, C2, C3, C4, C5, C6, C7, C8, C9, C10, C11, C12,
    C13, C14, C15, C16, C17, SIGNEDA, SIGNEDB, SOURCEA, SOURCEB, CLK0, CLK1, CLK2, CLK3, CE0, CE1, CE2, CE3,
    RST0, RST1, RST2, RST3, SRIA0, SRIA1, SRIA2, SRIA3, SRIA4, SRIA5, SRIA6, SRIA7, SRIA8, SRIA9, SRIA10,
    SRIA11, SRIA12, SRIA13, SRIA14, SRIA15, SRIA16, SRIA17, SRIB0, SRIB1, SRIB2, SRIB3, SRIB4, SRIB5, SRIB6,
    SRIB7, SRIB8, SRIB9, SRIB10, SRIB11, SRIB12, SRIB13, SRIB14, SRIB15, SRIB16, SRIB17,
  output
    SROA0, SROA1, SROA2, SROA3, SROA4, SROA5, SROA6, SROA7, SROA8, SROA9, SROA10, SROA11, SROA12, SROA13,
    SROA14, SROA15, SROA16, SROA17, SROB0, SROB1, SROB2, SROB3, SROB4, SROB5, SROB6, SROB7, SROB8, SROB9,
    SROB10, SROB11, SROB12, SROB13, SROB14, SROB15, SROB16, SROB17, ROA0, ROA1, ROA2, ROA3, ROA4, ROA5, ROA6,
    ROA7, ROA8, ROA9, ROA10, ROA11, ROA12, ROA13, ROA14, ROA15, ROA16, ROA17, ROB0, ROB1, ROB2, ROB3, ROB4,
    ROB5, ROB6, ROB7, ROB8, ROB9, ROB10, ROB11, ROB12, ROB13, ROB14, ROB15, ROB16, ROB17, ROC0, ROC1, ROC2,
    ROC3, ROC4, ROC5, ROC6, ROC7, ROC8, ROC9, ROC10, ROC11, ROC12, ROC13, ROC14, ROC15, ROC16, ROC17, P0, P1,
    P2, P3, P4, P5, P6, P7, P8, P9, P10, P11, P12, P13, P14, P15, P16, P17, P18, P19, P20, P21, P22, P23, P24,
    P25, P26, P27, P28, P29, P30, P31, P32, P33, P34, P35, SIGNEDP
);
  parameter REG_INPUTA_CLK = "NONE";
  parameter REG_INPUTA_CE = "CE0";
  parameter REG_INPUTA_RST = "RST0";
  parameter REG_INPUTB_CLK = "NONE";
  parameter REG_INPUTB_CE = "CE0";
  parameter REG_INPUTB_RST = "RST0";
  parameter REG_INPUTC_CLK = "NONE";
  parameter REG_INPUTC_CE = "CE0";
  parameter REG_INPUTC_RST = "RST0";
  parameter REG_PIPELINE_CLK = "NONE";
  parameter REG_PIPELINE_CE = "CE0";
  parameter REG_PIPELINE_RST = "RST0";
  parameter REG_OUTPUT_CLK = "NONE";
  parameter REG_OUTPUT_CE = "CE0";
  parameter REG_OUTPUT_RST = "RST0";
  parameter CLK0_DIV = "ENABLED";
  parameter CLK1_DIV = "ENABLED";
  parameter CLK2_DIV = "ENABLED";
  parameter CLK3_DIV = "ENABLED";
  parameter HIGHSPEED_CLK = "NONE";
  parameter GSR = "ENABLED";
  parameter CAS_MATCH_REG = "FALSE";
  parameter SOURCEB_MODE = "B_SHIFT";
  parameter MULT_BYPASS = "DISABLED";
  parameter RESETMODE = "SYNC";

  generate if (MULT_BYPASS != "DISABLED" || RESETMODE != "SYNC") begin : unsupported
    nomul_unsupported_parameter mode();
  end endgenerate

  wire [3:0] clocks = {CLK3, CLK2, CLK1, CLK0};
  wire [3:0] enables = {CE3, CE2, CE1, CE0};
  wire [3:0] resets = {RST3, RST2, RST1, RST0};
  // Operands with their sign: one bit more than the pins.
  wire [18:0] a_in = {SIGNEDA & A17, A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1, A0};
  wire [18:0] b_in = {SIGNEDB & B17, B17, B16, B15, B14, B13, B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1, B0};
  wire signed [18:0] a_used, b_used;
  wire signed [37:0] product = a_used * b_used;
  wire [35:0] product_piped, product_out;

  nomul_ecp5_dsp_register #(.WIDTH(19), .CLK(REG_INPUTA_CLK), .CE(REG_INPUTA_CE), .RST(REG_INPUTA_RST))
    register_a(.clocks(clocks), .enables(enables), .resets(resets), .d(a_in), .q(a_used));
  nomul_ecp5_dsp_register #(.WIDTH(19), .CLK(REG_INPUTB_CLK), .CE(REG_INPUTB_CE), .RST(REG_INPUTB_RST))
    register_b(.clocks(clocks), .enables(enables), .resets(resets), .d(b_in), .q(b_used));
  nomul_ecp5_dsp_register #(.WIDTH(36), .CLK(REG_PIPELINE_CLK), .CE(REG_PIPELINE_CE), .RST(REG_PIPELINE_RST))
    register_pipeline(.clocks(clocks), .enables(enables), .resets(resets), .d(product[35:0]), .q(product_piped));
  nomul_ecp5_dsp_register #(.WIDTH(36), .CLK(REG_OUTPUT_CLK), .CE(REG_OUTPUT_CE), .RST(REG_OUTPUT_RST))
    register_output(.clocks(clocks), .enables(enables), .resets(resets), .d(product_piped), .q(product_out));

  assign {P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24, P23, P22, P21, P20, P19, P18, P17, P16, P15, P14, P13, P12, P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0} = product_out;
  assign SIGNEDP = SIGNEDA | SIGNEDB;
endmodule

// One optional register stage of a DSP block; CLK, CE and RST name the line used, CLK = "NONE" passes through.
module nomul_ecp5_dsp_register #(parameter WIDTH = 1, CLK = "NONE", CE = "CE0", RST = "RST0")(
  input [3:0] clocks, enables, resets, input [WIDTH-1:0] d, output [WIDTH-1:0] q);
  generate if (CLK == "NONE") begin : bypassed
    assign q = d;
  end else begin : registered
    wire clock = (CLK == "CLK3") ? clocks[3] : (CLK == "CLK2") ? clocks[2] : (CLK == "CLK1") ? clocks[1] : clocks[0];
    wire enable = (CE == "CE3") ? enables[3] : (CE == "CE2") ? enables[2] : (CE == "CE1") ? enables[1] : enables[0];
    wire reset = (RST == "RST3") ? resets[3] : (RST == "RST2") ? resets[2] : (RST == "RST1") ? resets[1] : resets[0];
    reg [WIDTH-1:0] state = {WIDTH{1'b0}};
    always @(posedge clock)
      if (reset) state <= {WIDTH{1'b0}};
      else if (enable) state <= d;
    assign q = state;
  end endgenerate
endmodule

// Block RAM: 1024 words of 18 bits with two ports of 1, 2, 4, 9, 18 or 36 bits each. The storage is mem[word][17:0], a word
// being two bytes of 9 bits; ports of 1, 2 and 4 bits see the lower 8 bits of each byte. With 36 bits, port A's pins carry
// the lower and port B's pins the upper half in both directions (data in: DIA below DIB; data out: DOA below DOB).
// The lowest address pins of a port of 18 or 36 bits are its byte enables.
module DP16KD(
  input
    DIA0, DIA1, DIA2, DIA3, DIA4, DIA5, DIA6, DIA7, DIA8, DIA9, DIA10, DIA11, DIA12, DIA13, DIA14, DIA15,
    DIA16, DIA17, ADA0, ADA1, ADA2, ADA3, ADA4, ADA5, ADA6, ADA7, ADA8, ADA9, ADA10, ADA11, ADA12, ADA13, CEA,
    OCEA, CLKA, WEA, RSTA, CSA0, CSA1, CSA2, DIB0, DIB1, DIB2, DIB3, DIB4, DIB5, DIB6, DIB7, DIB8, DIB9, DIB10,
    DIB11, DIB12, DIB13, DIB14, DIB15, DIB16, DIB17, ADB0, ADB1, ADB2, ADB3, ADB4, ADB5, ADB6, ADB7, ADB8,
    ADB9, ADB10, ADB11, ADB12, ADB13, CEB, OCEB, CLKB, WEB, RSTB, CSB0, CSB1, CSB2,
  output
    DOA0, DOA1, DOA2, DOA3, DOA4, DOA5, DOA6, DOA7, DOA8, DOA9, DOA10, DOA11, DOA12, DOA13, DOA14, DOA15,
    DOA16, DOA17, DOB0, DOB1, DOB2, DOB3, DOB4, DOB5, DOB6, DOB7, DOB8, DOB9, DOB10, DOB11, DOB12, DOB13,
    DOB14, DOB15, DOB16, DOB17
);
  parameter DATA_WIDTH_A = 18;
  parameter DATA_WIDTH_B = 18;
  parameter REGMODE_A = "NOREG";
  parameter REGMODE_B = "NOREG";
  parameter RESETMODE = "SYNC";
  parameter ASYNC_RESET_RELEASE = "SYNC";
  parameter CSDECODE_A = "0b000";
  parameter CSDECODE_B = "0b000";
  parameter WRITEMODE_A = "NORMAL";
  parameter WRITEMODE_B = "NORMAL";
  parameter CLKAMUX = "CLKA";
  parameter CLKBMUX = "CLKB";
  parameter WID = 0;
  parameter GSR = "ENABLED";
  parameter [319:0] INITVAL_00 = 320'h0;
  parameter [319:0] INITVAL_01 = 320'h0;
  parameter [319:0] INITVAL_02 = 320'h0;
  parameter [319:0] INITVAL_03 = 320'h0;
  parameter [319:0] INITVAL_04 = 320'h0;
  parameter [319:0] INITVAL_05 = 320'h0;
  parameter [319:0] INITVAL_06 = 320'h0;
  parameter [319:0] INITVAL_07 = 320'h0;
  parameter [319:0] INITVAL_08 = 320'h0;
  parameter [319:0] INITVAL_09 = 320'h0;
  parameter [319:0] INITVAL_0A = 320'h0;
  parameter [319:0] INITVAL_0B = 320'h0;
  parameter [319:0] INITVAL_0C = 320'h0;
  parameter [319:0] INITVAL_0D = 320'h0;
  parameter [319:0] INITVAL_0E = 320'h0;
  parameter [319:0] INITVAL_0F = 320'h0;
  parameter [319:0] INITVAL_10 = 320'h0;
  parameter [319:0] INITVAL_11 = 320'h0;
  parameter [319:0] INITVAL_12 = 320'h0;
  parameter [319:0] INITVAL_13 = 320'h0;
  parameter [319:0] INITVAL_14 = 320'h0;
  parameter [319:0] INITVAL_15 = 320'h0;
  parameter [319:0] INITVAL_16 = 320'h0;
  parameter [319:0] INITVAL_17 = 320'h0;
  parameter [319:0] INITVAL_18 = 320'h0;
  parameter [319:0] INITVAL_19 = 320'h0;
  parameter [319:0] INITVAL_1A = 320'h0;
  parameter [319:0] INITVAL_1B = 320'h0;
  parameter [319:0] INITVAL_1C = 320'h0;
  parameter [319:0] INITVAL_1D = 320'h0;
  parameter [319:0] INITVAL_1E = 320'h0;
  parameter [319:0] INITVAL_1F = 320'h0;
  parameter [319:0] INITVAL_20 = 320'h0;
  parameter [319:0] INITVAL_21 = 320'h0;
  parameter [319:0] INITVAL_22 = 320'h0;
  parameter [319:0] INITVAL_23 = 320'h0;
  parameter [319:0] INITVAL_24 = 320'h0;
  parameter [319:0] INITVAL_25 = 320'h0;
  parameter [319:0] INITVAL_26 = 320'h0;
  parameter [319:0] INITVAL_27 = 320'h0;
  parameter [319:0] INITVAL_28 = 320'h0;
  parameter [319:0] INITVAL_29 = 320'h0;
  parameter [319:0] INITVAL_2A = 320'h0;
  parameter [319:0] INITVAL_2B = 320'h0;
  parameter [319:0] INITVAL_2C = 320'h0;
  parameter [319:0] INITVAL_2D = 320'h0;
  parameter [319:0] INITVAL_2E = 320'h0;
  parameter [319:0] INITVAL_2F = 320'h0;
  parameter [319:0] INITVAL_30 = 320'h0;
  parameter [319:0] INITVAL_31 = 320'h0;
  parameter [319:0] INITVAL_32 = 320'h0;
  parameter [319:0] INITVAL_33 = 320'h0;
  parameter [319:0] INITVAL_34 = 320'h0;
  parameter [319:0] INITVAL_35 = 320'h0;
  parameter [319:0] INITVAL_36 = 320'h0;
  parameter [319:0] INITVAL_37 = 320'h0;
  parameter [319:0] INITVAL_38 = 320'h0;
  parameter [319:0] INITVAL_39 = 320'h0;
  parameter [319:0] INITVAL_3A = 320'h0;
  parameter [319:0] INITVAL_3B = 320'h0;
  parameter [319:0] INITVAL_3C = 320'h0;
  parameter [319:0] INITVAL_3D = 320'h0;
  parameter [319:0] INITVAL_3E = 320'h0;
  parameter [319:0] INITVAL_3F = 320'h0;

  generate if (REGMODE_A != "NOREG" || REGMODE_B != "NOREG" || CSDECODE_A != "0b000" || CSDECODE_B != "0b000") begin : unsupported
    nomul_unsupported_parameter mode();
  end endgenerate

  // Each INITVAL holds 16 words, 20 bits apart.
  localparam [64*320-1:0] INITVAL = {
    INITVAL_3F, INITVAL_3E, INITVAL_3D, INITVAL_3C, INITVAL_3B, INITVAL_3A, INITVAL_39, INITVAL_38, INITVAL_37,
    INITVAL_36, INITVAL_35, INITVAL_34, INITVAL_33, INITVAL_32, INITVAL_31, INITVAL_30, INITVAL_2F, INITVAL_2E,
    INITVAL_2D, INITVAL_2C, INITVAL_2B, INITVAL_2A, INITVAL_29, INITVAL_28, INITVAL_27, INITVAL_26, INITVAL_25,
    INITVAL_24, INITVAL_23, INITVAL_22, INITVAL_21, INITVAL_20, INITVAL_1F, INITVAL_1E, INITVAL_1D, INITVAL_1C,
    INITVAL_1B, INITVAL_1A, INITVAL_19, INITVAL_18, INITVAL_17, INITVAL_16, INITVAL_15, INITVAL_14, INITVAL_13,
    INITVAL_12, INITVAL_11, INITVAL_10, INITVAL_0F, INITVAL_0E, INITVAL_0D, INITVAL_0C, INITVAL_0B, INITVAL_0A,
    INITVAL_09, INITVAL_08, INITVAL_07, INITVAL_06, INITVAL_05, INITVAL_04, INITVAL_03, INITVAL_02, INITVAL_01,
    INITVAL_00
  };
  reg [17:0] mem [0:1023];
  integer i;
  initial for (i = 0; i < 1024; i = i + 1) mem[i] = INITVAL[i * 20 +: 18];

  wire clock_a = (CLKAMUX == "INV") ? ~CLKA : CLKA;
  wire clock_b = (CLKBMUX == "INV") ? ~CLKB : CLKB;
  wire [13:0] address_a = {ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0};
  wire [13:0] address_b = {ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0};
  wire [17:0] pins_a = {DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5, DIA4, DIA3, DIA2, DIA1, DIA0};
  wire [17:0] pins_b = {DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5, DIB4, DIB3, DIB2, DIB1, DIB0};
  wire selected_a = CEA & ~CSA0 & ~CSA1 & ~CSA2;
  wire selected_b = CEB & ~CSB0 & ~CSB1 & ~CSB2;
  wire [35:0] read_a, read_b;

  // The bits of the 36-bit pair of words at the address that a write of this width replaces, and their new values.
  function [35:0] write_mask(input integer width, input [13:0] address);
    case (width)
      1: write_mask = 36'h1 << (9 * address[4:3] + address[2:0]);
      2: write_mask = 36'h3 << (9 * address[4:3] + 2 * address[2:1]);
      4: write_mask = 36'hf << (9 * address[4:3] + 4 * address[2]);
      9: write_mask = 36'h1ff << (9 * address[4:3]);
      18: write_mask = {18'h0, {9{address[1]}}, {9{address[0]}}} << (18 * address[4]);
      default: write_mask = {{9{address[3]}}, {9{address[2]}}, {9{address[1]}}, {9{address[0]}}};
    endcase
  endfunction
  function [35:0] write_value(input integer width, input [13:0] address, input [35:0] data);
    case (width)
      1: write_value = {35'h0, data[0]} << (9 * address[4:3] + address[2:0]);
      2: write_value = {34'h0, data[1:0]} << (9 * address[4:3] + 2 * address[2:1]);
      4: write_value = {32'h0, data[3:0]} << (9 * address[4:3] + 4 * address[2]);
      9: write_value = {27'h0, data[8:0]} << (9 * address[4:3]);
      18: write_value = {18'h0, data[17:0]} << (18 * address[4]);
      default: write_value = data;
    endcase
  endfunction
  function [35:0] read_value(input integer width, input [13:0] address, input [35:0] pair);
    case (width)
      1: read_value = (pair >> (9 * address[4:3] + address[2:0])) & 36'h1;
      2: read_value = (pair >> (9 * address[4:3] + 2 * address[2:1])) & 36'h3;
      4: read_value = (pair >> (9 * address[4:3] + 4 * address[2])) & 36'hf;
      9: read_value = (pair >> (9 * address[4:3])) & 36'h1ff;
      18: read_value = (pair >> (18 * address[4])) & 36'h3ffff;
      default: read_value = pair;
    endcase
  endfunction

  wire [35:0] data_a = (DATA_WIDTH_A == 36) ? {pins_b, pins_a} : {18'h0, pins_a};
  wire [35:0] pair_a = {mem[{address_a[13:5], 1'b1}], mem[{address_a[13:5], 1'b0}]};
  wire [35:0] mask_a = write_mask(DATA_WIDTH_A, address_a);
  wire [35:0] written_a = (pair_a & ~mask_a) | (write_value(DATA_WIDTH_A, address_a, data_a) & mask_a);
  wire writes_a = selected_a & WEA & ~(RSTA & (RESETMODE == "SYNC"));
  always @(posedge clock_a)
    if (writes_a) begin
      if (|mask_a[17:0]) mem[{address_a[13:5], 1'b0}] <= written_a[17:0];
      if (|mask_a[35:18]) mem[{address_a[13:5], 1'b1}] <= written_a[35:18];
    end
  nomul_ecp5_read_register #(.WRITEMODE(WRITEMODE_A), .RESETMODE(RESETMODE)) register_a(
    .clock(clock_a), .selected(selected_a), .writes(WEA), .reset(RSTA),
    .old(read_value(DATA_WIDTH_A, address_a, pair_a)),
    .updated(read_value(DATA_WIDTH_A, address_a, written_a)), .q(read_a));

  wire [35:0] data_b = (DATA_WIDTH_B == 36) ? {pins_b, pins_a} : {18'h0, pins_b};
  wire [35:0] pair_b = {mem[{address_b[13:5], 1'b1}], mem[{address_b[13:5], 1'b0}]};
  wire [35:0] mask_b = write_mask(DATA_WIDTH_B, address_b);
  wire [35:0] written_b = (pair_b & ~mask_b) | (write_value(DATA_WIDTH_B, address_b, data_b) & mask_b);
  wire writes_b = selected_b & WEB & ~(RSTB & (RESETMODE == "SYNC"));
  always @(posedge clock_b)
    if (writes_b) begin
      if (|mask_b[17:0]) mem[{address_b[13:5], 1'b0}] <= written_b[17:0];
      if (|mask_b[35:18]) mem[{address_b[13:5], 1'b1}] <= written_b[35:18];
    end
  nomul_ecp5_read_register #(.WRITEMODE(WRITEMODE_B), .RESETMODE(RESETMODE)) register_b(
    .clock(clock_b), .selected(selected_b), .writes(WEB), .reset(RSTB),
    .old(read_value(DATA_WIDTH_B, address_b, pair_b)),
    .updated(read_value(DATA_WIDTH_B, address_b, written_b)), .q(read_b));

  // A 36-bit read port takes over both sets of pins.
  wire [17:0] out_a = (DATA_WIDTH_B == 36) ? read_b[17:0] : read_a[17:0];
  wire [17:0] out_b = (DATA_WIDTH_B == 36) ? read_b[35:18] : read_b[17:0];
  assign {DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5, DOA4, DOA3, DOA2, DOA1, DOA0} = out_a;
  assign {DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5, DOB4, DOB3, DOB2, DOB1, DOB0} = out_b;
endmodule

// The output register of one block RAM port.
module nomul_ecp5_read_register(input clock, selected, writes, reset, input [35:0] old, updated, output reg [35:0] q);
  parameter WRITEMODE = "NORMAL";
  parameter RESETMODE = "SYNC";
  wire [35:0] next = !writes ? old : (WRITEMODE == "WRITETHROUGH") ? updated : (WRITEMODE == "READBEFOREWRITE") ? old : q;
  initial q = 36'h0;
  generate if (RESETMODE == "ASYNC") begin : asynchronous
    always @(posedge clock or posedge reset)
      if (reset) q <= 36'h0;
      else if (selected) q <= next;
  end else begin : synchronous
    always @(posedge clock)
      if (reset) q <= 36'h0;
      else if (selected) q <= next;
  end endgenerate
endmodule
