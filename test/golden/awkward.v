// awkward
module awkward (
  input  wire signed [7:0]  x,
  input  wire [7:0]         u,
  input  wire [2:0]         k,
  input  wire               pins,
  input  wire [3:0]         spare,
  output wire signed [18:0] y,
  output wire [13:0]        bits,
  output wire signed [7:0]  shifted,
  output wire               less,
  output wire               pin,
  output wire signed [19:0] wide
);

  wire pin_buffer_GLOBAL_BUFFER_OUTPUT;

  wire signed [9:0] y_sum = $signed({{2{x[7]}}, x}) + $signed({1'b0, u});
  wire signed [8:0] wide_choice = pins ? {x[7], x} : {1'b0, u};

  assign y = y_sum * y_sum - $signed({11'd0, u});
  assign bits = {u[6:3], -{x[7], x}, !u[6]};
  assign shifted = x >>> k;
  assign less = $signed({1'b0, u}) < $signed({x[7], x});
  assign pin = pin_buffer_GLOBAL_BUFFER_OUTPUT;
  assign wide = {{11{wide_choice[8]}}, wide_choice};

  SB_GB #(
    .SIMULATION(1),
    .MODE("FAST")
  ) pin_buffer (
    .USER_SIGNAL_TO_GLOBAL_BUFFER(pins),
    .GLOBAL_BUFFER_OUTPUT(pin_buffer_GLOBAL_BUFFER_OUTPUT)
  );

  wire unused_bits = &{1'b0, spare};
endmodule
