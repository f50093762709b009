/**
 * The queue in Redis, for workers on several machines. Redis holds work to be done, never results: what it forgets (the
 * last second before its machine crashed) is queued again by whoever finds that the result store does not answer it.
 * BullMQ deduplicates by job id, gives jobs of dead workers to others, and holds back the jobs that were given up.
 */

import { randomUUID } from 'node:crypto';
import type { Job as BullJob, Queue as BullQueue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { stageFailureSchema, type StageFailure } from '../errors.js';
import {
  connectRedis,
  loadRedisPackages,
  type RedisOptions,
  type RedisPackages,
} from './bullmq-connection.js';
import {
  attendQueue,
  countLosses,
  forgiveLosses,
  renewLock,
  replaceWaiting,
  shortenExpiries,
} from './bullmq-scripts.js';
import { lossesAllowed, triesAllowed, type Claim, type Job, type JobState, type Queue } from './queue.js';

export interface BullmqOptions extends RedisOptions {
  /** Workers that name the same queue share its jobs. No colon. */
  readonly name: string;
  /** A worker that is silent for so long is lost; equal for all workers of a queue. 30,000 by default. */
  readonly lockMs?: number;
}

interface Entry {
  readonly job: Job;
}
type Held = BullJob<Entry, null>;

/**
 * Jobs in Redis by BullMQ. While the server is away, every call waits until it is back.
 * @throws ToolMissing, SweepError BAD_QUEUE_URL, QUEUE_UNREACHABLE
 */
export const openBullmqQueue = async (options: BullmqOptions): Promise<Queue> => {
  const packages = await loadRedisPackages();
  const redis = await connectRedis(packages, options);
  const parts = openParts(packages, redis, options);
  await parts.worker.startStalledCheckTimer();
  return {
    ...giving(parts),
    ...taking(parts),
    ...looking(parts),
    beatMs: parts.lockMs / 4,
    close: closing(parts),
  };
};

/** The reason of a failure as Redis keeps it: JSON. */
interface GivenUp {
  readonly failure: StageFailure;
  readonly tries: number;
}

interface Parts {
  readonly redis: Redis;
  readonly queue: BullQueue<Entry>;
  readonly worker: Worker<Entry, null>;
  readonly lockMs: number;
  /** Names this process as a sweep that asks for jobs. */
  readonly us: string;
  /** Jobs that this process holds, by token. */
  readonly held: Map<string, Held>;
  /** Fails a job for good whatever tries it has left. */
  readonly giveUp: (job: Held, given: GivenUp, token: string) => Promise<void>;
}

const openParts = (packages: RedisPackages, redis: Redis, options: BullmqOptions): Parts => {
  const { name, notice = () => undefined, lockMs = 30_000 } = options;
  const { Queue: Bull, Worker: BullWorker, UnrecoverableError } = packages.bullmq;
  const queue = new Bull<Entry>(name, { connection: redis, prefix, streams: { events: { maxLen: 100 } } });
  const worker = new BullWorker<Entry, null>(name, null, {
    connection: redis,
    prefix,
    autorun: false,
    lockDuration: lockMs,
    stalledInterval: lockMs / 2,
    // We count losses ourselves, when a job is claimed.
    maxStalledCount: Number.MAX_SAFE_INTEGER,
  });
  const tell = (error: Error): void => {
    if (!isConnectionError(error)) notice(`queue ${name}: ${error.message}`);
  };
  queue.on('error', tell);
  worker.on('error', tell);
  const giveUp = async (job: Held, given: GivenUp, token: string): Promise<void> => {
    await job.moveToFailed(new UnrecoverableError(JSON.stringify(given)), token);
  };
  return { redis, queue, worker, lockMs, us: randomUUID(), held: new Map(), giveUp };
};

const prefix = 'nomul';

/** The connection's own events tell of it. */
const isConnectionError = (error: Error): boolean =>
  'code' in error || /connection is closed|ECONN|EPIPE/i.test(error.message);

/** Jobs in, those nobody wants and quarantined ones out again. */
const giving = ({ redis, queue, lockMs, us }: Parts): Pick<Queue, 'attend' | 'enqueue' | 'forgive'> => {
  const idsWaiting = (): Promise<readonly string[]> => redis.lrange(queue.toKey('wait'), 0, -1);

  const attend = async (wanted: Pick<ReadonlySet<string>, 'has'>): Promise<void> => {
    const unwanted = (await idsWaiting()).filter((id) => !wanted.has(id));
    // In this order: a sweep that begins meanwhile gives a sign of life before it asks for anything.
    const others = Number(await redis.eval(attendQueue, 1, queue.toKey('sweeps'), us, lockMs));
    if (others === 0) for (const id of unwanted) await queue.remove(id);
  };
  const enqueue = async (jobs: readonly Job[]): Promise<void> => {
    const before = new Set(await idsWaiting());
    for (let from = 0; from < jobs.length; from += batch) {
      const some = jobs.slice(from, from + batch);
      // Nothing happens to those that are there.
      await queue.addBulk(
        some.map((job) => ({
          name: job.stage,
          data: { job },
          opts: { jobId: job.id, attempts: triesAllowed, removeOnComplete: true, stackTraceLimit: 0 },
        })),
      );
      const contents = some
        .filter(({ id }) => before.has(id))
        .flatMap((job) => [job.id, JSON.stringify({ job })]);
      if (contents.length > 0)
        await redis.eval(replaceWaiting, 1, queue.toKey('wait'), queue.toKey(''), ...contents);
    }
  };
  const forgive = async (): Promise<void> => {
    for (const job of await queue.getFailed()) await job.remove();
    await redis.eval(forgiveLosses, 2, queue.toKey('wait'), queue.toKey('active'), queue.toKey(''));
  };
  return { attend, enqueue, forgive };
};

const batch = 500;

type Taking = Pick<Queue, 'claim' | 'heartbeat' | 'complete' | 'fail' | 'release' | 'lose'>;

/** Jobs out, one at a time, and what becomes of them. */
const taking = (parts: Parts): Taking => {
  const { redis, queue, worker, lockMs, held, giveUp } = parts;

  /** `more`: this many are added. */
  const lossesOf = async ({ id = '' }: Held, more = 0): Promise<number> =>
    Number(await redis.eval(countLosses, 1, queue.toKey(id), more));

  const next = async (token: string): Promise<Held | undefined> => worker.getNextJob(token, { block: false });

  const claim = async (): Promise<Claim | undefined> => {
    await redis.eval(
      shortenExpiries,
      2,
      queue.toKey('active'),
      queue.toKey('stalled-check'),
      queue.toKey(''),
      lockMs,
      lockMs / 2,
    );
    for (;;) {
      const token = randomUUID();
      const job = await next(token);
      if (job === undefined) return undefined;
      const losses = await lossesOf(job);
      if (losses >= lossesAllowed) {
        await giveUp(job, tooManyLosses(job, losses), token);
        continue;
      }
      held.set(token, job);
      return { job: job.data.job, failures: job.attemptsMade, losses, token };
    }
  };

  const heartbeat = async ({ token }: Claim): Promise<boolean> => {
    const job = held.get(token);
    if (job?.id === undefined) return false;
    const keys = [
      queue.toKey(`${job.id}:lock`),
      queue.toKey(job.id),
      queue.toKey('active'),
      queue.toKey('stalled'),
    ];
    const renewed = Number(
      await redis.eval(renewLock, 4, ...keys, token, lockMs, job.attemptsStarted, job.id),
    );
    if (renewed !== 1) held.delete(token);
    return renewed === 1;
  };

  /** Does nothing for a claim that is somebody else's by now, or whose job the server has forgotten. */
  const settle = async (claim: Claim, how: (job: Held, token: string) => Promise<unknown>): Promise<void> => {
    const job = (await heartbeat(claim)) ? held.get(claim.token) : undefined;
    held.delete(claim.token);
    if (job === undefined) return;
    try {
      await how(job, claim.token);
    } catch (error) {
      if (!isForeignClaim(error)) throw error;
    }
  };

  return {
    claim,
    heartbeat,
    complete: (claim) => settle(claim, (job, token) => job.moveToCompleted(null, token, false)),
    fail: (claim, failure) =>
      settle(claim, async (job, token) => {
        const given: GivenUp = { failure, tries: job.attemptsMade + 1 + (await lossesOf(job)) };
        // BullMQ gives it up by itself after the last try.
        if (failure.again) await job.moveToFailed(new Error(JSON.stringify(given)), token);
        else await giveUp(job, given, token);
      }),
    release: (claim) => settle(claim, (job, token) => job.moveToWait(token)),
    lose: (claim) =>
      settle(claim, async (job, token) => {
        const losses = await lossesOf(job, 1);
        if (losses >= lossesAllowed) await giveUp(job, tooManyLosses(job, losses), token);
        else await job.moveToWait(token);
      }),
  };
};

const tooManyLosses = (job: Held, losses: number): GivenUp => ({
  tries: job.attemptsMade + losses,
  failure: {
    code: 'WORKER_LOST',
    message: `its worker was lost ${lossesAllowed} times; is there enough memory for it?`,
    again: false,
    stops: false,
    log: '',
  },
});

/** BullMQ's codes: no such job, no lock, not in this state, another's lock. */
const isForeignClaim = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && [-1, -2, -3, -6].some((code) => code === error.code);

/** What is there. */
const looking = ({ redis, queue }: Parts): Pick<Queue, 'states' | 'quarantined' | 'counts'> => {
  const states = async (): Promise<ReadonlyMap<string, JobState>> => {
    // One transaction: a job that moves is seen before or after, never not at all.
    const answers = await redis
      .multi()
      .lrange(queue.toKey('wait'), 0, -1)
      .lrange(queue.toKey('active'), 0, -1)
      .zrange(queue.toKey('failed'), '0', '-1')
      .exec();
    const lists = (answers ?? []).map(([error, ids]) => {
      if (error !== null) throw error;
      return idList.parse(ids);
    });
    const all: readonly JobState[] = ['waiting', 'running', 'quarantined'];
    return new Map(all.flatMap((state, i) => (lists[i] ?? []).map((id): [string, JobState] => [id, state])));
  };
  const quarantined: Queue['quarantined'] = async () =>
    (await queue.getFailed()).map((bull) => {
      const { id, stage, key, label } = bull.data.job;
      return { id, stage, key, label, ...givenUpIn(bull.failedReason) };
    });
  const counts: Queue['counts'] = async () => {
    const found = await queue.getJobCounts('wait', 'active', 'failed');
    return { waiting: found['wait'] ?? 0, running: found['active'] ?? 0, quarantined: found['failed'] ?? 0 };
  };
  return { states, quarantined, counts };
};

const idList = z.array(z.string());
const givenUpShape = z.object({ tries: z.int(), failure: stageFailureSchema });

const givenUpIn = (reason: string): GivenUp => givenUpShape.parse(JSON.parse(reason));

const closing =
  ({ redis, queue, worker, us }: Parts): Queue['close'] =>
  async () => {
    // Not waited for: where it does not arrive we are forgotten soon.
    redis.zrem(queue.toKey('sweeps'), us).catch(() => undefined);
    // By force: the server may be away, and nothing of ours is under way.
    await Promise.all([worker.close(true), queue.close()]);
    redis.disconnect();
  };
