// pipeline
module pipeline (
  input  wire               clk,
  input  wire               rst,
  input  wire               valid,
  input  wire signed [5:0]  a,
  input  wire signed [5:0]  b,
  output wire               valid_out,
  output wire signed [11:0] y,
  output wire               parity
);

  reg signed [5:0] stage_a;
  reg signed [5:0] stage_b;
  reg ok;
  reg signed [11:0] y1;

  assign valid_out = ok;
  assign y = y1;
  assign parity = ^y1;

  initial begin
    ok = 1'b0;
    y1 = -12'sd1;
  end

  always @(posedge clk) begin
    if (rst) begin
      ok <= 1'b0;
    end else begin
      ok <= valid;
    end
  end

  always @(posedge clk) begin
    stage_a <= a;
    stage_b <= b;
  end

  always @(posedge clk) begin
    if (valid) begin
      y1 <= stage_a * stage_b;
    end
  end
endmodule
