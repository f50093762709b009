/** `--pe` and `--round-weights` on a very small network: what is refused, what is built, what the report says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseReport, renderReport, type Report } from '../../src/report/index.js';
import { emptyFolder, envelopeOf, expectClearFailure, nomul, temporaryFolder, type Ended } from './nomul.js';
import { pictures, writeTiny, type TinyFiles } from './tiny-model.js';

const root = temporaryFolder();
let tiny: TinyFiles;
beforeAll(() => {
  tiny = writeTiny(emptyFolder(root, 'tiny'));
});

const sim = (folder: string, ...more: readonly string[]): Promise<Ended> => {
  const device = ['--device', 'hx8k', '--array', '2x2', '--out', join(root, folder), '--json'];
  return nomul(['sim', tiny.model, '--samples', tiny.samples, ...device, ...more]);
};
const reportIn = (folder: string): Report =>
  parseReport(JSON.parse(readFileSync(join(root, folder, 'report.json'), 'utf8')));

describe('--pe', () => {
  it.each([
    { kind: 'ternary', runs: ['ternary', 'ternary', 'ternary'] },
    { kind: 'powerOfTwo', runs: ['powerOfTwo', 'powerOfTwo', 'powerOfTwo'] },
    { kind: 'pvq', runs: ['pvq', 'pvq', 'pvq'] },
  ])(
    '$kind with --round-weights: bit-exact, and the report names what was rounded',
    async ({ kind, runs }) => {
      const ended = await sim(kind, '--pe', kind, '--round-weights');
      expect(ended.exitCode, ended.stderr).toBe(0);
      const report = reportIn(kind);
      expect(report.equality).toMatchObject([{ pictures, mismatches: 0 }]);
      expect(report.latencyCycles.simulated).toBe(report.latencyCycles.predicted);
      expect(report.layers.map(({ peKind }) => peKind)).toEqual(runs);
      expect(report.roundedWeights.length).toBeGreaterThan(0);
      for (const { layer, changed, weights, largestChange, meanChange } of report.roundedWeights) {
        expect(changed).toBeLessThanOrEqual(weights);
        expect(meanChange).toBeLessThanOrEqual(largestChange);
        expect(renderReport(report)).toContain(layer);
      }
      expect(renderReport(report)).toContain('Rounded weights');
    },
  );

  it.each(['int', 'pvq'])('%s without rounding: every weight fits, none is rounded', async (kind) => {
    const ended = await sim(`exact-${kind}`, '--pe', kind);
    expect(ended.exitCode, ended.stderr).toBe(0);
    const report = reportIn(`exact-${kind}`);
    expect(report.equality).toMatchObject([{ pictures, mismatches: 0 }]);
    expect(report.roundedWeights).toEqual([]);
    expect(renderReport(report)).not.toContain('Rounded weights');
  });

  it('refuses a weight that the kind does not represent, naming layer and weight', async () => {
    const ended = await sim('refused', '--pe', 'ternary');
    expect(ended.exitCode).toBe(2);
    expectClearFailure(ended);
    expect(envelopeOf(ended).error?.code).toBe('ACC006');
    expect(ended.stderr).toMatch(/layer \S+ has the weight -?[2-9]\d* at index \d+.*--round-weights/);
  });

  it.each([
    { more: ['--round-weights'], says: /--round-weights: rounding needs --pe/ },
    { more: ['--pe', 'ternary', '--pvq-pulses', '2'], says: /--pvq-pulses: .*--pe pvq/ },
    { more: ['--pe', 'quaternary'], says: /--pe: .*ternary/ },
  ])('$more is a usage error', async ({ more, says }) => {
    const ended = await sim('usage', ...more);
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toMatch(says);
  });
});
