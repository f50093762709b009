// handshake
module handshake (
  input  wire       clk,
  input  wire       rst,
  input  wire       start,
  input  wire       done,
  input  wire [2:0] limit,
  output wire       busy,
  output wire [2:0] left
);

  reg [1:0] state;
  reg [2:0] count;
  reg active;
  reg [2:0] remaining;

  assign busy = active;
  assign left = remaining;

  initial begin
    state = 2'd0;
    count = 3'd7;
  end

  always @* begin
    active = 1'b0;
    case (state)
      2'd1: begin // run
        active = 1'b1;
      end
      2'd2: begin // drain
        active = remaining == 3'd0;
      end
      default: ;
    endcase
  end

  always @* begin
    remaining = 3'd0;
    case (state)
      2'd1: begin // run
        remaining = count;
      end
      default: ;
    endcase
  end

  always @(posedge clk) begin
    if (rst) begin
      state <= 2'd0;
      count <= 3'd7;
    end else begin
      case (state)
        2'd0: begin // idle
          if (start) begin
            state <= 2'd1;
            count <= limit;
          end
        end
        2'd1: begin // run
          count <= count - 3'd1;
          if ((count == 3'd0) | done) begin
            state <= 2'd2;
          end
        end
        default: begin // drain
          state <= 2'd0;
        end
      endcase
    end
  end

`ifndef SYNTHESIS
  always @(posedge clk) begin
    if (!rst) begin
      if (!((count <= 3'd6) | (state == 2'd0))) begin
        $display("%m: the count is under 100%% of 7");
        $finish;
      end
    end
  end
`endif
endmodule
