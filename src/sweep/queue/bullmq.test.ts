import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { StageFailure } from '../errors.js';
import { redisServer, whyNoRedis, type RedisServer } from '../testing/redis-server.js';
import { loadRedisPackages } from './bullmq-connection.js';
import { openBullmqQueue } from './bullmq.js';
import { lossesAllowed, triesAllowed, type Claim, type Job, type Queue } from './queue.js';

const why = whyNoRedis();
if (why !== undefined) console.warn(`not tested: ${why}`);

const job = (n: number): Job => {
  const key = n.toString(16).padStart(64, '0');
  return {
    id: `place-${key}`,
    stage: 'place',
    key,
    label: `point ${n}`,
    inputs: { n },
    context: { limit: 1 },
  };
};
const failure: StageFailure = {
  code: 'TOOL_CRASHED',
  message: 'nextpnr crashed',
  again: true,
  stops: false,
  log: 'assert',
};
/** So long that no claim of this process is lost while the machine is busy ... */
const patient = 5000;
/** ... and so short that one which is to be lost is lost soon. */
const hasty = 200;

describe.skipIf(why !== undefined)('the queue in Redis', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nomul-redis-'));
  const opened: Queue[] = [];
  let server: RedisServer;
  let names = 0;

  beforeAll(async () => {
    server = await redisServer(folder);
    await server.start();
  });
  afterEach(async () => {
    for (const queue of opened.splice(0)) await queue.close();
  });
  afterAll(async () => {
    await server.kill();
    rmSync(folder, { recursive: true });
  });

  const open = async (name: string, lockMs = patient): Promise<Queue> => {
    const queue = await openBullmqQueue({ url: server.url, name, lockMs });
    opened.push(queue);
    return queue;
  };
  const fresh = (): string => `sweep-${names++}`;

  it('gives every job once, in the order they came, however often they are queued', async () => {
    const name = fresh();
    const [mine, other] = [await open(name), await open(name)];
    await mine.enqueue([job(1), job(2), job(1)]);
    const first = await claimed(other);
    await mine.enqueue([job(1), job(2), job(3)]);
    const rest = [await claimed(mine), await claimed(other)];
    expect([first, ...rest].map((claim) => claim.job)).toEqual([job(1), job(2), job(3)]);
    expect(await mine.claim()).toBeUndefined();
    expect(await mine.counts()).toEqual({ waiting: 0, running: 3, quarantined: 0 });
    await other.complete(first);
    expect((await mine.states()).has(job(1).id)).toBe(false);
  });

  it('quarantines a job after three tries with its log, and tries it anew when forgiven', async () => {
    const queue = await open(fresh());
    await queue.enqueue([job(1)]);
    for (let tries = 0; tries < triesAllowed; tries++) {
      const claim = await claimed(queue);
      expect(claim.failures).toBe(tries);
      await queue.fail(claim, failure);
    }
    expect(await queue.claim()).toBeUndefined();
    await queue.enqueue([job(1)]);
    expect(await queue.states()).toEqual(new Map([[job(1).id, 'quarantined']]));
    const { id, stage, key, label } = job(1);
    expect(await queue.quarantined()).toEqual([{ id, stage, key, label, tries: triesAllowed, failure }]);
    await queue.forgive();
    await queue.enqueue([job(1)]);
    expect(await claimed(queue)).toMatchObject({ job: job(1), failures: 0, losses: 0 });
  });

  it('quarantines at once what no other try can help, and counts no try for a job that is given back', async () => {
    const queue = await open(fresh());
    await queue.enqueue([job(1), job(2)]);
    await queue.fail(await claimed(queue), { ...failure, again: false });
    expect(await queue.quarantined()).toMatchObject([{ tries: 1, failure: { again: false } }]);
    await queue.release(await claimed(queue));
    await queue.lose(await claimed(queue));
    expect(await claimed(queue)).toMatchObject({ job: job(2), failures: 0, losses: 1 });
  });

  it('gives the job of a worker that vanished to another, until too many vanished with it', async () => {
    const name = fresh();
    const doomed = await open(name);
    await doomed.enqueue([job(1)]);
    for (let losses = 0; losses < lossesAllowed - 1; losses++) await doomed.lose(await claimed(doomed));
    expect((await claimed(doomed)).losses).toBe(lossesAllowed - 1);
    await doomed.close();
    const other = await open(name, hasty);
    await until(async () => {
      expect(await other.claim()).toBeUndefined();
      return (await other.counts()).quarantined === 1;
    });
    expect(await other.quarantined()).toMatchObject([
      { tries: lossesAllowed, failure: { code: 'WORKER_LOST' } },
    ]);
  });

  it('counts vanished workers anew when the sweep is started again', async () => {
    const queue = await open(fresh());
    await queue.enqueue([job(1)]);
    const loseAllButOne = async (): Promise<void> => {
      for (let lost = 1; lost < lossesAllowed; lost++) await queue.lose(await claimed(queue));
    };
    await loseAllButOne();
    await queue.forgive();
    await loseAllButOne();
    expect(await queue.quarantined()).toEqual([]);
    await queue.lose(await claimed(queue));
    expect(await queue.quarantined()).toMatchObject([{ failure: { code: 'WORKER_LOST' } }]);
  });

  it('keeps a job whose worker beats its heart, however long it takes', async () => {
    const name = fresh();
    const [mine, other] = [await open(name, 1000), await open(name, 1000)];
    await mine.enqueue([job(1)]);
    const claim = await claimed(mine);
    for (let beats = 0; beats < 9; beats++) {
      await sleep(mine.beatMs);
      expect(await mine.heartbeat(claim)).toBe(true);
      expect(await other.claim()).toBeUndefined();
    }
  });

  it('tells a worker that lost its job, and ignores what that worker says about it', async () => {
    const name = fresh();
    const slow = await open(name, hasty);
    await slow.enqueue([job(1)]);
    const lost = await claimed(slow);
    const other = await open(name);
    const again = await claimed(other);
    expect(again).toMatchObject({ job: job(1), failures: 0, losses: 1 });
    await slow.fail(lost, failure);
    expect(await slow.heartbeat(lost)).toBe(false);
    expect(await other.heartbeat(again)).toBe(true);
    await other.complete(again);
    expect(await other.states()).toEqual(new Map());
  });

  it('goes on by itself when the server was killed, and nothing is lost', async () => {
    const queue = await open(fresh());
    const count = 40;
    await queue.enqueue(Array.from({ length: count }, (_, n) => job(n)));
    const held = await claimed(queue);
    // What a server killed later than a second after a write has certainly kept.
    await sleep(1200);
    await server.kill();
    const meanwhile = [queue.heartbeat(held), queue.complete(held)];
    await server.start();
    await Promise.all(meanwhile);
    const done = new Set<string>([held.job.id]);
    await until(async () => {
      const claim = await queue.claim();
      if (claim !== undefined) {
        done.add(claim.job.id);
        await queue.complete(claim);
      }
      return (await queue.states()).size === 0;
    });
    expect(done.size).toBe(count);
  });

  it('has no job twice and none of the forgotten ones when the server forgot, and takes them again', async () => {
    const queue = await open(fresh());
    await queue.enqueue([job(1), job(2)]);
    const claim = await claimed(queue);
    const other = new Redis(server.url);
    await other.flushall();
    await other.quit();
    expect(await queue.heartbeat(claim)).toBe(false);
    await queue.complete(claim);
    expect(await queue.states()).toEqual(new Map());
    await queue.enqueue([job(1), job(2)]);
    expect((await queue.states()).size).toBe(2);
    expect((await claimed(queue)).job).toEqual(job(1));
  });

  it('lets no worker lose its job when the clock of the server leaps forward', async () => {
    const name = fresh();
    const queue = await open(name);
    await queue.enqueue([job(1)]);
    const claim = await claimed(queue);
    const keys = new Redis(server.url);
    // All locks expire at once.
    await keys.pexpire(`nomul:${name}:${job(1).id}:lock`, 1);
    await sleep(5);
    expect(await queue.heartbeat(claim)).toBe(true);
    expect(await keys.pttl(`nomul:${name}:${job(1).id}:lock`)).toBeGreaterThan(0);
    await keys.quit();
  });

  it('gives the job of a dead worker away soon although the clock of the server leapt an hour back', async () => {
    const name = fresh();
    const dead = await open(name);
    await dead.enqueue([job(1)]);
    await claimed(dead);
    await dead.close();
    const queue = await open(name, hasty);
    const keys = new Redis(server.url);
    const hour = 3_600_000;
    await keys.pexpire(`nomul:${name}:${job(1).id}:lock`, hour);
    await keys.set(`nomul:${name}:stalled-check`, '1', 'PX', hour);
    await keys.quit();
    expect(await claimed(queue)).toMatchObject({ job: job(1), losses: 1 });
  });

  it('says so when there is no server, no address, or no package', async () => {
    const nowhere = { url: 'redis://me:secret@127.0.0.1:1', name: 'x', connectMs: 300 };
    const failed = await openBullmqQueue(nowhere).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'QUEUE_UNREACHABLE', exitCode: 4 });
    expect(String(failed)).toMatch(/redis:\/\/me:\*\*\*@127\.0\.0\.1:1: .*ECONNREFUSED/);
    await expect(openBullmqQueue({ url: 'amqp://here', name: 'x' })).rejects.toMatchObject({
      code: 'BAD_QUEUE_URL',
      exitCode: 2,
    });
    const absent = Object.assign(new Error("Cannot find package 'bullmq'"), { code: 'ERR_MODULE_NOT_FOUND' });
    await expect(loadRedisPackages(() => Promise.reject(absent))).rejects.toMatchObject({
      exitCode: 3,
      install: 'npm install bullmq ioredis',
    });
  });
});

/** The next job, waited for. */
const claimed = async (queue: Queue): Promise<Claim> => {
  let claim: Claim | undefined;
  await until(async () => (claim = await queue.claim()) !== undefined);
  if (claim === undefined) throw new Error('unreachable');
  return claim;
};

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await sleep(10);
};
