/** Stages that cost nothing, and a folder full of their results: what is left is bookkeeping. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  makeResolver,
  openStore,
  resultText,
  sha256,
  type Stage,
  type Sweep,
} from '../../src/sweep/index.js';

const free = (name: string, after: readonly string[], request: Stage['request']): Stage => ({
  ...{ name, version: 1, after, request },
  run: ({ inputs }) => Promise.resolve({ kind: 'done', outputs: { value: sha256(JSON.stringify(inputs)) } }),
});

/** As many as a sweep has: two of the network, three of the design, one of every point. */
export const freeStages: readonly Stage[] = [
  free('freequantize', [], ({ model }) => ({ inputs: { model: model.name }, context: {} })),
  free('freeevaluate', ['freequantize'], ({ pe }, { freequantize }) => ({
    inputs: { pe: pe.kind, value: freequantize?.['value'] ?? null },
    context: {},
  })),
  free('freeemit', ['freequantize'], ({ rows }, { freequantize }) => ({
    inputs: { rows, value: freequantize?.['value'] ?? null },
    context: {},
  })),
  free('freesimulate', ['freeemit'], (_point, { freeemit }) => ({
    inputs: { value: freeemit?.['value'] ?? null },
    context: {},
  })),
  free('freesynthesize', ['freeemit'], (_point, { freeemit }) => ({
    inputs: { value: freeemit?.['value'] ?? null, command: 'synth' },
    context: {},
  })),
  free('freeplace', ['freesynthesize'], ({ seed }, { freesynthesize }) => ({
    inputs: { value: freesynthesize?.['value'] ?? null, seed },
    context: {},
  })),
];

/** Writes every result of the sweep, without the care for the disk that a running sweep takes. */
export const fill = async (sweep: Sweep, folder: string): Promise<void> => {
  const store = openStore(folder);
  const resolve = makeResolver(freeStages, store);
  const { signal } = new AbortController();
  for (const point of sweep.points())
    for (let { missing } = resolve(point); missing.length > 0; { missing } = resolve(point))
      for (const job of missing) {
        const stage = freeStages.find(({ name }) => name === job.stage);
        const run = { blobs: store.blobs, work: folder, checkpoints: folder, signal };
        const outcome = await stage?.run(job, run);
        const path = store.results.pathOf(job.stage, job.key);
        mkdirSync(dirname(path), { recursive: true });
        if (outcome !== undefined)
          writeFileSync(path, resultText({ stage: job.stage, key: job.key, inputs: job.inputs, outcome }));
      }
};
