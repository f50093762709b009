/**
 * npx tsx bench/run.ts elaborate: CPU time from description to Verilog for square int8 arrays of one PE (design A of
 * ../shared/bench/simulators), nomul beside PyRTL and Amaranth, alternating in one run. nomul's time includes loading the
 * language, the peers' exclude their imports. Limits by environment:
 *   BENCH_SIZES=16,32,64,128   sizes; the peers run those up to 64
 *   BENCH_RUNS=3               runs of each, the median counts
 * Results also go to bench/results/elaborate.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { BenchError } from './tools/python.js';
import {
  compile,
  measureNomul,
  measurePeers,
  measureWarm,
  peerPackages,
  preparePeers,
  type Measurement,
} from './elaborate/contenders.js';

const output = join('bench', 'results', 'elaborate.json');
const largestOfPeers = 64;
const warmSizes = [32, 64, 128];

const integers = (name: string, fallback: string): readonly number[] =>
  (process.env[name] ?? fallback).split(',').map((text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= 1 && value <= 512) return value;
    throw new BenchError(`${name}: ${text} is no size from 1 to 512`);
  });

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

interface Row {
  readonly contender: string;
  readonly size: number;
  readonly runs: readonly number[];
  readonly median: number;
  readonly bytes: number;
  /** The contender's median over nomul's. */
  readonly ratio: number;
}

const rowsOf = (all: readonly Measurement[]): readonly Row[] => {
  const secondsOf = (contender: string, size: number): readonly number[] =>
    all.filter((one) => one.contender === contender && one.size === size).map(({ seconds }) => seconds);
  return all.flatMap(({ contender, size, bytes }, index): Row[] => {
    if (all.findIndex((one) => one.contender === contender && one.size === size) < index) return [];
    const runs = secondsOf(contender, size);
    const ratio = median(runs) / median(secondsOf('nomul', size));
    return [{ contender, size, runs, median: median(runs), bytes, ratio }];
  });
};

const table = (rows: readonly Row[]): string =>
  [
    '| contender | size | CPU s | times nomul | bytes |',
    '|---|--:|--:|--:|--:|',
    ...rows.map(
      ({ contender, size, median: seconds, ratio, bytes }) =>
        `| ${contender} | ${size}x${size} | ${seconds.toFixed(3)} | ${ratio.toFixed(1)} | ${bytes} |`,
    ),
  ].join('\n');

const main = (): void => {
  const sizes = integers('BENCH_SIZES', '16,32,64,128');
  const [runs = 3] = integers('BENCH_RUNS', '3');
  compile();
  const missing = preparePeers();
  if (missing !== undefined) console.error(`bench: without peers, ${missing}`);
  const all: Measurement[] = [];
  for (let run = 1; run <= runs; run++) {
    for (const size of sizes) {
      all.push(measureNomul(size));
      if (missing === undefined && size <= largestOfPeers) all.push(...measurePeers(size));
      console.error(`run ${run}/${runs}: ${size}x${size} done`);
    }
  }
  const rows = rowsOf(all);
  const warmSeconds = measureWarm(warmSizes);
  const warm = warmSizes.map((size) => ({ size, seconds: warmSeconds[String(size)] ?? Number.NaN }));
  const perPe = warm.map(({ size, seconds }) => ({
    size,
    seconds,
    microsPerPe: (seconds / size ** 2) * 1e6,
  }));
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    load: loadavg()[0],
    node: process.version,
  };
  mkdirSync(dirname(output), { recursive: true });
  const result = { schemaVersion: 1, machine, peers: missing ?? peerPackages, rows, warm: perPe };
  writeFileSync(output, `${JSON.stringify(result, undefined, 2)}\n`);
  const warmLines = perPe.map(
    ({ size, microsPerPe }) => `${size}x${size}: ${microsPerPe.toFixed(1)} us per PE`,
  );
  console.log(`${table(rows)}\n\nwarm, ${warmLines.join(', ')}\nWritten: ${output}`);
};

try {
  main();
} catch (error) {
  if (!(error instanceof BenchError)) throw error;
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
}
