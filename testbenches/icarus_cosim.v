// Every input of every cycle from stimulus.hex, every output of every cycle, in binary, to results.txt.
// nomul_ports.vh gives the widths and instantiates the design between `in` and `out`.
`timescale 1ns / 1ns
`include "nomul_ports.vh"

module nomul_cosim;
  reg clk = 1'b0;
  reg [`NOMUL_INPUT_BITS-1:0] in = 0;
  wire [`NOMUL_OUTPUT_BITS-1:0] out;
  integer stimulus;
  integer results;
  integer got;

  `NOMUL_DUT

  initial begin
    stimulus = $fopen("stimulus.hex", "r");
    results = $fopen("results.txt", "w");
    if (stimulus == 0 || results == 0) begin
      $display("nomul harness: cannot open the stimulus or result file");
      $finish;
    end
    got = $fscanf(stimulus, "%h", in);
    while (got == 1) begin
      #5 $fwrite(results, "%b\n", out);
      clk = 1'b1;
      #5 clk = 1'b0;
      got = $fscanf(stimulus, "%h", in);
    end
    $fclose(results);
    $finish;
  end
endmodule
