/** Sweeps with real worker processes and synthetic stages: killed, poisoned, corrupted, twice at once. */
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../num/index.js';
import { sweepReportSchema } from '../../report/index.js';
import { mergeFolder } from '../store/merge.js';
import { contentsOf, runParallel, runSerially, temporary } from '../testing/harness.js';
import { syntheticSweep } from '../testing/synthetic.js';
import { memoryBelow } from '../worker/memory.js';

const root = temporary();
const folder = (name: string): string => join(root, name);

/** Kills processes below this one, workers and executors alike, at random times. Returns how many. */
const killing = async (kills: number, seed: number, stop: AbortSignal): Promise<number> => {
  const random = createRandom(seed);
  let killed = 0;
  while (killed < kills && !stop.aborted) {
    await wait(random.integer(100, 500));
    const victims = memoryBelow(process.pid).filter(({ pid }) => isSweepProcess(pid));
    const victim = victims[random.integer(0, Math.max(0, victims.length - 1))];
    if (victim === undefined) continue;
    process.kill(victim.pid, 'SIGKILL');
    killed++;
  }
  return killed;
};

const isSweepProcess = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('worker-process');
  } catch {
    return false;
  }
};

describe('a sweep', () => {
  it('gives the results of a serial run, byte by byte, when workers and executors are killed', async () => {
    const sweep = syntheticSweep(60, 3);
    await runSerially(sweep, folder('serial'));
    const stop = new AbortController();
    const killer = killing(8, 7, stop.signal);
    const ended = await runParallel(sweep, folder('killed'));
    stop.abort();
    expect(await killer).toBeGreaterThan(2);
    expect(ended).toMatchObject({ points: 180, done: 156, infeasible: 24, failed: 0, unfinished: 0 });
    expect(contentsOf(folder('killed'))).toEqual(contentsOf(folder('serial')));
  });

  it('does no work the second time, and writes the same report', async () => {
    const report = readFileSync(join(folder('killed'), 'sweep.json'), 'utf8');
    const again = await runParallel(syntheticSweep(60, 3), folder('killed'));
    expect(again).toMatchObject({ jobs: 0, done: 156 });
    expect(readFileSync(join(folder('killed'), 'sweep.json'), 'utf8')).toBe(report);
    expect(sweepReportSchema.parse(JSON.parse(report)).points).toHaveLength(180);
  });

  it('goes on where it was interrupted', async () => {
    const sweep = syntheticSweep(60, 3);
    const interruption = new AbortController();
    const first = runParallel(sweep, folder('interrupted'), {
      signal: interruption.signal,
      progress: (_stage, done) => {
        if (done >= 20) interruption.abort();
      },
    });
    await expect(first).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
    const kept = Object.keys(contentsOf(folder('interrupted'))).length;
    expect(kept).toBeGreaterThan(20);
    await runParallel(sweep, folder('interrupted'));
    expect(contentsOf(folder('interrupted'))).toEqual(contentsOf(folder('serial')));
  });

  it('shares the work with another one that runs in the same folder', async () => {
    const sweep = syntheticSweep(60, 3);
    const both = await Promise.all([
      runParallel(sweep, folder('shared'), { workers: 1 }),
      runParallel(sweep, folder('shared'), { workers: 1 }),
    ]);
    for (const ended of both) expect(ended).toMatchObject({ done: 156, failed: 0 });
    expect(contentsOf(folder('shared'))).toEqual(contentsOf(folder('serial')));
  });

  it('names what is corrupt and makes it again', async () => {
    const before = contentsOf(folder('shared'));
    const [cut, changed] = readdirSync(join(folder('shared'), 'results', 'three')).map((name) =>
      join(folder('shared'), 'results', 'three', name),
    );
    const [blobs = ''] = readdirSync(join(folder('shared'), 'blobs'));
    const [blob = ''] = readdirSync(join(folder('shared'), 'blobs', blobs));
    if (cut === undefined || changed === undefined) throw new Error('no results');
    truncateSync(cut, 60);
    writeFileSync(changed, readFileSync(changed, 'utf8').replace(/"value":"./, '"value":"-'));
    truncateSync(join(folder('shared'), 'blobs', blobs, blob), 3);
    const again = await runParallel(syntheticSweep(60, 3), folder('shared'), { workers: 1 });
    expect([...again.corrupt].sort()).toEqual([cut, changed].sort());
    // Nobody has read the blob: it is found when somebody does.
    expect(contentsOf(folder('shared'))).toEqual({
      ...before,
      [`blobs/${blobs}/${blob}`]: contentsOf(folder('shared'))[`blobs/${blobs}/${blob}`],
    });
  });

  it('makes a blob again that a stage finds cut off', async () => {
    const before = contentsOf(folder('shared'));
    for (const stage of ['two', 'three'])
      for (const name of readdirSync(join(folder('shared'), 'results', stage)))
        truncateSync(join(folder('shared'), 'results', stage, name), 0);
    await runParallel(syntheticSweep(60, 3), folder('shared'));
    expect(Object.keys(contentsOf(folder('shared')))).toEqual(Object.keys(before));
    expect(contentsOf(folder('shared'))).toEqual(contentsOf(folder('serial')));
  });

  it('gives up a job after three tries, keeps its log, and finishes the rest', async () => {
    for (const behaviour of ['poison', 'crash'] as const) {
      const ended = await runParallel(syntheticSweep(1, 2, behaviour), folder(behaviour), { workers: 1 });
      expect(ended).toMatchObject({ points: 2, failed: 2, done: 0 });
      const [name = ''] = readdirSync(join(folder(behaviour), 'queue', 'quarantine'));
      const entry: unknown = JSON.parse(
        readFileSync(join(folder(behaviour), 'queue', 'quarantine', name), 'utf8'),
      );
      expect(entry).toMatchObject({ stage: 'one', tries: 3 });
      expect(JSON.stringify(entry)).toContain(behaviour === 'poison' ? 'this never works' : 'SIGABRT');
    }
  });

  it('ends a stage that takes more memory than it may, and does not try it again with as much', async () => {
    const reason =
      'one: it needs more than the 600 MiB of memory that limits.memoryMiB allows (MEMORY_LIMIT)';
    for (const jobs of [1, 0]) {
      const ended = await runParallel(syntheticSweep(1, 1, 'hungry'), folder('hungry'), { workers: 1 });
      expect(ended).toMatchObject({ jobs, failed: 1, failures: [{ reason, points: 1 }] });
    }
  });

  it('fails as a whole when the same inputs give another result', async () => {
    const sweep = syntheticSweep(1, 1, 'random');
    await runParallel(sweep, folder('random'), { workers: 1 });
    await runSerially(sweep, folder('other'));
    const [name = ''] = readdirSync(join(folder('other'), 'results', 'three'));
    const [ours, theirs] = ['random', 'other'].map((each) => join(folder(each), 'results', 'three', name));
    expect(existsSync(ours ?? '')).toBe(true);
    expect(readFileSync(ours ?? '')).not.toEqual(readFileSync(theirs ?? ''));
    expect(() => mergeFolder(folder('other'), folder('random'))).toThrow(
      expect.objectContaining({ code: 'NOT_DETERMINISTIC', exitCode: 1 }),
    );
  });
});
