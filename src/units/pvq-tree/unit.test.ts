import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { emitVerilog } from '../../hdl/index.js';
import { pyramidOf, pyramidSize, pyramidVector } from '../../num/index.js';
import { findTool, runTool } from '../../tools/index.js';
import { indexed, streamThrough } from '../testing/stream.js';
import { integerIn, listOf, sintValue, uintValue } from '../testing/values.js';
import { pvqTreeModel } from './model.js';
import { pvqTree, type PvqTreeParams } from './unit.js';

const cases = fc
  .record({
    length: fc.integer({ min: 1, max: 20 }),
    pulses: fc.integer({ min: 1, max: 32 }),
    actWidth: fc.integer({ min: 1, max: 12 }),
    scaleWidth: fc.integer({ min: 1, max: 12 }),
    levelsPerStage: fc.integer({ min: 0, max: 6 }),
    number: integerIn(0n, 1n << 64n),
  })
  .chain(({ length, number, ...params }) => {
    const pyramid = { length, pulses: params.pulses };
    const weights = pyramidVector(number % pyramidSize(pyramid), pyramid, 'fischer');
    return fc.record({
      params: fc.constant({ name: 'tree', weights, ...params }),
      acts: fc.array(listOf(sintValue(params.actWidth), length), { minLength: 1, maxLength: 12 }),
      scale: uintValue(params.scaleWidth),
    });
  });

const statistics = z.object({
  modules: z.record(z.string(), z.object({ num_cells_by_type: z.record(z.string(), z.number()) })),
});
type Cells = Readonly<Record<string, number>>;

/** Cells of the emitted Verilog of each unit by type, as Yosys reads it, before it changes anything. */
const cellsOf = async (units: readonly Omit<PvqTreeParams, 'name'>[]): Promise<readonly Cells[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'nomul-pvq-tree-'));
  try {
    const text = units.flatMap((params, i) =>
      emitVerilog(pvqTree({ ...params, name: `tree_${i}` }).component.design).files.map((file) => file.text),
    );
    writeFileSync(join(folder, 'trees.v'), text.join('\n'));
    const script = 'read_verilog trees.v; proc; tee -q -o stat.json stat -json';
    await runTool(await findTool('yosys'), { args: ['-q', '-p', script], cwd: folder, timeoutMs: 300_000 });
    const { modules } = statistics.parse(JSON.parse(readFileSync(join(folder, 'stat.json'), 'utf8')));
    return units.map((_, i) => modules[`\\tree_${i}`]?.num_cells_by_type ?? {});
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

describe('pvqTree', () => {
  it('equals its model, a result every cycle', () => {
    fc.assert(
      fc.property(cases, ({ params, acts, scale }) => {
        const { component, latencyCycles } = pvqTree(params);
        // The scale is the same for all.
        const inputs = acts.map((act) => ({ ...indexed('act', act), scale }));
        expect(streamThrough(component.design, inputs, latencyCycles, 'product')).toEqual(
          acts.map((act) => pvqTreeModel(params, { act, scale })),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('is emitted as K - 1 additions and subtractions and one multiplication', async () => {
    const vectors = [
      [1],
      [0, -2, 1],
      [3, -1, 0, 4, -8],
      [4, 4, 4, 4, 4, 4, 4, 4],
      [1, -1, 0, 1, 1, -1, 0, 0, 1, -1, 1, 0, -2, 1, 0, 1, 0, -1, 3, 2, 1, -1],
    ];
    const widths = { actWidth: 8, scaleWidth: 8 };
    const units = vectors.flatMap((weights) =>
      [0, 1].map((levelsPerStage) => ({ weights, ...pyramidOf(weights), ...widths, levelsPerStage })),
    );
    const negative = { weights: [-2, -1], pulses: 3, ...widths };
    const found = await cellsOf([...units, negative]);
    const arithmetic = found.map(({ $add = 0, $sub = 0, $mul = 0, $neg = 0 }) => [$add + $sub, $mul, $neg]);
    expect(arithmetic).toEqual([
      ...units.map(({ pulses }) => [pulses - 1, 1, 0]),
      [2, 1, 1], // nothing to subtract from: the product is negated
    ]);
    // Nothing else computes: registers, and the reader of unused inputs.
    const others = ['$add', '$sub', '$mul', '$neg', '$dff', '$and', '$reduce_and'];
    expect(found.flatMap(Object.keys).filter((type) => !others.includes(type))).toEqual([]);
  }, 600_000);

  it.each([
    [[], 1, 'number of weights must be an integer from 1 to 1024, not 0'],
    [[1, 1], 0, 'pulses must be an integer from 1 to 1024, not 0'],
    [[1, -1], 3, 'weights must have magnitudes that sum to 3, not 2'],
    [[1, 9], 3, 'weights[1] must be an integer from -3 to 3, not 9'],
  ])('refuses %j with %d pulses', (weights, pulses, message) => {
    const params = { name: 'tree', weights, pulses, actWidth: 8, scaleWidth: 8 };
    expect(() => pvqTree(params)).toThrow(`UNIT001: pvqTree: ${message}`);
  });
});
