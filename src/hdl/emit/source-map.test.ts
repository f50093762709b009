import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { lintFast } from '../../../test/helpers/lint.js';
import { bit, component, emitVerilog, sint } from '../index.js';

const mac = component(
  'mac',
  { in: { en: bit, clear: bit, act: sint(8), weight: sint(4) }, out: { acc: sint(24) } },
  ({ en, clear, act, weight }, m) => {
    const { sum } = m.regs({ sum: sint(24) });
    const product = act.mul(weight);
    m.label({ product });
    m.when(clear, () => {
      sum.next = 0;
    }).elseWhen(en, () => {
      sum.next = sum.add(product).wrap(24);
    });
    m.assert(sum.ne(-1), 'never all ones');
    return { acc: sum };
  },
);
const { design } = component(
  'pair',
  { in: { en: bit, act: sint(8) }, out: { y: sint(25) } },
  ({ en, act }) => {
    const left = mac('left', { en, clear: 0, act, weight: 3 });
    const right = mac('right', { en, clear: 0, act, weight: -3 });
    return { y: left.acc.add(right.acc) };
  },
);

const mapSchema = z.object({
  ranges: z.array(z.object({ lines: z.tuple([z.number(), z.number()]), file: z.string(), line: z.number() })),
});

const file = 'src/hdl/emit/source-map.test.ts';
const source = readFileSync(file, 'utf8').split('\n');
const plain = emitVerilog(design);
const textOf = (files: readonly { readonly name: string; readonly text: string }[], name: string): string =>
  files.find((one) => one.name === name)?.text ?? '';

describe('sourceMap', () => {
  const { files } = emitVerilog(design, { sourceMap: true });

  it('leaves the Verilog as it is and adds a map after each module', () => {
    expect(files.map(({ name }) => name)).toEqual(['mac.v', 'mac.map.json', 'pair.v', 'pair.map.json']);
    expect(files.filter(({ name }) => name.endsWith('.v'))).toEqual(plain.files);
  });

  it("leads from Verilog lines to the author's", () => {
    const pairs = ['mac', 'pair'].flatMap((name) => {
      const verilog = textOf(files, `${name}.v`).split('\n');
      const map = mapSchema.parse(JSON.parse(textOf(files, `${name}.map.json`)));
      return map.ranges.map(({ lines: [first], file: from, line }) => {
        expect(from).toBe(file);
        return `${(verilog[first - 1] ?? '').trim()} <- ${(source[line - 1] ?? '').trim()}`;
      });
    });
    expect(pairs).toEqual([
      'reg signed [23:0] sum; <- const { sum } = m.regs({ sum: sint(24) });',
      'wire signed [11:0] product = act * weight; <- m.label({ product });',
      'end else if (clear) begin <- m.when(clear, () => {',
      "sum <= 24'sd0; <- sum.next = 0;",
      'sum <= sum + {{12{product[11]}}, product}; <- sum.next = sum.add(product).wrap(24);',
      "if (!(sum != -24'sd1)) begin <- m.assert(sum.ne(-1), 'never all ones');",
      "mac left ( <- const left = mac('left', { en, clear: 0, act, weight: 3 });",
      "mac right ( <- const right = mac('right', { en, clear: 0, act, weight: -3 });",
    ]);
  });
});

it('lineComments end statements, and nothing else changes', () => {
  const { files } = emitVerilog(design, { lineComments: true });
  const commented = textOf(files, 'mac.v');
  expect(commented).toMatch(/^ {6}sum <= 24'sd0; \/\/ src\/hdl\/emit\/source-map\.test\.ts:\d+$/m);
  expect(commented.replace(/ \/\/ src\/.*:\d+$/gm, '')).toBe(textOf(plain.files, 'mac.v'));
  expect(lintFast(files, 'pair')).toBe('');
});
