// gate
module gate (
  input  wire       clk,
  input  wire       rst,
  input  wire [7:0] x_payload,
  input  wire       x_valid,
  output wire       x_ready,
  input  wire       open,
  output wire [7:0] y_payload,
  output wire       y_valid,
  input  wire       y_ready
);

  reg [1:0] state;
  wire first_y_ready;
  wire second_y_ready;
  wire [7:0] first_y_payload;
  wire first_y_valid;
  wire [7:0] second_y_payload;
  wire second_y_valid;

  wire state_shut = state[0];
  wire state_passing = state[1];

  assign second_y_ready = y_ready & state_passing;
  assign y_payload = second_y_payload;
  assign y_valid = second_y_valid & state_passing;

  initial begin
    state = 2'd1;
  end

  slice first (
    .clk(clk),
    .rst(rst),
    .x_payload(x_payload),
    .x_valid(x_valid),
    .x_ready(x_ready),
    .y_payload(first_y_payload),
    .y_valid(first_y_valid),
    .y_ready(first_y_ready)
  );

  slice second (
    .clk(clk),
    .rst(rst),
    .x_payload(first_y_payload),
    .x_valid(first_y_valid),
    .x_ready(first_y_ready),
    .y_payload(second_y_payload),
    .y_valid(second_y_valid),
    .y_ready(second_y_ready)
  );

  always @(posedge clk) begin
    if (rst) begin
      state <= 2'd1;
    end else if (state_shut) begin
      if (open) begin
        state <= 2'd2;
      end
    end else begin
      if (!open & !second_y_valid) begin
        state <= 2'd1;
      end
    end
  end
endmodule
