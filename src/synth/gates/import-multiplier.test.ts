import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { importMultiplier, type ImportMultiplierOptions } from './import-multiplier.js';

// Real tools on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000 });

const SIGNED =
  'module s(input signed [2:0] p, input signed [3:0] q, output signed [6:0] r); assign r = p * q; endmodule';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'nomul-import-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function importText(name: string, text: string, options: ImportMultiplierOptions = {}) {
  const file = join(root, name);
  writeFileSync(file, text);
  return importMultiplier(file, { cache: join(root, 'cache'), tools: { force: 'npm' }, ...options });
}

describe('importMultiplier', () => {
  it('finds ports and table of an 8x8 multiplier with hierarchy', async () => {
    // What the low half of B contributes is left out, and bit 0 of the result is the OR of the lowest bits.
    const text = `module half(input [7:0] x, input [3:0] y, output [11:0] z);
  assign z = x * y;
endmodule
module odd(B, A, O);
  input [7:0] A, B; output [15:0] O;
  wire [11:0] high;
  half h(.x(A), .y(B[7:4]), .z(high));
  assign O = {high, 4'b0} | {15'b0, A[0] | B[0]};
endmodule
`;
    const imported = await importText('odd.v', text);
    expect(imported).toMatchObject({ name: 'odd', aWidth: 8, bWidth: 8, aSigned: false, bSigned: false });
    const expected = Array.from({ length: 65536 }, (_, code) => {
      const [a, b] = [code >> 8, code & 255];
      return ((a * (b >> 4)) << 4) | ((a | b) & 1);
    });
    expect(imported.table).toEqual(expected);
    const swapped = await importText('odd.v', text, { a: 'B', b: 'A', product: 'O' });
    expect(swapped.table[0x0345]).toBe(expected[0x4503]);
    expect(swapped.hash).not.toBe(imported.hash);
  });

  it('reads two codes as signed numbers where the ports or the caller say so', async () => {
    const declared = await importText('s.v', SIGNED);
    expect(declared).toMatchObject({ aWidth: 3, bWidth: 4, aSigned: true, bSigned: true });
    const products = [0, 1, 2, 3, -4, -3, -2, -1].flatMap((p) =>
      [0, 1, 2, 3, 4, 5, 6, 7, -8, -7, -6, -5, -4, -3, -2, -1].map((q) => p * q),
    );
    expect(declared.table).toEqual(products.map((product) => product || 0));
    const unsigned = await importText('s.v', SIGNED, { signed: false });
    expect(unsigned.table[(7 << 4) | 8]).toBe(8);
    expect(unsigned.table[(7 << 4) | 1]).toBe(127);
  });

  it.each([
    [
      'parse.v',
      'module m(input [1:0] a, b, output [3:0] p);\n  assign p = a *;\nendmodule',
      /parse\.v:2: syntax error/,
    ],
    [
      'state.v',
      'module m(input clk, input [1:0] a, b, output reg [3:0] p);\n  always @(posedge clk) p <= a * b;\nendmodule',
      /state\.v: module m has a flip-flop in line 2 \(\$_DFF_P_, .*only combinational/,
    ],
    [
      'latch.v',
      'module m(input [1:0] a, b, output reg [3:0] p);\n  always @* if (a[0]) p = a * b;\nendmodule',
      /latch\.v: module m has a latch in line 2/,
    ],
    [
      'ports.v',
      'module m(input clk, input [1:0] a, b, output [3:0] p);\n  assign p = a * b;\nendmodule',
      /ports\.v: module m has 3 inputs, and a multiplier has 2: what is b\?/,
    ],
    [
      'width.v',
      'module m(input [1:0] a, b, output [4:0] p);\n  assign p = a * b;\nendmodule',
      /width\.v: module m has a product p of 5 bits; operands a and b need 4/,
    ],
  ])('says what is wrong with %s', async (name, text, message) => {
    const failure = importText(name, text);
    await expect(failure).rejects.toMatchObject({ code: 'BAD_MULTIPLIER', exitCode: 2 });
    await expect(failure).rejects.toThrow(message);
  });

  it('names a port that is not there, and writes nothing', async () => {
    const before = readdirSync(root).sort();
    await expect(importText('s.v', SIGNED, { a: 'x' })).rejects.toThrow(
      /module s has no input x; it has p, q/,
    );
    expect(readdirSync(root).sort()).toEqual(before);
  });
});
