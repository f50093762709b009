// slice
module slice (
  input  wire       clk,
  input  wire       rst,
  input  wire [7:0] x_payload,
  input  wire       x_valid,
  output wire       x_ready,
  output wire [7:0] y_payload,
  output wire       y_valid,
  input  wire       y_ready
);

  reg held_valid;
  reg [7:0] held_payload;
  reg held_waiting;
  reg [7:0] held_spare;

  assign x_ready = !held_waiting;
  assign y_payload = held_payload;
  assign y_valid = held_valid;

  initial begin
    held_valid = 1'b0;
    held_waiting = 1'b0;
  end

  always @(posedge clk) begin
    if (rst) begin
      held_valid <= 1'b0;
      held_waiting <= 1'b0;
    end else if (!held_valid | y_ready) begin
      held_valid <= x_valid | held_waiting;
      held_waiting <= 1'b0;
    end else if (x_valid & x_ready) begin
      held_waiting <= 1'b1;
    end
  end

  always @(posedge clk) begin
    if (!held_valid | y_ready) begin
      if (held_waiting) begin
        held_payload <= held_spare;
      end else begin
        held_payload <= x_payload;
      end
    end else if (x_valid & x_ready) begin
      held_spare <= x_payload;
    end
  end
endmodule
