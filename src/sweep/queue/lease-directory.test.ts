/** The lease directory: who owns a job, when a worker is lost, what a clock and other workers cannot do. */
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { sha256 } from '../canonical.js';
import type { StageFailure } from '../errors.js';
import { temporary } from '../testing/harness.js';
import { leaseDirectory } from './lease-directory.js';
import { lossesAllowed, type Claim, type Job, type Queue } from './queue.js';

const root = temporary();
let folder = '';
let count = 0;
beforeEach(() => {
  folder = join(root, `queue-${count++}`);
});

const job = (name: string): Job => ({
  ...{ id: `stage-${sha256(name)}`, stage: 'stage', key: sha256(name), label: name },
  inputs: { name },
  context: {},
});
const open = (): Queue => leaseDirectory(folder, { beatMs: 20, staleMs: 200 });
const claimed = async (queue: Queue): Promise<Claim> => {
  const claim = await queue.claim();
  if (claim === undefined) throw new Error('nothing waits');
  return claim;
};
const failure: StageFailure = { code: 'X', message: 'no', again: true, stops: false, log: 'its log' };

/** What a machine that shares the folder would write of its worker. */
const elsewhere = (worker: string, beat: number): void => {
  writeFileSync(
    join(folder, 'queue', 'workers', `${worker}.json`),
    JSON.stringify({ count: beat, host: 'elsewhere', pid: 1 }),
  );
};

describe('a lease directory', () => {
  it('gives every job to one worker, once, however often it was asked for', async () => {
    const [a, b] = [open(), open()];
    await a.enqueue([job('x'), job('y')]);
    await b.enqueue([job('y'), job('x')]);
    const claims = [await claimed(a), await claimed(b)];
    expect(new Set(claims.map(({ job: { label } }) => label))).toEqual(new Set(['x', 'y']));
    expect(await a.claim()).toBeUndefined();
    await a.enqueue([job('x')]);
    expect(await a.counts()).toEqual({ waiting: 0, running: 2, quarantined: 0 });
    for (const [index, queue] of [a, b].entries())
      await queue.complete(claims[index] ?? (await claimed(queue)));
    expect((await a.states()).size).toBe(0);
  });

  it('counts failures, and gives up after three, with the log', async () => {
    const queue = open();
    await queue.enqueue([job('poison')]);
    for (let tries = 0; tries < 3; tries++) {
      const claim = await claimed(queue);
      expect(claim.failures).toBe(tries);
      await queue.fail(claim, failure);
    }
    expect(await queue.claim()).toBeUndefined();
    expect(await queue.quarantined()).toMatchObject([{ label: 'poison', tries: 3, failure }]);
    await queue.enqueue([job('poison')]);
    expect(await queue.claim()).toBeUndefined();
    await queue.forgive();
    expect((await queue.states()).size).toBe(0);
  });

  it('gives up at once where another try is useless, and does not count what is given back', async () => {
    const queue = open();
    await queue.enqueue([job('x')]);
    for (let again = 0; again < 5; again++) await queue.release(await claimed(queue));
    const claim = await claimed(queue);
    expect(claim).toMatchObject({ failures: 0, losses: 0 });
    await queue.fail(claim, { ...failure, again: false });
    expect((await queue.quarantined()).map(({ tries }) => tries)).toEqual([1]);
  });

  it('takes a job from a worker whose count stands still, not from one that counts on', async () => {
    const queue = open();
    await queue.enqueue([job('x')]);
    const mine = await claimed(queue);
    const [name = ''] = readdirSync(join(folder, 'queue', 'claimed'));
    // As if a worker of another machine had claimed it.
    await queue.release(mine);
    const theirs = name.replace(/\.[\w-]+\.json$/, '.elsewhere-1-ab.json');
    const [free = ''] = readdirSync(join(folder, 'queue', 'waiting'));
    renameSync(join(folder, 'queue', 'waiting', free), join(folder, 'queue', 'claimed', theirs));
    for (let beat = 0; beat < 12; beat++) {
      elsewhere('elsewhere-1-ab', beat);
      await wait(30);
      expect(await queue.claim()).toBeUndefined();
    }
    const taken = await vi.waitUntil(() => queue.claim(), { timeout: 10_000, interval: 20 });
    expect(taken).toMatchObject({ job: { label: 'x' }, losses: 1, failures: 0 });
  });

  it('is not moved by the clock of the day', async () => {
    const [a, b] = [open(), open()];
    await a.enqueue([job('x')]);
    const claim = await claimed(a);
    const clock = vi.spyOn(Date, 'now').mockReturnValue(0);
    for (const now of [1e12, 5e12, 1]) {
      clock.mockReturnValue(now);
      expect(await a.heartbeat(claim)).toBe(true);
      await wait(30);
      expect(await b.claim()).toBeUndefined();
    }
    clock.mockRestore();
  });

  it('tells a worker that was thought lost that its job is somebody else’s', async () => {
    const queue = open();
    await queue.enqueue([job('x')]);
    const claim = await claimed(queue);
    await queue.lose(claim);
    expect(await queue.heartbeat(claim)).toBe(false);
    expect(await claimed(queue)).toMatchObject({ losses: 1 });
  });

  it('gives up a job with which too many workers were lost', async () => {
    const queue = open();
    await queue.enqueue([job('x')]);
    for (let lost = 0; lost < lossesAllowed; lost++) await queue.lose(await claimed(queue));
    expect(await queue.quarantined()).toMatchObject([{ failure: { code: 'WORKER_LOST' } }]);
  });

  it('counts lost workers anew when the sweep is started again, also those of a job at work', async () => {
    const queue = open();
    await queue.enqueue([job('x')]);
    const loseAllButOne = async (): Promise<void> => {
      for (let lost = 1; lost < lossesAllowed; lost++) await queue.lose(await claimed(queue));
    };
    await loseAllButOne();
    const running = await claimed(queue);
    await queue.forgive();
    expect(await queue.heartbeat(running)).toBe(true);
    await queue.release(running);
    await loseAllButOne();
    expect(await queue.quarantined()).toEqual([]);
    await queue.lose(await claimed(queue));
    expect(await queue.quarantined()).toMatchObject([{ failure: { code: 'WORKER_LOST' } }]);
  });

  it('gives a job that lost its worker after those that did not', async () => {
    const queue = open();
    await queue.enqueue([job('x'), job('y')]);
    const first = await claimed(queue);
    await queue.lose(first);
    expect((await claimed(queue)).job.id).not.toBe(first.job.id);
    expect((await claimed(queue)).job.id).toBe(first.job.id);
  });

  it('throws away a job that was half written, so that it is asked for again', async () => {
    const queue = open();
    await queue.enqueue([job('x')]);
    const [name = ''] = readdirSync(join(folder, 'queue', 'waiting'));
    const path = join(folder, 'queue', 'waiting', name);
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, 20));
    expect(await queue.claim()).toBeUndefined();
    expect((await queue.states()).size).toBe(0);
  });

  it('says what is wrong with a folder that cannot be written', () => {
    writeFileSync(join(root, 'file'), '');
    expect(() => leaseDirectory(join(root, 'file'))).toThrow(/cannot write to .*choose another folder/);
  });
});
