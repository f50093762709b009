/** Sweeps through Redis with real worker processes and synthetic stages: workers and server killed with -9. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localLauncher } from '../launch/local.js';
import { runLoaded, type SweepHooks, type SweepOutcome } from '../run/run.js';
import type { Sweep } from '../spec/sweep.js';
import { openStore } from '../store/store.js';
import { contentsOf, runSerially, temporary } from '../testing/harness.js';
import { insideLauncher } from '../testing/inside.js';
import { redisServer, whyNoRedis, type RedisServer } from '../testing/redis-server.js';
import { syntheticStages, syntheticSweep, together } from '../testing/synthetic.js';
import { openBullmqQueue } from './bullmq.js';
import type { Queue } from './queue.js';

const why = whyNoRedis();
if (why !== undefined) console.warn(`not tested: ${why}`);

const root = temporary();
const folder = (name: string): string => join(root, name);
const module = fileURLToPath(new URL('../testing/redis-worker-process.ts', import.meta.url));

describe.skipIf(why !== undefined)('a sweep through Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    mkdirSync(folder('redis'));
    server = await redisServer(folder('redis'));
    await server.start();
  });
  afterAll(() => server.kill());

  const run = async (sweep: Sweep, name: string, hooks: SweepHooks = {}): Promise<SweepOutcome> => {
    const args = ['--import', import.meta.resolve('tsx'), module, 'worker', folder(name), server.url, name];
    return await runLoaded(sweep, { out: folder(name) }, hooks, {
      launcher: localLauncher({ program: { command: process.execPath, args }, workers: 2 }),
      queue: await openBullmqQueue({ url: server.url, name, lockMs: 1000 }),
      registry: syntheticStages,
      tools: {},
    });
  };

  it('gives the results of a serial run when workers are killed in every stage and the server twice', async () => {
    const sweep = syntheticSweep(24, 3);
    await runSerially(sweep, folder('serial'));
    const restarts: Promise<void>[] = [];
    const restart = async (forgetful: boolean): Promise<void> => {
      await server.kill();
      if (forgetful) rmSync(join(folder('redis'), 'appendonlydir'), { recursive: true });
      await server.start();
    };
    const ended = await run(sweep, 'killed', {
      progress: (_stage, done) => {
        if (done >= 12 && restarts.length === 0) restarts.push(restart(false));
        // The second time it has lost every job.
        if (done >= 40 && restarts.length === 1) restarts.push(restart(true));
      },
    });
    await Promise.all(restarts);
    expect(restarts.length).toBe(2);
    const kills = readdirSync(folder('killed')).filter((name) => name.startsWith('killed-'));
    expect(kills.sort()).toEqual(
      ['one', 'three', 'two'].flatMap((stage) => [`killed-${stage}-after`, `killed-${stage}-before`]),
    );
    expect(ended).toMatchObject({ points: 72, failed: 0, unfinished: 0 });
    expect(contentsOf(folder('killed'))).toEqual(contentsOf(folder('serial')));
  });

  it('does no work the second time, whatever Redis remembers', async () => {
    expect(await run(syntheticSweep(24, 3), 'killed')).toMatchObject({ jobs: 0, failed: 0 });
  });

  it('gives up jobs that never work, says why, and finishes the others', async () => {
    const ended = await run(syntheticSweep(2, 2, 'poison'), 'poison');
    expect(ended).toMatchObject({ points: 4, failed: 4, done: 0, unfinished: 0 });
    expect(ended.failures[0]?.reason).toContain('this never works');
  });

  it('tells what was given up although the server forgets it, also to who does not ask the server', async () => {
    const sweep = together(syntheticSweep(1, 2, 'poison'), syntheticSweep(11, 2));
    const open = (): Promise<Queue> => openBullmqQueue({ url: server.url, name: 'forgotten', lockMs: 1000 });
    const store = openStore(folder('forgotten'));
    const redis = new Redis(server.url);
    let forgotten = 0;
    const progress = (): void => {
      if (store.failures.all().length > 0 && forgotten++ < 3) void redis.flushall();
    };
    const ended = await runLoaded(
      sweep,
      { out: folder('forgotten') },
      { progress },
      {
        ...{ registry: syntheticStages, tools: {}, queue: await open() },
        launcher: insideLauncher(open, store, syntheticStages),
      },
    );
    await redis.quit();
    expect(forgotten).toBeGreaterThan(0);
    expect(ended).toMatchObject({ points: 24, done: 22, failed: 2, unfinished: 0 });
    expect(store.failures.all()).toMatchObject([{ stage: 'one', failure: { message: 'this never works' } }]);
  });
});
