/** What a run remembers, what it does not trust, and what of other runs is none of its business. */
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sweepReportSchema, type SweepReport } from '../../report/index.js';
import { sha256, type JsonObject } from '../canonical.js';
import { leaseDirectory } from '../queue/lease-directory.js';
import type { Job } from '../queue/queue.js';
import type { Stage, StageRegistry } from '../stages/stage.js';
import { jobKey, makeResolver } from '../stages/resolve.js';
import { openStore } from '../store/store.js';
import type { Sweep } from '../spec/sweep.js';
import { planSweep } from './plan.js';
import { byId } from './report.js';
import { runParallel, temporary } from '../testing/harness.js';
import { often, runInside } from '../testing/inside.js';
import { syntheticStages, syntheticSweep, together } from '../testing/synthetic.js';

const root = temporary();
const folder = (name: string): string => join(root, name);
const reportIn = (name: string): SweepReport =>
  sweepReportSchema.parse(JSON.parse(readFileSync(join(folder(name), 'sweep.json'), 'utf8')));

/** What the first point of a sweep that has no results needs first. */
const firstJob = (sweep: Sweep): Job => {
  const [point] = sweep.points();
  if (point === undefined) throw new Error('no points');
  const [job] = makeResolver(syntheticStages, openStore(folder('nothing')))(point).missing;
  if (job === undefined) throw new Error('no job');
  return job;
};

describe('what a run gave up', () => {
  it('stays in its report although another run forgives it meanwhile', async () => {
    const sweep = together(syntheticSweep(1, 2, 'poison'), syntheticSweep(11, 2));
    const other = leaseDirectory(folder('forgiven'), often);
    const { failures } = openStore(folder('forgiven'));
    let forgiven = 0;
    const ended = await runInside(sweep, folder('forgiven'), {
      progress: () => {
        if (failures.all().length === 0) return;
        void other.forgive();
        failures.clear();
        forgiven++;
      },
    });
    expect(forgiven).toBeGreaterThan(0);
    expect(await other.quarantined()).toEqual([]);
    expect(ended).toMatchObject({ points: 24, done: 22, failed: 2, unfinished: 0 });
    expect(reportIn('forgiven').points).toHaveLength(24);
    expect(failures.all()).toMatchObject([{ stage: 'one' }]);
  });

  it('lies in the folder with its log, until a run tries it anew', async () => {
    await runInside(syntheticSweep(1, 1, 'poison'), folder('poison'));
    const { failures } = openStore(folder('poison'));
    const [entry] = failures.all();
    expect(entry).toMatchObject({ stage: 'one', tries: 3, failure: { message: 'this never works' } });
    expect(entry?.failure.log).toMatch(/synthetic\.ts:\d+/);
    await runInside(syntheticSweep(1, 1), folder('poison'));
    expect(failures.all()).toEqual([]);
  });
});

describe('a job that was given up for want of time or memory', () => {
  const sweep = syntheticSweep(1, 2);
  const job = firstJob(sweep);
  const givenUpWith = (limits: Readonly<Record<string, number>>, name: string) => {
    const failure = {
      code: 'TOOL_TIMEOUT',
      message: 'too slow',
      again: false,
      stops: false,
      log: '',
      limits,
    };
    const { id, stage, key, label } = job;
    openStore(folder(name)).failures.add({ id, stage, key, label, tries: 1, failure });
    return folder(name);
  };
  const has = { memoryMiB: 4096, limitMinutes: 120 };

  it('fails at once with no more, and is told again', async () => {
    const same = givenUpWith(has, 'same');
    for (const [before, planned] of [[same, 1] as const, [folder('untouched'), 0] as const])
      expect(
        await planSweep({
          ...{ sweep, registry: syntheticStages, measured: new Map() },
          resolve: makeResolver(syntheticStages, openStore(before)),
          before: byId(openStore(before).failures.all()),
        }),
      ).toMatchObject({ spent: planned, answeredPoints: 2 * planned });
    expect(await runInside(sweep, same)).toMatchObject({ jobs: 0, failed: 2, failures: [{ points: 2 }] });
    expect(openStore(same).failures.all()).toMatchObject([{ id: job.id, failure: { limits: has } }]);
  });

  it('is tried with more of one of them, or with no limit', async () => {
    for (const [name, had] of Object.entries({
      memory: { ...has, memoryMiB: 4000 },
      time: { ...has, limitMinutes: 119 },
      unlimited: { ...has, minutes: 1000 },
    })) {
      expect(await runInside(sweep, givenUpWith(had, name))).toMatchObject({ failed: 0, done: 2 });
      expect(openStore(folder(name)).failures.all()).toEqual([]);
    }
  });
});

/** Infeasible points, which may be the first to be answered, have none of the last stage. */
const hasResult = (name: string): boolean => openStore(folder(name)).results.keys('three').length > 0;

/** A stored result of the last stage, with another outcome. */
const deliverAnother = (name: string): string => {
  const { results } = openStore(folder(name));
  const [key = ''] = results.keys('three');
  const found = results.read('three', key);
  if (found.kind !== 'found') throw new Error('no result');
  const late = { ...found.result, outcome: { kind: 'done' as const, outputs: { value: 'another' } } };
  expect(() => results.publish(late)).toThrow(/two different results/);
  const [conflict = ''] = readdirSync(join(folder(name), 'conflicts'));
  return join(folder(name), 'conflicts', conflict);
};

describe('a second result for the same inputs', () => {
  it('ends a sweep that runs, whatever became of the claim of who delivers it', async () => {
    let delivered = '';
    const running = runParallel(syntheticSweep(30, 3), folder('late'), {
      workers: 1,
      progress: () => {
        // As a worker does that was thought lost: its claim is somebody else's, the queue hears nothing of it.
        if (delivered === '' && hasResult('late')) delivered = deliverAnother('late');
      },
    });
    await expect(running).rejects.toMatchObject({ code: 'NOT_DETERMINISTIC', exitCode: 1 });
    await expect(running).rejects.toThrow(delivered);
    expect(existsSync(join(folder('late'), 'sweep.json'))).toBe(false);
  });

  it('is refused by every later run, until its file is removed', async () => {
    const sweep = syntheticSweep(2, 2);
    await runInside(sweep, folder('contradicted'));
    const path = deliverAnother('contradicted');
    for (let again = 0; again < 2; again++)
      await expect(runInside(sweep, folder('contradicted'))).rejects.toThrow(path);
    rmSync(path);
    expect(await runInside(sweep, folder('contradicted'))).toMatchObject({ done: 4, jobs: 0 });
  });

  it('is what a run tells of that is interrupted when it comes', async () => {
    const interruption = new AbortController();
    const running = runInside(syntheticSweep(12, 2), folder('interrupted'), {
      signal: interruption.signal,
      progress: () => {
        if (!hasResult('interrupted') || interruption.signal.aborted) return;
        interruption.abort();
        deliverAnother('interrupted');
      },
    });
    await expect(running).rejects.toMatchObject({ code: 'NOT_DETERMINISTIC' });
  });
});

/** A job of a plan that is not this one's: its input has changed since. */
const staleJob = (context: JsonObject = {}): Job => {
  const key = sha256('stale');
  return { id: `stale-${key}`, stage: 'stale', key, label: 'of an earlier file', inputs: {}, context };
};

/** Fails as stages do whose input was replaced. */
const stale = (runs: string[]): Stage => ({
  ...{ name: 'stale', version: 1, after: [] },
  request: () => undefined,
  run: ({ label }) => {
    runs.push(label);
    return Promise.reject(
      Object.assign(new Error('a.onnx has changed'), { code: 'INPUT_CHANGED', exitCode: 2 }),
    );
  },
});

describe('what waits for another plan', () => {
  it('is not run when its sweep is gone', async () => {
    const before = leaseDirectory(folder('replaced'), often);
    await before.attend(new Set([staleJob().id]));
    await before.enqueue([staleJob()]);
    await before.close();
    const runs: string[] = [];
    const registry = [stale(runs), ...syntheticStages];
    expect(await runInside(syntheticSweep(3, 1), folder('replaced'), { registry })).toMatchObject({
      done: 3,
    });
    expect(runs).toEqual([]);
    expect(await before.counts()).toEqual({ waiting: 0, running: 0, quarantined: 0 });
  });

  it('is run when its sweep is alive, and its failure does not end this one', async () => {
    const other = leaseDirectory(folder('both'), often);
    await other.attend(new Set([staleJob().id]));
    await other.enqueue([staleJob()]);
    const runs: string[] = [];
    const registry = [stale(runs), ...syntheticStages];
    const ended = await runInside(syntheticSweep(3, 1), folder('both'), {
      registry,
      progress: () => void other.attend(new Set([staleJob().id])),
    });
    expect(ended).toMatchObject({ done: 3, failed: 0, unfinished: 0 });
    expect(runs).toEqual(['of an earlier file']);
    expect(await other.quarantined()).toMatchObject([{ failure: { code: 'INPUT_CHANGED', stops: true } }]);
    await other.close();
  });

  it('ends the sweep when it is asked for by this plan as well', async () => {
    const registry = [{ ...stale([]), request: () => ({ inputs: {}, context: {} }) }, ...syntheticStages];
    await expect(runInside(syntheticSweep(1, 1), folder('stops'), { registry })).rejects.toMatchObject({
      code: 'INPUT_CHANGED',
      exitCode: 2,
    });
  });

  it('is run with the limits and paths of this plan where it asks for the same', async () => {
    const contexts: JsonObject[] = [];
    const limited: Stage = {
      ...{ name: 'limited', version: 1, after: [] },
      request: () => ({ inputs: {}, context: { minutes: 60 } }),
      run: ({ context }) => {
        contexts.push(context);
        return Promise.resolve({ kind: 'done', outputs: {} });
      },
    };
    const key = jobKey(limited, {});
    const earlier = { ...staleJob({ minutes: 1 }), id: `limited-${key}`, stage: 'limited', key };
    const other = leaseDirectory(folder('limits'), often);
    // A sweep that is alive keeps it in the queue.
    await other.attend(new Set([earlier.id]));
    await other.enqueue([earlier]);
    await runInside(syntheticSweep(1, 1), folder('limits'), { registry: [limited] });
    expect(contexts).toMatchObject([{ minutes: 60 }]);
    await other.close();
  });
});

/** Placements with floorplans, which only the report reads. */
const placed: StageRegistry = [
  {
    ...{ name: 'place', version: 1, after: [] },
    request: ({ rows }) => ({ inputs: { rows }, context: {} }),
    run: ({ inputs }, { blobs }) => {
      const plan = { width: Number(inputs['rows']), height: 1, kinds: [], tiles: [] };
      const floorplan = `blob:${blobs.put(JSON.stringify(plan))}`;
      const outputs = { fmaxMHz: 10, timingMet: true, utilization: [], floorplan };
      return Promise.resolve({ kind: 'done', outputs });
    },
  },
];
const blobsIn = (name: string): readonly string[] =>
  readdirSync(join(folder(name), 'blobs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

describe('floorplans that are corrupt', () => {
  it('are all found at once and made again, however many', async () => {
    const sweep = syntheticSweep(25, 1);
    await runInside(sweep, folder('plans'), { registry: placed });
    const before = readFileSync(join(folder('plans'), 'sweep.json'), 'utf8');
    const paths = blobsIn('plans');
    expect(paths).toHaveLength(25);
    for (const path of paths) truncateSync(path, 5);
    const ended = await runInside(sweep, folder('plans'), { registry: placed });
    expect(ended).toMatchObject({ done: 25, unfinished: 0, jobs: 25 });
    expect([...ended.corrupt].sort()).toEqual(expect.arrayContaining([...paths].sort()));
    expect(readFileSync(join(folder('plans'), 'sweep.json'), 'utf8')).toBe(before);
  });

  it('leave points unfinished, and the sweep comes to an end, when making them again does not help', async () => {
    const bad = (stage: Stage): Stage => ({
      ...stage,
      run: async (job, run) => {
        const outcome = await stage.run(job, run);
        for (const path of blobsIn('rotten')) writeFileSync(path, 'rot');
        return outcome;
      },
    });
    const ended = await runInside(syntheticSweep(2, 2), folder('rotten'), { registry: placed.map(bad) });
    expect(ended).toMatchObject({ points: 4, done: 2, unfinished: 2 });
    expect(reportIn('rotten').points).toHaveLength(2);
    expect(readdirSync(folder('rotten')).filter((name) => name.startsWith('.tmp-'))).toEqual([]);
  });
});
