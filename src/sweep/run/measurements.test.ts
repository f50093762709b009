/** Energy and activity of points: what asks for them, what shares them, and that nothing else changes. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FlowError } from '../../flow/index.js';
import { sha256, type JsonObject } from '../canonical.js';
import type { Quarantined } from '../queue/queue.js';
import { defineSweep, pointId, type Point, type SweepFile } from '../spec/index.js';
import { flowStages } from '../stages/registry.js';
import { makeResolver, type Resolution } from '../stages/resolve.js';
import { orUnavailable } from '../stages/unavailable.js';
import { openStore } from '../store/store.js';
import { temporary } from '../testing/harness.js';
import { pointReport } from './point-report.js';
import { byId, draftReport } from './report.js';

const root = temporary();
for (const name of ['a.onnx', 'a.idx', 'a.pcf']) writeFileSync(join(root, name), name);
mkdirSync(join(root, 'elsewhere'));
const inverter = 'cell (INV) { area : 1; pin (A) { direction : input; } }';
for (const name of ['volt.lib', 'elsewhere/same.lib'])
  writeFileSync(join(root, name), `library (few) { nom_voltage : 1; ${inverter} }`);
writeFileSync(join(root, 'none.lib'), `library (few) { ${inverter} }`);

const plain: SweepFile = {
  title: 'small',
  models: [{ name: 'a', model: 'a.onnx', samples: 'a.idx' }],
  arrays: ['2x4'],
  devices: ['hx8k'],
  pins: { hx8k: 'a.pcf' },
  limits: { memoryMiB: 1024 },
};
const measuring: SweepFile = { ...plain, energy: { liberty: 'volt.lib' }, activity: 3 };
const tools = {
  ...{ yosys: 'npm 0.55', verilator: 'native 5.006' },
  ...{ 'nextpnr-ice40': 'npm 0.8', icepack: 'npm 0.8', 'nextpnr-ecp5': 'pypi 0.10', ecppack: 'pypi 0.10' },
};
const store = openStore(join(root, 'out'));
const blob = `blob:${store.blobs.put('something')}`;
const cell = {
  luts: 7,
  registers: 6,
  blockRams: 5,
  spram: 0,
  dsps: 0,
  carries: 4,
  portBits: 3,
  cells: { SB_LUT4: 7 },
};

/** What stages give. */
const given: Readonly<Record<string, JsonObject>> = {
  quantize: { network: blob, accuracyBefore: null },
  evaluate: { macs: 9, multiplications: 9, bitsPerWeight: 8, operationEnergyPj: 1.5, accuracy: null },
  emit: {
    ...{ rtl: blob, top: 'network', dsp: false, keepHierarchy: [], targetMHz: 40 },
    ...{ cycles: { latency: 20, interval: 10 }, layers: [] },
  },
  simulate: { pictures: 1, mismatches: 0, cycles: { latency: 20, interval: null } },
  synthesize: { netlist: blob, netlistVerilog: blob, counts: cell },
  place: { fmaxMHz: 50, timingMet: true, utilization: [], floorplan: null },
  energy: { pjPerPicture: 12.5 },
  activity: { cells: [{ cell: 'LUT', count: 7, toggles: 4.5 }], cyclesPerPicture: 10, intervals: 2 },
};
const pointsOf = (file: SweepFile): readonly Point[] => [...defineSweep(file, { folder: root }).points()];

/** A point with every result but those of the stages in `without`; `instead` are other outputs. */
const resolved = (
  point: Point,
  {
    without = [],
    instead = {},
  }: { readonly without?: readonly string[]; readonly instead?: typeof given } = {},
): Resolution => {
  const outputs = { ...given, ...instead };
  const answered = {
    ...store,
    results: {
      ...store.results,
      read: (stage: string, key: string) => ({
        kind: 'found' as const,
        result: { stage, key, inputs: {}, outcome: { kind: 'done' as const, outputs: outputs[stage] ?? {} } },
      }),
    },
  };
  const registry = flowStages(tools);
  const whole = makeResolver(registry, answered)(point);
  const left = makeResolver(
    registry.filter(({ name }) => !without.includes(name)),
    answered,
  )(point);
  const missing = without.flatMap((stage) => {
    const key = whole.results[stage]?.key ?? '';
    return [{ id: `${stage}-${key}`, stage, key, label: 'x', inputs: {}, context: {} }];
  });
  return { ...left, missing };
};
const keysOf = (point: Point, instead: typeof given = {}): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(resolved(point, { instead }).results).map(([stage, { key }]) => [stage, key]),
  );
const rowOf = (point: Point, resolution: Resolution, givenUp: readonly Quarantined[] = []) =>
  pointReport(point, resolution, {
    blobs: store.blobs,
    quarantined: new Map(givenUp.map((entry) => [entry.id, entry])),
    withFloorplan: false,
  });
const [point, measured] = [pointsOf(plain)[0], pointsOf(measuring)[0]];
if (point === undefined || measured === undefined) throw new Error('no points');

describe('a sweep file that asks for neither', () => {
  it('names the sweep, its points, its jobs and its rows as before either could be asked for', () => {
    expect(defineSweep(plain, { folder: root }).hash).toBe(
      '1674a615219b6bbced0e6acb47ee0999199b10f9c5a46b35bbb8c4d475183a93',
    );
    expect(pointId(point)).toBe('f38f3f004ddd61b53e37091a0832a4f92db5035946194af90a960e10cd7bcd6d');
    expect(keysOf(point)).toEqual({
      quantize: '8da8a1b25d2a61844db62a070f412fc951ac18ba237013d79af2a16fcbacd4c2',
      evaluate: '579c78a374f206d2e8a68e702721982d8c968c4d8b5d3e8f24acd8707531fed6',
      emit: '824ba3b5235783d65aa6ac7198c3abf62a1c8e35eccf21814df7f9d17d3634d5',
      simulate: '391edea8820d53968ed74f19c58a45cc08f1d0139141b7254bf2231c2c4a25c8',
      synthesize: '00bf820d78f3a65aa56d4db8fe02cc7d087c47bdb1df492873dda7382c14d83f',
      place: '05970cb7cf14fd1b4d14c7d3f4c74191eb54f7c4884fe51e73d572c7d239d7b1',
    });
    expect(sha256(JSON.stringify(rowOf(point, resolved(point))))).toBe(
      'e1eaeb6e2ccc15b7c44bf5fc991e3a3afba54e5df5edd83d42c4e95941b75d1e',
    );
  });
});

describe('a sweep file that asks for them', () => {
  it('has points of its own, and the same jobs beside the two', () => {
    const { energy, activity, ...others } = keysOf(measured);
    expect(others).toEqual(keysOf(point));
    expect(energy).toMatch(/^[0-9a-f]{64}$/);
    expect(activity).toMatch(/^[0-9a-f]{64}$/);
    expect(pointId(measured)).not.toBe(pointId(point));
    expect(rowOf(measured, resolved(measured))).toMatchObject({
      ...{ status: 'done', reason: null, gateEnergyPj: 12.5, activity: [{ cell: 'LUT', toggles: 4.5 }] },
    });
  });

  it('measures once what seeds, clocks and pins share, and energy once for all devices', () => {
    const many = pointsOf({ ...measuring, devices: ['hx8k', 'up5k'], clocks: [null, 20], seeds: 2 });
    const keys = many.map((each) => keysOf(each));
    expect(new Set(keys.map(({ place }) => place)).size).toBe(8);
    expect(new Set(keys.map(({ energy }) => energy)).size).toBe(1);
    // The netlists of this test are the same for both devices, and so are the cells.
    expect(new Set(keys.map(({ activity }) => activity)).size).toBe(1);
    const [ecp5] = pointsOf({ ...measuring, devices: ['ecp5-25k'] });
    expect(ecp5 === undefined ? '' : keysOf(ecp5)['activity']).not.toBe(keys[0]?.['activity']);
  });

  it('knows the library by its content, and what is drawn', () => {
    const hashOfFile = (energy: SweepFile['energy']): string =>
      defineSweep({ ...measuring, energy }, { folder: root }).hash;
    const keyOf = (energy: SweepFile['energy']): string | undefined => {
      const [of] = pointsOf({ ...measuring, energy });
      return of === undefined ? undefined : keysOf(of)['energy'];
    };
    for (const name of [hashOfFile, keyOf]) {
      const first = name({ liberty: 'volt.lib' });
      expect(name({ liberty: 'elsewhere/same.lib', pictures: 8 })).toBe(first);
      expect(name({ liberty: 'volt.lib', operations: 1024 })).not.toBe(first);
    }
  });

  it('does not simulate a design that does not fit', () => {
    const large = { ...given, synthesize: { ...given['synthesize'], counts: { ...cell, luts: 100_000 } } };
    expect(keysOf(measured, large)).not.toHaveProperty('activity');
    expect(keysOf(measured, large)).toHaveProperty('place');
  });

  it('keeps a point whose measurement was given up or cannot be had, and says why', async () => {
    const resolution = resolved(measured, {
      without: ['activity'],
      instead: { ...given, energy: { unavailable: 'no gates are known\nof it' } },
    });
    const [job] = resolution.missing;
    const failure = { code: 'TOOL_TIMEOUT', message: 'too slow', again: false, stops: false, log: '' };
    if (job === undefined) throw new Error('nothing is missing');
    expect(rowOf(measured, resolution)).toBeUndefined();
    const givenUp = [{ ...job, tries: 1, failure }];
    expect(rowOf(measured, resolution, givenUp)).toMatchObject({
      ...{ status: 'done', placed: { fmaxMHz: 50 }, gateEnergyPj: null, activity: null },
      reason: 'activity: too slow (TOOL_TIMEOUT); energy: no gates are known',
    });
    const { summary, discard } = await draftReport({
      ...{ sweep: defineSweep(measuring, { folder: root }), store, tools, resolve: () => resolution },
      givenUp: byId(givenUp),
    });
    discard();
    expect(summary).toMatchObject({ points: 1, done: 1, failed: 0, unmeasured: 1 });
    expect(summary.failures.map(({ reason }) => reason)).toEqual([
      'activity: too slow (TOOL_TIMEOUT); energy: no gates are known',
    ]);
  });

  it('takes what lies in network and pictures for a result, and a crash for a failure', async () => {
    const throwing = (error: Error) => orUnavailable(() => Promise.reject(error));
    for (const error of [new FlowError('NO_CIRCUIT', 'none'), new FlowError('NETLIST_DIFFERS', 'none', 1)])
      expect(await throwing(error)).toEqual({ kind: 'done', outputs: { unavailable: 'none' } });
    for (const error of [new FlowError('UNREADABLE_FILE', 'gone'), new Error('crash')])
      await expect(throwing(error)).rejects.toBe(error);
  });

  it.each<readonly [string, Partial<SweepFile>, RegExp]>([
    ['no pictures', { models: [{ name: 'a', model: 'a.onnx' }] }, /"a" needs pictures/],
    ['one picture, between which and the next nothing is', { activity: 1 }, /activity/],
    ['a library that is missing', { energy: { liberty: 'gone.lib' } }, /cannot read the Liberty file/],
    ['a library without a supply voltage', { energy: { liberty: 'none.lib' } }, /no supply voltage/],
  ])('is refused with %s', (_name, changes, message) => {
    expect(() => defineSweep({ ...measuring, ...changes }, { folder: root })).toThrow(message);
  });
});
