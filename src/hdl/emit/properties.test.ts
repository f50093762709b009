import { describe, expect, it } from 'vitest';
import { lintFast, yosysLog } from '../../../test/helpers/lint.js';
import { bit, component, emitVerilog, uint, type EmitOptions } from '../index.js';

const counter = component(
  'counter',
  { in: { enable: bit, limit: uint(4) }, out: { count: uint(4) } },
  ({ enable, limit }, m) => {
    const { q } = m.regs({ q: uint(4) });
    m.assume(limit.ne(0), 'the limit is not 0');
    m.when(enable, () => {
      q.next = q
        .add(1)
        .ge(limit)
        .mux(m.constant(uint(4), 0), q.add(1).wrap(4));
      m.cover(q.eq(14), 'the count\nends at 14');
    });
    m.assert(q.le(14), 'the count is "small"');
    return { count: q };
  },
);

const emitted = (options: EmitOptions): string => emitVerilog(counter.design, options).files[0]?.text ?? '';
const clocked = (options: EmitOptions): string => emitted(options).slice(emitted(options).indexOf('\n`if'));

describe('properties', () => {
  it('are checks of a simulator by default; what is only to be covered is not printed', () => {
    expect(clocked({})).toMatchInlineSnapshot(`
      "
      \`ifndef SYNTHESIS
        always @(posedge clk) begin
          if (!rst) begin
            if (!(limit != 4'd0)) begin
              $display("%m: the limit is not 0");
              $finish;
            end
            if (!(q <= 4'd14)) begin
              $display("%m: the count is \\"small\\"");
              $finish;
            end
          end
        end
      \`endif
      endmodule
      "
    `);
    expect(lintFast(emitVerilog(counter.design).files, 'counter')).toBe('');
  });

  it('are statements that Yosys reads for a proof', async () => {
    const text = emitted({ properties: 'formal' });
    expect(clocked({ properties: 'formal' })).toMatchInlineSnapshot(`
      "
      \`ifdef FORMAL
        always @(posedge clk) begin
          if (!rst) begin
            assume (limit != 4'd0); // the limit is not 0
            if (enable) begin
              cover (q == 4'd14); // the count ends at 14
            end
            assert (q <= 4'd14); // the count is "small"
          end
        end
      \`endif
      endmodule
      "
    `);
    const log = await yosysLog(
      [{ name: 'counter.v', text }],
      [
        'read_verilog -formal -sv counter.v; prep; async2sync',
        'select -assert-count 1 t:$assert; select -assert-count 1 t:$assume; select -assert-count 1 t:$cover',
        'chformal -cover -remove; sat -verify -tempinduct -prove-asserts -set-assumes -set-at 1 rst 1 counter',
      ].join('; '),
    );
    expect(log).toContain('Induction step proven: SUCCESS!');
  });

  it('leave no empty branches where only some branches have one', () => {
    const { design } = component('arms', { in: { a: uint(4) }, out: {} }, ({ a }, m) => {
      const { r } = m.regs({ r: uint(2) });
      const step = (n: number): void => {
        r.next = n;
      };
      m.when(a.bit(0), () => step(1))
        .elseWhen(a.bit(1), () => m.assert(a.ne(2), 'not 2'))
        .elseWhen(a.lt(8), () => step(2))
        .elseWhen(a.bit(2).or(a.bit(3)), () => step(3))
        .otherwise(() => m.assert(a.ne(3), 'not 3'));
      m.unused(r);
      return {};
    });
    const text = emitVerilog(design).files[0]?.text ?? '';
    expect(text.slice(text.indexOf('\n  always'), text.indexOf('\n  wire unused'))).toMatchInlineSnapshot(`
      "
        always @(posedge clk) begin
          if (rst) begin
            r <= 2'd0;
          end else if (a[0]) begin
            r <= 2'd1;
          end else if (!a[1]) begin
            if (a < 4'd8) begin
              r <= 2'd2;
            end else if (a[2] | a[3]) begin
              r <= 2'd3;
            end
          end
        end

      \`ifndef SYNTHESIS
        always @(posedge clk) begin
          if (!rst) begin
            if (!a[0]) begin
              if (a[1]) begin
                if (!(a != 4'd2)) begin
                  $display("%m: not 2");
                  $finish;
                end
              end else if (!(a < 4'd8) && !(a[2] | a[3])) begin
                if (!(a != 4'd3)) begin
                  $display("%m: not 3");
                  $finish;
                end
              end
            end
          end
        end
      \`endif
      "
    `);
    expect(lintFast(emitVerilog(design).files, 'arms')).toBe('');
  });

  it('are left out when nobody wants them', () => {
    expect(emitted({ properties: 'none' })).not.toMatch(/`if|assert|\$display/);
  });
});
