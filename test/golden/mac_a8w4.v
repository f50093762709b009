// mac_a8w4: actWidth = 8, weightWidth = 4, accWidth = 24
module mac_a8w4 (
  input  wire               clk,
  input  wire               rst,
  input  wire               en,
  input  wire               clear,
  input  wire signed [7:0]  act,
  input  wire signed [3:0]  weight,
  output wire signed [23:0] acc
);

  reg signed [23:0] sum;

  wire signed [11:0] product = act * weight;

  assign acc = sum;

  initial begin
    sum = 24'sd0;
  end

  always @(posedge clk) begin
    if (rst) begin
      sum <= 24'sd0;
    end else if (clear) begin
      sum <= 24'sd0;
    end else if (en) begin
      sum <= sum + {{12{product[11]}}, product};
    end
  end
endmodule
