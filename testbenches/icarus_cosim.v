// Every input of every cycle from stimulus.hex, every output of every cycle, in binary, to results.txt.
// +waves=FILE +from=CYCLE +to=CYCLE: these cycles as a VCD.
// nomul_ports.vh gives the widths and instantiates the design between `in` and `out`.
`timescale 1ns / 1ns
`include "nomul_ports.vh"

module nomul_cosim;
  reg [`NOMUL_CLOCKS-1:0] clocks = 0;
  // The clocks that rise in this cycle are the lowest bits.
  reg [`NOMUL_INPUT_BITS-1:0] in = 0;
  wire [`NOMUL_OUTPUT_BITS-1:0] out;
  integer stimulus;
  integer results;
  integer got;
  integer cycle;
  integer from;
  integer to;
  reg [8*2048-1:0] waves;

  `NOMUL_DUT

  initial begin
    stimulus = $fopen("stimulus.hex", "r");
    results = $fopen("results.txt", "w");
    if (stimulus == 0 || results == 0) begin
      $display("nomul harness: cannot open the stimulus or result file");
      $finish;
    end
    cycle = 0;
    from = -1;
    to = -1;
    if ($value$plusargs("waves=%s", waves)) begin
      got = $value$plusargs("from=%d", from);
      got = $value$plusargs("to=%d", to);
      $dumpfile(waves);
      $dumpvars(0, dut);
      $dumpoff;
    end
    got = $fscanf(stimulus, "%h", in);
    while (got == 1) begin
      if (cycle == from) $dumpon;
      #5 $fwrite(results, "%b\n", out);
      clocks = in[`NOMUL_CLOCKS-1:0];
      #5 clocks = 0;
      if (cycle == to) $dumpoff;
      cycle = cycle + 1;
      got = $fscanf(stimulus, "%h", in);
    end
    $fclose(results);
    $finish;
  end
endmodule
