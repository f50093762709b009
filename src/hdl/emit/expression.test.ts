import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../test/helpers/evaluate.js';
import { lintFast, runIn, yosysComplaints } from '../../../test/helpers/lint.js';
import { dice, randomDesign, randomValue, type RandomDesign } from '../../../test/helpers/random-design.js';
import type { Node } from '../ir.js';
import { emitVerilog } from './index.js';

/** Random logic is often constant without anyone having written so. */
const constantComparisons = ['-Wno-UNSIGNED', '-Wno-CMPCONST'];

type Vector = ReadonlyMap<Node, bigint>;

const pattern = (value: bigint, width: number): string =>
  BigInt.asUintN(width, value).toString(2).padStart(width, '0');

/** Applies every vector and prints all outputs side by side in binary. */
function testbench({ design, inputs, outputs }: RandomDesign, vectors: readonly Vector[]): string {
  const declare = (kind: string, name: string, width: number): string =>
    `  ${kind} [${width - 1}:0] ${name};`;
  const steps = vectors.map((vector) => {
    const sets = inputs.map(
      (input) =>
        `${input.name} = ${input.type.width}'b${pattern(vector.get(input) ?? 0n, input.type.width)};`,
    );
    return `    ${sets.join(' ')} #1 $display("%b", {${outputs.map(({ name }) => name).join(', ')}});`;
  });
  return [
    'module bench;',
    ...inputs.map(({ name, type }) => declare('reg', name, type.width)),
    ...outputs.map(({ name, node }) => declare('wire', name, node.type.width)),
    `  ${design.name} dut (${[...inputs, ...outputs].map(({ name }) => `.${name}(${name})`).join(', ')});`,
    '  initial begin',
    ...steps,
    '  end',
    'endmodule',
  ].join('\n');
}

function expectedLine({ outputs }: RandomDesign, vector: Vector): string {
  const known = new Map(vector);
  return outputs
    .map(({ node }) => {
      const value = evaluate(node, known);
      expect(value >= node.lo && value <= node.hi, `${node.kind} out of its range`).toBe(true);
      return pattern(value, node.type.width);
    })
    .join('');
}

describe('emitted expressions', () => {
  it('compute the integers of the graph in Icarus, and Verilator finds nothing to say', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), fc.integer({ min: 1, max: 70 }), (seed, size) => {
        const roll = dice(seed);
        const random = randomDesign(roll, 'dut', size);
        const vectors = Array.from(
          { length: 40 },
          () => new Map(random.inputs.map((input) => [input, randomValue(roll, input)])),
        );
        const { files } = emitVerilog(random.design);
        expect(lintFast(files, 'dut', constantComparisons)).toBe('');
        const printed = runIn(
          [...files, { name: 'bench.v', text: testbench(random, vectors) }],
          [
            ['iverilog', '-g2005', '-s', 'bench', '-o', 'bench.vvp', 'dut.v', 'bench.v'],
            ['vvp', '-n', 'bench.vvp'],
          ],
        );
        expect(printed.trim().split('\n')).toEqual(vectors.map((vector) => expectedLine(random, vector)));
      }),
      { numRuns: Number(process.env['EMIT_RUNS'] ?? 40), endOnFailure: true },
    );
  });

  it('pass yosys check', async () => {
    const designs = [1, 2, 3, 4].map((seed) => randomDesign(dice(seed), `dut${seed}`, 80).design);
    expect(await yosysComplaints(designs.flatMap((design) => emitVerilog(design).files))).toBe('');
  });
});
