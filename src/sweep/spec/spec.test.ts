/** Sweep files: what they may say, which points they mean, what is refused before anything starts. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shardOf } from '../launch/shards.js';
import { temporary } from '../testing/harness.js';
import { defineSweep, loadSweep, pointId, spreadSeeds, sweepJsonSchema, type SweepFile } from './index.js';

const root = temporary();
for (const name of ['a.onnx', 'b.onnx', 'c.onnx']) writeFileSync(join(root, name), name.slice(0, 1));
writeFileSync(join(root, 'same-as-a.onnx'), 'a');
for (const part of ['tra', 'tes']) writeFileSync(join(root, `optdigits.${part}.csv`), part);

const base: SweepFile = {
  title: 'test',
  models: [{ name: 'a', model: 'a.onnx' }],
  arrays: ['4x4', '8x8'],
  devices: ['hx8k', 'up5k'],
  seeds: 3,
};
const define = (changes: Partial<SweepFile>, pointsLimit?: number) =>
  defineSweep(
    { ...base, ...changes },
    { folder: root, ...(pointsLimit === undefined ? {} : { pointsLimit }) },
  );

/** What it throws. */
const thrownBy = (action: () => unknown): unknown => {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('a sweep file', () => {
  it('means every combination, seeds fastest', () => {
    const sweep = define({
      pe: ['int', { kind: 'pvq', roundWeights: true, pvqPulses: { from: 0.5, to: 2, times: 2 } }],
    });
    const points = [...sweep.points()];
    expect(sweep).toMatchObject({ pointCount: 48, designCount: 16 });
    expect(points).toHaveLength(48);
    expect(new Set(points.map(pointId)).size).toBe(48);
    expect(points.slice(0, 3).map(({ seed }) => seed)).toEqual(spreadSeeds(3));
    expect(new Set(points.map(({ pe }) => pe.pulses))).toEqual(new Set([null, 0.5, 1, 2]));
  });

  it('varies parameters of methods, and sides of arrays', () => {
    const sweep = define({
      models: [{ name: 'a', model: 'a.onnx', data: '.' }],
      methods: [{ method: 'uniform', vary: { weightBits: [2, 4], clip: { from: 1, to: 1.2, step: 0.1 } } }],
      arrays: { rows: [2, 4], columns: { from: 4, to: 16, times: 2 } },
    });
    const methods = new Set([...sweep.points()].map(({ method }) => method.setting));
    expect(methods.size).toBe(6);
    expect([...methods]).toContain('weightBits 2, clip 1.1');
    expect(new Set([...sweep.points()].map(({ rows, columns }) => `${rows}x${columns}`)).size).toBe(6);
  });

  it('names points by what they are made of, not by files', () => {
    const ids = (model: string): readonly string[] =>
      [...define({ models: [{ name: model, model: `${model}.onnx` }] }).points()].map(pointId);
    expect(ids('same-as-a')).toEqual(ids('a'));
    expect(ids('b')).not.toEqual(ids('a'));
  });

  it('keeps what constraints allow', () => {
    const small = { when: { device: 'up5k' as const }, allow: { array: '4x4' } };
    expect(define({ constraints: [small] }).designCount).toBe(3);
    expect(define({ constraints: [{ exclude: { rows: { atLeast: 5 } } }] }).designCount).toBe(2);
  });

  it('names the constraint that leaves nothing', () => {
    const constraints: SweepFile['constraints'] = [
      { name: 'small', exclude: { array: '8x8' } },
      { name: 'large', when: {}, allow: { rows: { atLeast: 8 } } },
    ];
    const thrown = thrownBy(() => define({ constraints }));
    expect(thrown).toMatchObject({ code: 'CONTRADICTION', exitCode: 2 });
    expect(String(thrown)).toMatch(/constraint 2 \("large"\).* nothing of the 2 designs/);
  });

  it('says how many points there are when there are too many, and takes them when asked to', () => {
    const many = { clocks: { from: 1, to: 250, step: 1 }, seeds: 1000 };
    const thrown = thrownBy(() => define(many));
    expect(thrown).toMatchObject({ code: 'TOO_MANY_POINTS', exitCode: 2 });
    expect(String(thrown)).toContain('1,000,000 points');
    expect(define(many, 1_000_000).pointCount).toBe(1_000_000);
    expect(() =>
      define({
        ...many,
        clocks: { from: 1, to: 100_000, step: 1 },
        arrays: { rows: { from: 1, to: 200, step: 1 }, columns: 1 },
      }),
    ).toThrow(expect.objectContaining({ code: 'TOO_MANY_POINTS' }));
  });

  it('refuses more settings than can be kept before it makes any, and takes them when asked to', () => {
    const ticks = (to: number) => ({ from: 1, to, step: 1 });
    const settings = (gates: number, rest: Partial<SweepFile> = {}): Partial<SweepFile> => ({
      models: [{ name: 'a', model: 'a.onnx', data: '.' }],
      methods: [{ method: 'uniform', vary: { first: ticks(gates), second: ticks(200), third: ticks(50) } }],
      ...{ arrays: ['4x4'], devices: ['hx8k'], seeds: 1 },
      ...rest,
    });
    const started = performance.now();
    const thrown = thrownBy(() => define(settings(200)));
    expect(thrown).toMatchObject({ code: 'TOO_MANY_POINTS', exitCode: 2 });
    expect(String(thrown)).toContain('up to 2,000,000 points, more than 100,000;');
    expect(thrownBy(() => define(settings(1000, { clocks: ticks(3) }), 10 ** 9))).toMatchObject({
      message: expect.stringContaining('up to 30,000,000 points') as string,
    });
    // Made, they would take half a minute and gigabytes.
    expect(performance.now() - started).toBeLessThan(2000);
    expect(define(settings(11), 110_000).pointCount).toBe(110_000);
  });

  it.each<readonly [string, Readonly<Record<string, unknown>>, RegExp]>([
    ['a time limit that no timer counts', { limits: { placeMinutes: 40_000 } }, /limits\.placeMinutes/],
    ['a misspelt name', { device: ['hx8k'] }, /device/],
    ['an unknown device', { devices: ['hx9k'] }, /devices\[0\]/],
    ['no models', { models: [] }, /models/],
    ['a missing file', { models: [{ name: 'x', model: 'x.onnx' }] }, /cannot read the model "x"/],
    ['two models of one name', { models: [base.models[0], base.models[0]] }, /two models are named "a"/],
    ['an empty range', { clocks: { from: 5, to: 1, step: 1 } }, /holds nothing/],
    ['a method without data', { methods: [{ method: 'prom' }] }, /needs data/],
    ['a condition on nothing', { constraints: [{ exclude: { model: 'z' } }] }, /names the model "z"/],
    ['rounding for nothing', { pe: [{ kind: 'auto', roundWeights: true }] }, /rounds nothing/],
  ])('refuses %s, naming it', async (_name, changes, message) => {
    writeFileSync(join(root, 'sweep.json'), JSON.stringify({ ...base, ...changes }));
    await expect(loadSweep(join(root, 'sweep.json'))).rejects.toThrow(message);
    await expect(loadSweep(join(root, 'sweep.json'))).rejects.toMatchObject({
      code: 'BAD_SWEEP_FILE',
      exitCode: 2,
    });
  });

  it('may be TypeScript, with a rule', async () => {
    const text = `export default { ...${JSON.stringify(base)}, where: ({ rows, device }) => device === 'hx8k' || rows < 8 };`;
    writeFileSync(join(root, 'sweep.mts'), text);
    expect((await loadSweep(join(root, 'sweep.mts'))).designCount).toBe(3);
  });

  it.each<readonly [string, string, RegExp]>([
    [
      'undefined',
      '() => undefined',
      /answers undefined for the design "a, auto, 4x4, hx8k"; .* true or false$/,
    ],
    ['0', '({ rows }) => (rows === 8 ? 0 : true)', /answers 0 for the design "a, auto, 8x8, hx8k"/],
    ['null', '() => null', /answers null/],
    ['a word', '() => "yes"', /answers yes/],
    ['a list', '() => []', /answers an object/],
    ['a Promise', 'async () => true', /answers a Promise .* without async$/],
    ['a Promise that fails', 'async () => { throw new Error("late"); }', /answers a Promise/],
    [
      'an error',
      '({ device }) => device.size.large',
      /throws for the design "a, auto, 4x4, hx8k": TypeError: .*'large'.*; correct it$/,
    ],
  ])('refuses a rule that gives %s, naming the design', async (name, where, message) => {
    const path = join(root, `where-${name.replace(/\W/g, '-')}.mts`);
    writeFileSync(path, `export default { ...${JSON.stringify(base)}, where: ${where} };`);
    const thrown: unknown = await loadSweep(path).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'BAD_SWEEP_FILE', exitCode: 2 });
    expect(thrown instanceof Error ? thrown.message : '').toMatch(message);
  });

  it('gives a stage a time of its own only where one is asked for, which names no point anew', () => {
    const [usual] = define({}).points();
    const [longer] = define({ limits: { stageMinutes: 300 } }).points();
    if (usual === undefined || longer === undefined) throw new Error('no points');
    expect([usual.limits.stageMinutes, longer.limits.stageMinutes]).toEqual([undefined, 300]);
    expect(pointId(longer)).toBe(pointId(usual));
    expect(define({ limits: { stageMinutes: 300 } }).hash).toBe(define({}).hash);
  });

  it('is described by a JSON Schema', () => {
    expect(JSON.stringify(sweepJsonSchema())).toContain('constraints');
  });

  it('falls into shards that together are the whole', () => {
    const sweep = define({ models: ['a', 'b', 'c'].map((name) => ({ name, model: `${name}.onnx` })) });
    const parts = [1, 2, 3, 4, 5].map((shard) => shardOf(sweep, shard, 5));
    const ids = parts.flatMap((part) => [...part.points()].map(pointId));
    expect(ids).toEqual([...sweep.points()].map(pointId));
    expect(parts.map(({ designCount }) => designCount)).toEqual([2, 2, 3, 2, 3]);
  });
});
