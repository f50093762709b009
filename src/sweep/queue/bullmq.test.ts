import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { claimed, jobNamed, queueContract, someFailure, until } from '../testing/queue-contract.js';
import { redisServer, whyNoRedis, type RedisServer } from '../testing/redis-server.js';
import { loadRedisPackages } from './bullmq-connection.js';
import { openBullmqQueue } from './bullmq.js';
import { lossesAllowed, type Job, type Queue } from './queue.js';

const why = whyNoRedis();
if (why !== undefined) console.warn(`not tested: ${why}`);

const job = (n: number): Job => jobNamed(`point ${n}`);
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

  queueContract(() => {
    const name = fresh();
    return () => open(name);
  });

  it('gives jobs in the order they came', async () => {
    const queue = await open(fresh());
    await queue.enqueue([job(1), job(2)]);
    await queue.enqueue([job(3)]);
    const claims = [await claimed(queue), await claimed(queue), await claimed(queue)];
    expect(claims.map((claim) => claim.job)).toEqual([job(1), job(2), job(3)]);
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
    await slow.fail(lost, someFailure);
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
