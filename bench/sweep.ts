/**
 * npx tsx bench/run.ts sweep: what keeping the books of a sweep costs. Cached lookups per second and memory over 100,000
 * synthetic points; the share of dispatching in a real sweep (demo/sweep.json with one worker, kept in .cache/bench-sweep).
 * bench/results/sweep.json, docs/results/sweep.md.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { cacheFolder } from '../src/tools/index.js';
import { loadSweep, makeResolver, openStore, runLoaded, type Sweep } from '../src/sweep/index.js';
import { syntheticSweep } from '../src/sweep/testing/synthetic.js';
import { dispatchOf } from './sweep/dispatch.js';
import { fill, freeStages } from './sweep/stages.js';

const designs = Number(process.env['BENCH_DESIGNS'] ?? 20_000);
const seeds = 5;
const root = join(cacheFolder(), 'bench-sweep');

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');
const heapMiB = (): number => {
  if (typeof collect === 'function') Reflect.apply(collect, undefined, []);
  return process.memoryUsage().heapUsed / 2 ** 20;
};

/** Every point looked up by a resolver that has never seen it; heap at every tenth. */
const lookups = (sweep: Sweep, folder: string) => {
  const resolve = makeResolver(freeStages, openStore(folder));
  const heaps: number[] = [];
  let [looked, missing, seconds] = [0, 0, 0];
  let started = performance.now();
  for (const point of sweep.points()) {
    missing += resolve(point).missing.length;
    if (++looked % (sweep.pointCount / 10) !== 0) continue;
    seconds += (performance.now() - started) / 1000;
    heaps.push(heapMiB());
    started = performance.now();
  }
  if (missing > 0) throw new Error(`${missing} results are missing`);
  return { points: looked, pointsPerSecond: looked / seconds, heapMiB: heaps };
};

/** The whole of `sweep run` on a sweep that is answered: queue, coordinator, report. */
const secondRun = async (sweep: Sweep, folder: string) => {
  const heaps: number[] = [];
  let next = 0;
  const started = performance.now();
  const progress = (_stage: string, done: number): void => {
    if (done < next) return;
    heaps.push(heapMiB());
    next += sweep.pointCount / 10;
  };
  const { jobs, done } = await runLoaded(
    sweep,
    { out: folder, jobs: 1 },
    { progress },
    { registry: freeStages, tools: {} },
  );
  return { points: done, jobs, seconds: (performance.now() - started) / 1000, heapMiB: heaps };
};

const sweep = syntheticSweep(designs, seeds);
const folder = join(root, `points-${sweep.pointCount}`);
if (!existsSync(join(folder, 'filled'))) {
  mkdirSync(folder, { recursive: true });
  await fill(sweep, folder);
  writeFileSync(join(folder, 'filled'), '');
}
const cached = lookups(sweep, folder);
console.log(`${Math.round(cached.pointsPerSecond)} cached points per second; heap ${mib(cached.heapMiB)}`);
const second = await secondRun(sweep, folder);
console.log(
  `second run of ${second.points} points: ${second.seconds.toFixed(1)} s, ${second.jobs} jobs; heap ${mib(second.heapMiB)}`,
);

function mib(heaps: readonly number[]): string {
  return `${heaps.map((heap) => heap.toFixed(0)).join(', ')} MiB`;
}

const real = join(root, 'demo');
if (process.env['BENCH_REAL'] !== '0')
  await runLoaded(await loadSweep('demo/sweep.json'), { out: real, jobs: 1 });
const dispatch = existsSync(join(real, 'log')) ? dispatchOf(real) : undefined;
if (dispatch !== undefined)
  console.log(
    `dispatch: ${(100 * dispatch.share).toFixed(2)} % of ${dispatch.workerSeconds.toFixed(0)} s, ${dispatch.jobs} jobs`,
  );

const results = { schemaVersion: 1, cached, second, dispatch: dispatch ?? null };
writeFileSync(join('bench', 'results', 'sweep.json'), `${JSON.stringify(results, undefined, 1)}\n`);
writeFileSync(join('docs', 'results', 'sweep.md'), page());

function page(): string {
  const row = (what: string, value: string, bar: string): string => `| ${what} | ${value} | ${bar} |`;
  return [
    '# Bookkeeping of sweeps',
    '',
    `\`make bench BENCH=sweep\`; ${cached.points.toLocaleString('en')} synthetic points, six stages each, and the demo's sweep with real tools.`,
    '',
    '| what | measured | bar |',
    '|---|---|---|',
    row(
      'cached points looked up per second',
      Math.round(cached.pointsPerSecond).toLocaleString('en'),
      '2,000',
    ),
    row('heap at every tenth of the points', mib(cached.heapMiB), 'flat'),
    row('second run, all answered', `${second.seconds.toFixed(1)} s, ${second.jobs} jobs`, 'no work'),
    row('its heap at every tenth', mib(second.heapMiB), 'flat'),
    dispatch === undefined
      ? row('dispatching, of a worker’s time', 'not measured', '1 %')
      : row('dispatching, of a worker’s time', `${(100 * dispatch.share).toFixed(2)} %`, '1 %'),
    '',
  ].join('\n');
}
