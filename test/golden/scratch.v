// scratch
module scratch (
  input  wire              clk,
  input  wire              rst,
  input  wire              we,
  input  wire              mask_lo,
  input  wire              mask_hi,
  input  wire [3:0]        wa,
  input  wire [3:0]        lo,
  input  wire signed [3:0] hi,
  input  wire [3:0]        ra,
  input  wire [3:0]        rb,
  input  wire              en,
  output wire [3:0]        lo_a,
  output wire signed [3:0] hi_a,
  output wire signed [5:0] sum
);

  reg [7:0] words [0:9];
  reg [7:0] words_q0;
  wire [7:0] words_q1;

  wire signed [4:0] sum_sum = $signed(words_q1[7:4]) + 5'sd1 + $signed(words_q0[7:4]);

  assign words_q1 = words[rb];
  assign lo_a = words_q0[3:0];
  assign hi_a = words_q0[7:4];
  assign sum = {sum_sum[4], sum_sum};

  initial $readmemh("scratch.words.hex", words);

  always @(posedge clk) begin
    if (we) begin
      if (mask_lo) words[wa][3:0] <= lo;
      if (mask_hi) words[wa][7:4] <= hi;
    end
  end

  always @(posedge clk) begin
    if (en) begin
      words_q0 <= words[ra];
    end
  end

`ifndef SYNTHESIS
  always @(posedge clk) begin
    if (!rst) begin
      if (we) begin
        if (!(wa < 4'd10)) begin
          $display("%m: an address of words is past its 10 words");
          $finish;
        end
      end
      if (!(!en | (ra < 4'd10))) begin
        $display("%m: an address of words is past its 10 words");
        $finish;
      end
      if (!(rb < 4'd10)) begin
        $display("%m: an address of words is past its 10 words");
        $finish;
      end
    end
  end
`endif

  wire unused_bits = &{1'b0, words_q1[3:0]};
endmodule
