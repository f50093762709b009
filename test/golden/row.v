// row
module row (
  input  wire               clk,
  input  wire               rst,
  input  wire               en,
  input  wire signed [7:0]  act,
  input  wire signed [3:0]  weights_left,
  input  wire signed [3:0]  weights_right,
  output wire signed [24:0] total,
  output wire signed [7:0]  scaled
);

  wire signed [23:0] pe_0_acc;
  wire signed [23:0] pe_1_acc;
  wire signed [23:0] unused_pe_2_acc;

  wire signed [24:0] scaled_sum = pe_1_acc + 25'sd32;
  wire signed [18:0] scaled_bits = scaled_sum[24:6];

  assign total = pe_0_acc + pe_1_acc;
  assign scaled = scaled_bits < -19'sd128 ? 8'd128 : scaled_bits > 19'sd127 ? 8'd127 : scaled_bits[7:0];

  mac_a8w4 pe_0 (
    .clk(clk),
    .rst(rst),
    .en(en),
    .clear(!en),
    .act(act),
    .weight(weights_left),
    .acc(pe_0_acc)
  );

  mac_a8w4 pe_1 (
    .clk(clk),
    .rst(rst),
    .en(en),
    .clear(1'b0),
    .act(act),
    .weight(weights_right),
    .acc(pe_1_acc)
  );

  mac_a8w4 pe_2 (
    .clk(clk),
    .rst(rst),
    .en(en),
    .clear(1'b0),
    .act(-act),
    .weight(4'sd3),
    .acc(unused_pe_2_acc)
  );

  wire unused_bits = &{1'b0, scaled_sum[5:0]};
endmodule
