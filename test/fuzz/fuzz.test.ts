/** The short form of `make fuzz`: 200 random Designs. NOMUL_FUZZ_SEED chooses others. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookForTool } from '../../src/tools/index.js';
import { trial } from './trial.js';

const found = await Promise.all((['verilator', 'iverilog', 'vvp'] as const).map((name) => lookForTool(name)));
const available = found.every((result) => result.found !== undefined);
if (!available)
  console.warn('random Designs skipped: verilator, iverilog or vvp is missing (make setup installs them)');

const seed = Number(process.env['NOMUL_FUZZ_SEED'] ?? 40000);
const count = 200;

describe.runIf(available || process.env['CI'] !== undefined)('random Designs', () => {
  let cache = '';
  beforeAll(() => {
    cache = mkdtempSync(join(tmpdir(), 'nomul-fuzz-'));
  });
  afterAll(() => rmSync(cache, { recursive: true, force: true }));

  it(`give the same outputs in all simulators and please all linters (seed ${seed})`, async () => {
    const failures = await trial(seed, count, { cycles: 60, yosys: true, cache });
    expect(
      failures.map(({ stage, message, index }) => `${stage}: ${message}; --replay ${seed}:${index}`),
    ).toEqual([]);
  }, 600_000);
});
