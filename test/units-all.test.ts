/** Every unit and benchmark design, side by side in one build: the simulators agree over random stimulus with extremes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { designs as benchDesigns } from '../bench/designs/index.js';
import { cosimulate, sourceOf } from '../src/sim/index.js';
import { lookForTool } from '../src/tools/index.js';
import { withZeroedState } from './fuzz/zeroed-state.js';
import { lintFast } from './helpers/lint.js';
import { sideBySide } from './helpers/side-by-side.js';
import { cellFamily } from './helpers/vendor-cells.js';
import { unitExamples } from './unit-examples/index.js';

/** One of those whose modules have the same names; each has a name of its own here. */
const small = ['A8', 'C', 'D'];
const members = [
  // Those with vendor cells are in test/netlists.test.ts, which has the cells' models.
  ...unitExamples.filter((design) => cellFamily(design) === undefined),
  ...benchDesigns
    .filter(({ name }) => small.includes(name))
    .map(({ name, make }) => ({ ...make().design, name: `bench_${name}` })),
];

const found = await Promise.all((['verilator', 'iverilog', 'vvp'] as const).map((name) => lookForTool(name)));
const available = found.every((result) => result.found !== undefined);
if (!available)
  console.warn(
    'units side by side skipped: verilator, iverilog or vvp is missing (make setup installs them)',
  );

describe.runIf(available || process.env['CI'] !== undefined)('all units side by side', () => {
  const top = sideBySide(members);
  let cache = '';
  beforeAll(() => {
    cache = mkdtempSync(join(tmpdir(), 'nomul-units-'));
  });
  afterAll(() => rmSync(cache, { recursive: true, force: true }));

  it('give the same outputs in the compiled simulator, Verilator and Icarus', async () => {
    const results = await cosimulate(top, {
      cycles: 400,
      source: withZeroedState(sourceOf(top)),
      simulators: ['verilator', 'icarus'],
      favour: 'build',
      cache,
    });
    for (const { simulator, mismatches, unknownBits, first } of results)
      expect({ simulator, mismatches, unknownBits, first }).toEqual({
        simulator,
        mismatches: 0,
        unknownBits: 0,
        first: undefined,
      });
  }, 300_000);

  it('leave nothing for linters to say', () => {
    expect(lintFast(sourceOf(top).files, top.name)).toBe('');
  });
});
