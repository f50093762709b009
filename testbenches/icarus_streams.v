// Drives an input stream from beats.hex and writes each output beat to results.txt as "o CYCLE LAST PAYLOAD" (payload in
// binary), each accepted input beat as "i CYCLE", and at the end "c CYCLES". Same gaps and stalls as verilator_streams.cpp.
`timescale 1ns / 1ns
`include "nomul_ports.vh"

module nomul_streams;
  reg clk = 1'b0;
  reg rst = 1'b0;
  // {payload, last} of the offered beat
  reg [`NOMUL_IN_BITS:0] beat = 0;
  reg in_valid = 1'b0;
  reg out_ready = 1'b0;
  wire in_ready;
  wire out_valid;
  wire out_last;
  wire [`NOMUL_OUT_BITS-1:0] out_payload;

  reg [31:0] gap_draw;
  reg [31:0] stall_draw;
  reg stop;
  reg more;
  integer beats;
  integer results;
  integer got;
  integer cycle;
  integer outputs;
  integer extra;
  integer i;

  `NOMUL_DUT

  function [31:0] xorshift(input [31:0] state);
    reg [31:0] a;
    reg [31:0] b;
    begin
      a = state ^ (state << 13);
      b = a ^ (a >> 17);
      xorshift = b ^ (b << 5);
    end
  endfunction

  initial begin
    beats = $fopen("beats.hex", "r");
    results = $fopen("results.txt", "w");
    if (beats == 0 || results == 0) begin
      $display("nomul harness: cannot open the beats or result file");
      $finish;
    end
    gap_draw = `NOMUL_SEED ^ 32'h9e3779b9;
    stall_draw = `NOMUL_SEED ^ 32'h7f4a7c15;
    if (gap_draw == 0) gap_draw = 1;
    if (stall_draw == 0) stall_draw = 1;
    rst = 1'b1;
    for (i = 0; i < `NOMUL_RESET_CYCLES; i = i + 1) begin
      #5 clk = 1'b1;
      #5 clk = 1'b0;
    end
    rst = 1'b0;
    outputs = 0;
    extra = 0;
    stop = 1'b0;
    more = 1'b1;
    for (cycle = 0; cycle < `NOMUL_MAX_CYCLES && !stop; cycle = cycle + 1) begin
      gap_draw = xorshift(gap_draw);
      stall_draw = xorshift(stall_draw);
      if (!in_valid && more && gap_draw[7:0] >= `NOMUL_GAPS) begin
        got = $fscanf(beats, "%h", beat);
        if (got == 1) in_valid = 1'b1;
        else more = 1'b0;
      end
      out_ready = stall_draw[7:0] >= `NOMUL_STALLS;
      #5;
      if (in_valid && in_ready !== 1'b0) begin
        if (in_ready === 1'b1) $fwrite(results, "i %0d\n", cycle);
        else $fwrite(results, "x %0d in_ready\n", cycle);
      end
      if (out_valid === 1'b1 && out_ready) begin
        $fwrite(results, "o %0d %b %b\n", cycle, out_last, out_payload);
        outputs = outputs + 1;
      end else if (out_valid !== 1'b0 && out_ready) $fwrite(results, "x %0d out_valid\n", cycle);
      got = in_valid && in_ready === 1'b1;
      clk = 1'b1;
      // Inputs change after the edge: a mapped netlist may delay its clock.
      #5 clk = 1'b0;
      if (got != 0) in_valid = 1'b0;
      if (outputs >= `NOMUL_WANTED) begin
        extra = extra + 1;
        if (extra > `NOMUL_EXTRA_CYCLES) stop = 1'b1;
      end
    end
    $fwrite(results, "c %0d\n", cycle);
    $fclose(results);
    $finish;
  end
endmodule
