/** The lease directory: the promises of a queue, when a worker is lost, what a clock and other workers cannot do. */
import { copyFileSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { machineId } from '../store/machine.js';
import { temporary } from '../testing/harness.js';
import { claimed, jobNamed, queueContract, someFailure } from '../testing/queue-contract.js';
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

/** A process id that no process has. */
const nobody = 2 ** 30;

/** What a machine that shares the folder would write of its process. */
const elsewhere = (kind: 'workers' | 'sweeps', name: string, beat: number, machine = 'elsewhere'): void => {
  writeFileSync(
    join(folder, 'queue', kind, `${name}.json`),
    JSON.stringify({ count: beat, machine, pid: nobody }),
  );
};

/** As if `worker` of another machine had claimed the job that is claimed. */
const handOver = (worker: string): void => {
  const claims = join(folder, 'queue', 'claimed');
  const [name = ''] = readdirSync(claims);
  renameSync(join(claims, name), join(claims, name.replace(/\.[\w-]+\.json$/, `.${worker}.json`)));
};

describe('a lease directory', () => {
  queueContract(() => {
    const name = join(root, `queue-${count++}`);
    return () => Promise.resolve(leaseDirectory(name, often));
  });

  it('takes a job from a worker whose count stands still, not from one that counts on', async () => {
    const queue = open();
    await queue.enqueue([jobNamed('x')]);
    await claimed(queue);
    handOver('elsewhere-1-ab');
    for (let beat = 0; beat < 12; beat++) {
      elsewhere('workers', 'elsewhere-1-ab', beat);
      await wait(30);
      expect(await queue.claim()).toBeUndefined();
    }
    const taken = await vi.waitUntil(() => queue.claim(), { timeout: 10_000, interval: 20 });
    expect(taken).toMatchObject({ job: { label: 'x' }, losses: 1, failures: 0 });
  });

  it('knows a dead worker of this machine at once, one of another machine of the same name by its silence', async () => {
    const queue = open();
    await queue.enqueue([jobNamed('x')]);
    await claimed(queue);
    // All machines of one image, and all containers, may be called so.
    handOver(`${hostname()}-1-ab`);
    elsewhere('workers', `${hostname()}-1-ab`, 1, `${machineId()}0`);
    expect(await queue.claim()).toBeUndefined();
    elsewhere('workers', `${hostname()}-1-ab`, 1, machineId());
    await wait(2 * often.beatMs);
    expect(await queue.claim()).toMatchObject({ losses: 1 });
  });

  it('takes a sweep of another machine for gone when its count stands still', async () => {
    const queue = open();
    elsewhere('sweeps', 'elsewhere-1-ab', 1);
    await queue.enqueue([jobNamed('x')]);
    const started = performance.now();
    await vi.waitUntil(
      async () => {
        await queue.attend(new Set());
        return (await queue.counts()).waiting === 0;
      },
      { timeout: 10_000, interval: 20 },
    );
    expect(performance.now() - started).toBeGreaterThan(often.staleMs);
    expect(readdirSync(join(folder, 'queue', 'sweeps'))).toHaveLength(1);
  });

  it('gives nobody a job that was given up, also when it was asked for a moment too early', async () => {
    const queue = open();
    await queue.enqueue([jobNamed('x')]);
    const claim = await claimed(queue);
    const ticket = claim.token.replace(/\.[\w-]+\.json$/, '.json');
    copyFileSync(join(folder, 'queue', 'claimed', claim.token), join(folder, 'queue', 'waiting', ticket));
    await queue.fail(claim, { ...someFailure, again: false });
    expect(await queue.claim()).toBeUndefined();
  });

  it('knows of a failure whose file is cut off that there was one', async () => {
    const queue = open();
    await queue.enqueue([jobNamed('x')]);
    await queue.fail(await claimed(queue), { ...someFailure, again: false });
    const path = join(folder, 'queue', 'quarantine', `${jobNamed('x').id}.json`);
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, 20));
    expect(await queue.quarantined()).toMatchObject([
      { id: jobNamed('x').id, failure: { code: 'UNREADABLE' } },
    ]);
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
