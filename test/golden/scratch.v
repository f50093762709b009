// scratch
module scratch (
  input  wire              clk,
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

  wire unused_bits = &{1'b0, words_q1[3:0]};
endmodule
