/** The parts of a search that need no synthesis: what it chooses, what it takes for known, what it compares with. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quantize, quantizeOptionsSchema } from '../../src/flow/index.js';
import type { Dataset } from '../../src/nn/index.js';
import { chooseDesign } from '../../src/sweep/search/choose.js';
import { contextOf, type SearchContext } from '../../src/sweep/search/context.js';
import type { SearchDesign } from '../../src/sweep/search/designs.js';
import { readSingles } from '../../src/sweep/search/singles.js';
import { openTrials, type Trials } from '../../src/sweep/search/trials.js';
import { smallOptions, writeSets, writeSmallModel } from './small-search.js';

const folder = mkdtempSync(join(tmpdir(), 'nomul-search-parts-'));
let context: SearchContext;
let trials: Trials;

beforeAll(async () => {
  writeSets(folder);
  await writeSmallModel(folder);
  context = contextOf(smallOptions(folder), {});
  mkdirSync(join(folder, 'trials'));
  trials = openTrials(context, join(folder, 'trials'), knowsAll(context.inputs.validation));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A float network that makes no mistake: what others lose against it is what they get wrong. */
const knowsAll = ({ count }: Dataset): readonly boolean[] => Array.from({ length: count }, () => true);

const untrained = { formats: {}, activationBits: 8, epochs: 0 };

describe('the choice', () => {
  /** Number n: more LUTs and less predicted loss than the one before. */
  const design = (n: number): SearchDesign => ({
    ...{
      array: { rows: 2, columns: 2 },
      engines: `int${n}`,
      activationBits: n,
      formats: {},
      approximate: [],
    },
    ...{ loss: 1 / (n + 1), luts: 100 * n, interpolated: false, cycles: 1000, energyPj: 50 * n },
  });

  it('is the cheapest design that fits and is accurate enough, and says so when there is none', async () => {
    const { file, network } = await trials(untrained);
    const front = fc.record({
      fits: fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
      enough: fc.nat({ max: 13 }),
    });
    await fc.assert(
      fc.asyncProperty(front, async ({ fits, enough }) => {
        // Accurate enough from number `enough` on; half-trained as well as in full.
        const accuracyOf = (n: number): number => (n >= enough ? 0.9 : 0.1 + n / 100);
        const trained: number[] = [];
        const choice = chooseDesign(
          { ...context, options: { ...context.options, minimize: 'luts', maxLoss: 10 } },
          fits.map((_, n) => design(n)),
          {
            fits: ({ activationBits }) => Promise.resolve(fits[activationBits] ?? false),
            trials: ({ activationBits: n }) => {
              trained.push(n);
              const accuracy = accuracyOf(n);
              const loss = { share: 0.99 - accuracy, standardError: 0.01 };
              return Promise.resolve({ file, network, accuracy, loss, cpuSeconds: 1 });
            },
          },
        );
        const fitting = fits.flatMap((does, n) => (does ? [n] : []));
        if (fitting.length === 0) {
          await expect(choice).rejects.toMatchObject({
            code: 'NO_POINTS',
            message: /none of the \d+ designs/,
          });
          return;
        }
        const { design: chosen, met, tried } = await choice;
        for (const n of trained) expect(fits[n]).toBe(true);
        expect(tried.length).toBe(trained.length);
        expect(fits[chosen.activationBits]).toBe(true);
        expect(met).toBe(chosen.activationBits >= enough);
        const good = fitting.filter((n) => n >= enough);
        expect(chosen.activationBits).toBe(good[0] ?? fitting.at(-1));
      }),
    );
  });
});

describe('a trial', () => {
  it('is made anew for other labels, though names and counts are the same', async () => {
    const first = await trials(untrained);
    expect((await trials(untrained)).file).toEqual(first.file);
    const shifted = (set: Dataset): Dataset => ({
      ...set,
      labels: set.labels.map((label) => (label + 1) % 6),
    });
    const { train, validation } = context.inputs;
    const inputs = { ...context.inputs, train: shifted(train), validation: shifted(validation) };
    const other = { ...context, inputs };
    const again = await openTrials(other, join(folder, 'trials'), knowsAll(validation))(untrained);
    expect(again.accuracy).not.toBe(first.accuracy);
    expect(again.loss.share).toBeCloseTo(1 - again.accuracy, 9);
  });
});

describe('networks to compare with', () => {
  const made = join(folder, 'single');
  const origin = (floatTest: number) => ({ inputs: context.inputs, floatTest });

  it('must be results of the same model, tested on the same pictures', async () => {
    const { model, data } = context.options;
    const { report } = await quantize(
      quantizeOptionsSchema.parse({ model, data, method: 'uniform', validation: 200, epochs: 0, out: made }),
    );
    const { before } = report.accuracy;
    const options = { ...context.options, singles: [made] };
    expect(readSingles(options, origin(before))).toMatchObject([
      { name: 'single', report: { method: 'uniform' } },
    ]);
    expect(() => readSingles(options, origin(before / 2))).toThrow(
      /single was tested on other pictures: .* give results with the same --data/,
    );
    const { inputs } = context;
    const other = { ...inputs, file: { ...inputs.file, sha256: '0' } };
    expect(() => readSingles(options, { inputs: other, floatTest: before })).toThrow(/another model/);
    expect(() => readSingles({ ...options, singles: [folder] }, origin(before))).toThrow(
      /no report of nomul quantize/,
    );
  });
});
