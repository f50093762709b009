/** Workers with an executor whose stages take too long, or meet what they cannot read or write. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sha256, type JsonObject } from '../canonical.js';
import { leaseDirectory } from '../queue/lease-directory.js';
import type { Job, Quarantined } from '../queue/queue.js';
import { jobOf } from '../stages/resolve.js';
import { flowStages } from '../stages/registry.js';
import { isRunning } from '../store/files.js';
import { machineId } from '../store/machine.js';
import { openStore } from '../store/store.js';
import { temporary } from '../testing/harness.js';
import { syntheticSweep } from '../testing/synthetic.js';
import { Executor, type ExecutorProgram } from './child.js';
import { idleSince } from './idle.js';
import { timeLimitMs } from './limits.js';
import { runWorker } from './worker.js';

const root = temporary();
const folderOf = (name: string): string => join(root, name, 'sweep');

const programOf = (folder: string): ExecutorProgram => ({
  module: fileURLToPath(new URL('./testing/stage-process.ts', import.meta.url)),
  args: [folder],
  execArgv: ['--import', import.meta.resolve('tsx')],
});

const jobFor = (stage: string, context: JsonObject = {}, name = stage): Job => {
  const key = sha256(name);
  return { id: `${stage}-${key}`, stage, key, label: name, inputs: { name }, context };
};

/** Jobs that are done, and those that were given up, by stage. */
const workOn = async (folder: string, jobs: readonly Job[]) => {
  const queue = leaseDirectory(folder, { beatMs: 100, staleMs: 3000 });
  await queue.enqueue(jobs);
  const finished = await runWorker({
    ...{ folder, queue, executor: programOf(folder), idleMs: 200 },
    signal: new AbortController().signal,
  });
  const givenUp = await leaseDirectory(folder).quarantined();
  const failures = new Map<string, Quarantined>(givenUp.map((entry) => [entry.stage, entry]));
  return { finished, failures };
};

describe('a stage that takes too long', () => {
  it('is ended, by itself where it listens, and given up with the name of its limit; others go on', async () => {
    const folder = folderOf('slow');
    const limit = { limitMinutes: 0.02 };
    // In the order of their names: the first one waits for the executor to start, the last one has one that follows a killed one.
    const jobs = [jobFor('able'), jobFor('attentive', limit), jobFor('deaf', limit), jobFor('sound')];
    const { finished, failures } = await workOn(folder, jobs);
    expect([finished, existsSync(join(folder, 'heard'))]).toEqual([2, true]);
    for (const stage of ['attentive', 'deaf'])
      expect(failures.get(stage)).toMatchObject({
        tries: 1,
        failure: {
          ...{ code: 'STAGE_TIMEOUT', again: false, stops: false, limits: limit },
          message: `the stage ${stage} took longer than 0.02 minutes and was stopped; raise limits.stageMinutes in the sweep file`,
        },
      });
    // What the killed one left, the executor after it removed.
    expect(readdirSync(join(folder, 'work'))).toEqual([]);
  });

  it('because of a tool names the limit of the tool', async () => {
    const [folder, job] = [folderOf('tool'), jobFor('slow')];
    const { failures } = await workOn(folder, [job]);
    const { code, message, again } = failures.get('slow')?.failure ?? {};
    expect([code, again]).toEqual(['TOOL_TIMEOUT', false]);
    expect(message?.split('\n')[0]).toBe(
      'nextpnr-ecp5 did not finish within its limit of 60 s and was stopped; raise limits.placeMinutes in the sweep file',
    );
    expect(message).toContain('its last line');
    const log = join(folder, 'log', `${job.id}.log`);
    expect(message).toContain(`full log: ${log}\n`);
    expect(readFileSync(log, 'utf8')).toBe('its first line\nits last line');
  });

  it('has the time that the sweep file gives it, and its tools beside', () => {
    const [point] = syntheticSweep(1, 1).points();
    if (point === undefined) throw new Error('no points');
    const limits = { synthesisMinutes: 60, placeMinutes: 100, activityMinutes: 10, memoryMiB: 1 };
    const minutes = (stageMinutes?: number) =>
      Object.fromEntries(
        flowStages().map((stage) => {
          const given = stageMinutes === undefined ? limits : { ...limits, stageMinutes };
          const job = jobOf(stage, { inputs: {}, context: {} }, { ...point, limits: given });
          return [stage.name, timeLimitMs(job) / 60_000];
        }),
      );
    expect(minutes()).toEqual({
      ...{ quantize: 1440, evaluate: 120, emit: 120, simulate: 120 },
      ...{ synthesize: 180, place: 220, energy: 120, activity: 150 },
    });
    expect(minutes(5)).toEqual({
      ...{ quantize: 5, evaluate: 5, emit: 5, simulate: 5 },
      ...{ synthesize: 65, place: 105, energy: 5, activity: 35 },
    });
  });

  it('has no limit in jobs of sweeps that knew none, and none that a timer does not count', () => {
    for (const context of [{}, { limitMinutes: 1e9 }])
      expect(timeLimitMs(jobFor('sound', context))).toBe(21 * 86_400_000);
  });
});

describe('an error of the file system inside a stage', () => {
  it('is the folder’s below it, and else the job’s, with the path', async () => {
    const folder = folderOf('paths');
    const jobs = ['below', 'elsewhere', 'full', 'forbidden'].map((stage) => jobFor(stage));
    const { failures } = await workOn(folder, jobs);
    const failureOf = (stage: string) => failures.get(stage)?.failure;
    expect(failureOf('below')).toMatchObject({ code: 'FOLDER_NOT_WRITABLE', stops: true });
    expect(failureOf('below')?.message).toMatch(
      /^cannot write to \S+\/work\/\S+\/file\/below: a part of the path/,
    );
    expect(failureOf('elsewhere')).toMatchObject({ code: 'ENOTDIR', stops: false });
    expect(failureOf('elsewhere')?.message).toContain(join(root, 'paths', 'file', 'below'));
    expect(failureOf('full')).toMatchObject({ code: 'FOLDER_NOT_WRITABLE', stops: true });
    expect(failureOf('full')?.message).toContain(`cannot write to ${folder}: the disk is full`);
    expect(failureOf('forbidden')).toMatchObject({ code: 'EPERM', message: 'kill EPERM', stops: false });
  });
});

describe('an executor', () => {
  it('that was killed while it had nothing to do is no job’s fault: the next one has a fresh one', async () => {
    const folder = folderOf('idle');
    const executor = new Executor(programOf(folder));
    const pidOf = async (name: string): Promise<number> => {
      const job = jobFor('pid', {}, name);
      expect(await executor.run(job)).toMatchObject({ kind: 'done' });
      const found = openStore(folder).results.read('pid', job.key);
      if (found.kind !== 'found' || found.result.outcome.kind !== 'done') throw new Error(found.kind);
      return Number(found.result.outcome.outputs['pid']);
    };
    const first = await pidOf('first');
    process.kill(first, 'SIGKILL');
    while (isRunning(first)) await wait(20);
    const second = await pidOf('second');
    expect(second).not.toBe(first);
    process.kill(second, 'SIGKILL');
    // It has ended while we did nothing else, so nobody has noticed: the job is lost, and is not said to have crashed.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    expect(await executor.run(jobFor('pid', {}, 'third'))).toEqual({ kind: 'killed' });
    expect(await pidOf('fourth')).not.toBe(second);
    executor.kill();
  });

  it('removes what executors of this machine left, and nobody else’s', async () => {
    const folder = folderOf('leftovers');
    // No process has the number: it is beyond what Linux gives out.
    const [gone, own] = [2 ** 22 + 1, process.pid];
    const host = hostname().replace(/[^\w-]/g, '_');
    const kept = [`${machineId()}.${own}-a`, `${machineId()}x.${gone}-a`, `${host}.${gone}-a`, 'something'];
    for (const name of [...kept, `${machineId()}.${gone}-a`])
      mkdirSync(join(folder, 'work', name), { recursive: true });
    await workOn(folder, [jobFor('sound')]);
    expect(readdirSync(join(folder, 'work')).toSorted()).toEqual(kept.toSorted());
  });
});

describe('a worker without a job', () => {
  const queueOf = (running: () => number) => ({
    counts: () => Promise.resolve({ waiting: 0, running: running(), quarantined: 0 }),
  });

  it('stays while a job runs elsewhere, and leaves some time after', async () => {
    let running = 1;
    const idle = idleSince(
      queueOf(() => running),
      100,
    );
    for (let looks = 0; looks < 30; looks++) {
      expect(await idle.isOver()).toBe(false);
      await wait(10);
    }
    running = 0;
    const started = performance.now();
    while (!(await idle.isOver())) await wait(5);
    expect(performance.now() - started).toBeGreaterThan(50);
  });

  it('asks nobody where there is no limit', async () => {
    const asked = queueOf(() => {
      throw new Error('asked');
    });
    expect(await idleSince(asked, Infinity).isOver()).toBe(false);
    await expect(idleSince(asked, 1).isOver()).rejects.toThrow('asked');
  });

  it('leaves the queue also when it cannot begin', async () => {
    const folder = folderOf('no-log');
    const queue = leaseDirectory(folder);
    writeFileSync(join(folder, 'log'), 'a file');
    let closed = false;
    const close = (): Promise<void> => {
      closed = true;
      return queue.close();
    };
    const worker = runWorker({
      ...{ folder, executor: programOf(folder), signal: new AbortController().signal },
      queue: Object.assign(leaseDirectory(folder), { close }),
    });
    await expect(worker).rejects.toMatchObject({ code: 'FOLDER_NOT_WRITABLE', exitCode: 2 });
    expect([closed, existsSync(join(folder, 'work'))]).toEqual([true, false]);
  });
});
