/** The lease directory: the promises of a queue, when a worker is lost, what a clock and other workers cannot do. */
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { temporary } from '../testing/harness.js';
import { claimed, jobNamed, queueContract } from '../testing/queue-contract.js';
import { leaseDirectory } from './lease-directory.js';
import type { Queue } from './queue.js';

const root = temporary();
let folder = '';
let count = 0;
beforeEach(() => {
  folder = join(root, `queue-${count++}`);
});

const often = { beatMs: 20, staleMs: 200 };
const open = (): Queue => leaseDirectory(folder, often);

/** What a machine that shares the folder would write of its worker. */
const elsewhere = (worker: string, beat: number): void => {
  writeFileSync(
    join(folder, 'queue', 'workers', `${worker}.json`),
    JSON.stringify({ count: beat, host: 'elsewhere', pid: 1 }),
  );
};

describe('a lease directory', () => {
  queueContract(() => {
    const name = join(root, `queue-${count++}`);
    return () => Promise.resolve(leaseDirectory(name, often));
  });

  it('takes a job from a worker whose count stands still, not from one that counts on', async () => {
    const queue = open();
    await queue.enqueue([jobNamed('x')]);
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
    await a.enqueue([jobNamed('x')]);
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

  it('gives a job that lost its worker after those that did not', async () => {
    const queue = open();
    await queue.enqueue([jobNamed('x'), jobNamed('y')]);
    const first = await claimed(queue);
    await queue.lose(first);
    expect((await claimed(queue)).job.id).not.toBe(first.job.id);
    expect((await claimed(queue)).job.id).toBe(first.job.id);
  });

  it('throws away a job that was half written, so that it is asked for again', async () => {
    const queue = open();
    await queue.enqueue([jobNamed('x')]);
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
