/** The sweep with everything that can be killed being killed. Each returns once the sweep has come to its end. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom, type Random } from '../../src/num/index.js';
import { redisServer } from '../../src/sweep/testing/redis-server.js';
import { isJobScript, isWorker, killAll, killNow, marked } from './processes.js';
import type { Settings } from './settings.js';
import { startSlurm } from './slurm-cluster.js';
import { freshVariant, startSweep, type SweepRun, type Variant } from './sweep-process.js';

export interface Faulted {
  readonly variant: Variant;
  /** What was killed, in words, and how often. */
  readonly faults: Readonly<Record<string, number>>;
  /** As many as were asked for: else the sweep ended too early, and this was another test. */
  readonly complete: boolean;
}

const say = (line: string): void => console.error(`${new Date().toISOString()} ${line}`);

/** @throws Error when the sweep ended with another code than 0 */
const demandSuccess = (code: number | null, { folder }: Variant): void => {
  if (code !== 0) throw new Error(`the sweep ended with code ${String(code)}; see ${folder}/run.log`);
};

/** Everything is killed at once at random times, and the sweep started again. `seconds`: of the serial run. */
export const killed = async (settings: Settings, seconds: number): Promise<Faulted> => {
  const variant = freshVariant(settings.home, 'kill');
  const random = createRandom(settings.seed);
  const options = ['--jobs', `${settings.workers}`, '--quiet'];
  let [rounds, processes] = [0, 0];
  for (;;) {
    const run = startSweep(variant, settings.sweep, options);
    const waitS = rounds < settings.kills ? random.between(5, 5 + seconds / settings.kills) : Infinity;
    const code = await endedWithin(run, waitS);
    if (code !== undefined) {
      demandSuccess(code, variant);
      const faults = { 'kill -9 of every process': rounds, 'processes killed': processes };
      return { variant, faults, complete: rounds === settings.kills };
    }
    const count = killAll(variant.folder);
    await run.ended;
    rounds++;
    processes += count;
    say(`kill: ${count} processes killed after ${waitS.toFixed(1)} s (${rounds} of ${settings.kills})`);
  }
};

/** undefined: it still runs. */
const endedWithin = async (run: SweepRun, seconds: number): Promise<number | null | undefined> => {
  if (seconds === Infinity) return await run.ended;
  const stop = new AbortController();
  const late = sleep(seconds * 1000, undefined, { signal: stop.signal }).catch(() => undefined);
  const first = await Promise.race([run.ended, late]);
  stop.abort();
  return first;
};

/** Workers and the server are killed at random times, in random order. */
export const throughRedis = async (settings: Settings, seconds: number): Promise<Faulted> => {
  const variant = freshVariant(settings.home, 'redis');
  const data = join(variant.folder, 'redis');
  mkdirSync(data);
  const server = await redisServer(data);
  await server.start();
  const random = createRandom(settings.seed + 1);
  const options = ['--jobs', `${settings.workers}`, '--queue', server.url, '--quiet'];
  const run = startSweep(variant, settings.sweep, options);
  const faults = { 'workers killed': 0, 'server killed': 0 };
  const act = async (fault: 'worker' | 'server'): Promise<void> => {
    if (fault === 'worker') {
      faults['workers killed'] += await killOne(random, variant, isWorker);
      return;
    }
    await server.kill();
    await sleep(random.between(1000, 5000));
    await server.start();
    faults['server killed']++;
  };
  const plan = shuffled(random, [
    ...Array.from({ length: settings.workerKills }, () => 'worker' as const),
    ...Array.from({ length: settings.serverKills }, () => 'server' as const),
  ]);
  try {
    const code = await withFaults(run, plan, act, () => random.between(1, seconds / 30), variant);
    demandSuccess(code, variant);
  } finally {
    killAll(variant.folder);
    await server.kill();
  }
  const complete =
    faults['workers killed'] === settings.workerKills && faults['server killed'] === settings.serverKills;
  return { variant, faults, complete };
};

/** Job scripts of Slurm are killed at random times. */
export const throughSlurm = async (settings: Settings, seconds: number): Promise<Faulted> => {
  const variant = freshVariant(settings.home, 'slurm');
  const cluster = await startSlurm(join(variant.folder, 'cluster'), settings.workers);
  const random = createRandom(settings.seed + 2);
  const options = ['--launcher', 'slurm', '--jobs', `${settings.workers}`, '--quiet'];
  const faults = { 'job scripts killed': 0, 'pilots run': 0 };
  try {
    const run = startSweep(variant, settings.sweep, options, cluster.environment);
    const act = async (): Promise<void> => {
      faults['job scripts killed'] += await killOne(random, variant, isJobScript);
    };
    const plan = Array.from({ length: settings.scriptKills }, () => 'script');
    const code = await withFaults(run, plan, act, () => random.between(10, 10 + seconds / 8), variant);
    demandSuccess(code, variant);
  } finally {
    killAll(variant.folder);
    await cluster.stop();
  }
  faults['pilots run'] = pilotLogs(variant).length;
  return { variant, faults, complete: faults['job scripts killed'] === settings.scriptKills };
};

const pilotLogs = ({ out }: Variant): readonly string[] =>
  readdirSync(join(out, 'slurm')).filter((name) => name.endsWith('.log'));

/** One fault after the other, `gap` seconds between two, until the plan or the sweep is at its end. Returns the exit code. */
const withFaults = async <Fault extends string>(
  run: SweepRun,
  plan: readonly Fault[],
  act: (fault: Fault) => Promise<void>,
  gap: () => number,
  variant: Variant,
): Promise<number | null> => {
  for (const [i, fault] of plan.entries()) {
    const waitS = gap();
    const code = await endedWithin(run, waitS);
    if (code !== undefined) return code;
    await act(fault);
    say(`${variant.name}: ${fault} killed after ${waitS.toFixed(1)} s (${i + 1} of ${plan.length})`);
  }
  return await run.ended;
};

/** Waits until there is one; 1, or 0 when there was none within a minute. */
const killOne = async (
  random: Random,
  variant: Variant,
  which: (process: ReturnType<typeof marked>[number]) => boolean,
): Promise<number> => {
  for (let tries = 0; tries < 600; tries++) {
    const victims = marked(variant.folder).filter(which);
    const victim = victims[random.integer(0, Math.max(0, victims.length - 1))];
    if (victim !== undefined && killNow(victim.pid)) return 1;
    await sleep(100);
  }
  return 0;
};

const shuffled = <T>(random: Random, items: readonly T[]): readonly T[] =>
  items
    .map((item) => ({ item, at: random.unit() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);

/** The last lines that a variant printed. */
export const tailOf = ({ folder }: Variant): string =>
  readFileSync(join(folder, 'run.log'), 'utf8').split('\n').slice(-12).join('\n');
