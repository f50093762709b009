/** Sweeps whose stages are arithmetic: everything about running them can be tried without tools. */

import { setTimeout as wait } from 'node:timers/promises';
import { canonical, hashOf, sha256 } from '../canonical.js';
import type { Point } from '../spec/points.js';
import type { Sweep } from '../spec/sweep.js';
import type { Outcome, Stage, StageRegistry } from '../stages/stage.js';
import { blobHash, blobName } from '../store/store.js';

const file = { path: 'model', sha256: sha256('model') } as const;

/** What a model's name makes of its stages. */
export type Behaviour = 'sound' | 'poison' | 'crash' | 'hungry' | 'random';

const pointOf = (model: Behaviour, rows: number, seed: number): Point => ({
  model: { name: model, model: file, inputScale: null, samples: null, labels: null, data: null },
  method: { method: 'as it came', config: {}, setting: '', epochs: null, validation: null, seed: 0 },
  pe: { kind: 'auto', round: false, pulses: null },
  ...{ rows, columns: 1, reloadable: false, device: 'hx8k', clockMHz: null, seed, pins: null, verify: 0 },
  ...{ energy: null, activity: null },
  limits: {
    ...{ synthesisMinutes: 1, placeMinutes: 1, activityMinutes: 1 },
    memoryMiB: model === 'hungry' ? 600 : 4096,
  },
  tools: null,
});

/** `designs` designs of one model, `seeds` points each. */
export const syntheticSweep = (designs: number, seeds: number, model: Behaviour = 'sound'): Sweep => {
  function* points(): Generator<Point> {
    for (let rows = 1; rows <= designs; rows++)
      for (let seed = 0; seed < seeds; seed++) yield pointOf(model, rows, seed);
  }
  const hash = hashOf({ model, designs, seeds });
  return {
    ...{ title: 'synthetic', hash, pointCount: designs * seeds, designCount: designs },
    ...{ devices: ['hx8k'], tools: null, measuresActivity: false, points },
  };
};

/** All points of several sweeps in one. */
export const together = (...sweeps: readonly Sweep[]): Sweep => {
  const [first] = sweeps;
  if (first === undefined) throw new Error('no sweeps');
  const sum = (count: (sweep: Sweep) => number): number => sweeps.reduce((all, each) => all + count(each), 0);
  function* points(): Generator<Point> {
    for (const sweep of sweeps) yield* sweep.points();
  }
  return {
    ...first,
    ...{ hash: hashOf(sweeps.map(({ hash }) => hash)), points },
    ...{ pointCount: sum((each) => each.pointCount), designCount: sum((each) => each.designCount) },
  };
};

const done = (outputs: Extract<Outcome, { kind: 'done' }>['outputs']): Outcome => ({ kind: 'done', outputs });

/** 800 MiB for as long as it takes to be noticed. */
const eat = async (): Promise<void> => {
  const food = Array.from({ length: 8 }, () => Buffer.alloc(100 * 2 ** 20, 1));
  await wait(10_000);
  food.length = 0;
};

/** Makes a blob of every design; fails as the model's name says. */
const one: Stage = {
  name: 'one',
  version: 1,
  after: [],
  request: ({ model, rows }) => ({ inputs: { model: model.name, rows }, context: {} }),
  run: async ({ inputs }, { blobs }) => {
    await wait(5);
    if (inputs['model'] === 'poison') throw new Error('this never works');
    if (inputs['model'] === 'crash') process.abort();
    if (inputs['model'] === 'hungry') await eat();
    return done({ blob: blobName(blobs.put(`content of ${Number(inputs['rows'])}`)) });
  },
};

/** Pairs of designs have the same result: work that is shared. Every seventh is infeasible. */
const two: Stage = {
  name: 'two',
  version: 1,
  after: ['one'],
  request: ({ model, rows }, { one: before }) => ({
    inputs: { model: model.name, half: Math.floor(rows / 2) },
    context: { blob: before?.['blob'] ?? null },
  }),
  run: async ({ inputs, context }, { blobs }) => {
    blobs.getText(blobHash(context['blob']));
    await wait(5);
    if (Number(inputs['half']) % 7 === 6) return { kind: 'infeasible', reason: 'every seventh does not fit' };
    return done({ value: sha256(`half ${Number(inputs['half'])}`) });
  },
};

const three: Stage = {
  name: 'three',
  version: 1,
  after: ['two'],
  request: ({ model, seed }, { two: before }) => ({
    inputs: { model: model.name, value: before?.['value'] ?? null, seed },
    context: {},
  }),
  run: async ({ inputs }) => {
    await wait(10);
    const noise = inputs['model'] === 'random' ? Math.random() : 0;
    return done({ value: sha256(canonical({ ...inputs, noise })) });
  },
};

export const syntheticStages: StageRegistry = [one, two, three];
