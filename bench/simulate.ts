/**
 * npx tsx bench/run.ts simulate [--full]: our simulator beside Verilator -O3 on the designs of ../shared/bench/simulators, run
 * after run in turn, on CPU time, with equal checksums. --full (or BENCH_FULL=1) also builds Verilator for the 32x32 and 64x64
 * arrays (minutes, once). BENCH_ONLY=A8,C limits the designs, BENCH_RUNS=5 sets the runs whose median counts.
 * Results go to bench/results/simulate.json.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { designs, type BenchDesign } from './designs/index.js';
import {
  baselineFolder,
  baselineVerilog,
  buildBaseline,
  compileOurs,
  runBaseline,
  runOurs,
  type Baseline,
  type Measured,
} from './simulate/contenders.js';

const isFull = process.argv.includes('--full') || process.env['BENCH_FULL'] === '1';
const only = process.env['BENCH_ONLY']?.split(',');
const runs = Number(process.env['BENCH_RUNS'] ?? 5);
const output = join('bench', 'results', 'simulate.json');

/** About a third of a second of either side. */
const timedCycles: Readonly<Record<string, number>> = { A16: 1e6, B16: 1e6, A32: 2e5, A64: 5e4, B64: 5e4 };
const cyclesOf = (name: string): number => timedCycles[name] ?? 3e6;

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

interface Row {
  readonly design: string;
  readonly cycles: number;
  readonly verilator?: { readonly rate: number; readonly buildSeconds: number; readonly peakMiB: number };
  readonly ours: {
    readonly rate: number;
    /** CPU seconds from process start: until the simulation is compiled, and to the end of cycle 1,000. */
    readonly ready: number;
    readonly first1000: number;
    readonly peakMiB: number;
  };
  readonly ratio?: number;
}

const check = (design: BenchDesign, early: number): void => {
  const text = early.toString(16).padStart(8, '0');
  if (design.checksum !== undefined && text !== design.checksum)
    throw new Error(`${design.name}: checksum ${text} after 10,000 cycles instead of ${design.checksum}`);
};

const rateOf = (cycles: number, results: readonly Measured[]): number =>
  median(results.map(({ seconds }) => cycles / seconds));
const peakMiB = (results: readonly Measured[]): number =>
  Math.round(Math.max(...results.map(({ peakKiB }) => peakKiB)) / 1024);

const measure = async (design: BenchDesign): Promise<Row> => {
  const { name } = design;
  const cycles = cyclesOf(name);
  const isLarge = /32|64/.test(name);
  const baseline: Baseline | undefined =
    isLarge && !isFull ? undefined : buildBaseline(await baselineVerilog(name), 'top', 'self_driven.cpp');
  const theirs: Measured[] = [];
  const ours: Measured[] = [];
  const first: Measured[] = [];
  for (let run = 0; run < runs; run++) {
    if (baseline !== undefined) theirs.push(runBaseline(baseline, cycles));
    ours.push(runOurs('steady', name, cycles));
    first.push(runOurs('first', name, 1000));
  }
  for (const { early } of [...theirs, ...ours]) check(design, early);
  const sums = new Set([...theirs, ...ours].map(({ checksum }) => checksum));
  if (sums.size !== 1) throw new Error(`${name}: the checksums differ: ${[...sums].join(', ')}`);
  const rate = rateOf(cycles, ours);
  const row = {
    design: name,
    cycles,
    ours: {
      rate,
      ready: median(ours.map(({ ready = Number.NaN }) => ready)),
      first1000: median(first.map(({ seconds }) => seconds)),
      peakMiB: peakMiB(ours),
    },
  };
  if (baseline === undefined) return row;
  const verilator = {
    rate: rateOf(cycles, theirs),
    buildSeconds: baseline.buildSeconds,
    peakMiB: peakMiB(theirs),
  };
  return { ...row, verilator, ratio: rate / verilator.rate };
};

/** 17 pokes, a step, 8 peeks per cycle, all by name, beside the same loop in C++. */
const measurePorts = async (): Promise<{ ours: number; native: number; ratio: number }> => {
  const cycles = 1e6;
  const baseline = buildBaseline(await baselineVerilog('A8'), 'core', 'port_loop.cpp');
  const native: Measured[] = [];
  const ours: Measured[] = [];
  for (let run = 0; run < runs; run++) {
    native.push(runBaseline(baseline, cycles));
    ours.push(runOurs('ports', '', cycles));
  }
  const sums = new Set([...native, ...ours].map(({ checksum }) => checksum));
  if (sums.size !== 1) throw new Error(`ports: the checksums differ: ${[...sums].join(', ')}`);
  const rates = { ours: rateOf(cycles, ours), native: rateOf(cycles, native) };
  return { ...rates, ratio: rates.ours / rates.native };
};

/** 48-bit accumulators beside 32-bit ones, both ours. */
const measureWide = (): { bits32: number; bits48: number; ratio: number } => {
  const cycles = 3e6;
  const narrow: Measured[] = [];
  const wide: Measured[] = [];
  for (let run = 0; run < runs; run++) {
    narrow.push(runOurs('steady', 'A8', cycles));
    wide.push(runOurs('steady', 'A8 48 bit', cycles));
  }
  const rates = { bits32: rateOf(cycles, narrow), bits48: rateOf(cycles, wide) };
  return { ...rates, ratio: rates.bits48 / rates.bits32 };
};

const million = (rate: number): string => `${(rate / 1e6).toFixed(2)}M`;

const line = ({ design, verilator, ours, ratio }: Row): string =>
  [
    design.padEnd(6),
    million(ours.rate).padStart(9),
    (verilator === undefined ? '-' : million(verilator.rate)).padStart(9),
    (ratio === undefined ? '-' : ratio.toFixed(2)).padStart(6),
    `${ours.ready.toFixed(2)} s`.padStart(9),
    (verilator === undefined ? '-' : `${verilator.buildSeconds.toFixed(1)} s`).padStart(9),
    `${ours.first1000.toFixed(3)} s`.padStart(9),
    `${ours.peakMiB} MiB`.padStart(9),
    (verilator === undefined ? '-' : `${verilator.peakMiB} MiB`).padStart(9),
  ].join(' ');

const main = async (): Promise<void> => {
  if (!existsSync(baselineFolder)) {
    console.log(
      `bench simulate: nothing to compare with, the hand-written Verilog is not here: ${baselineFolder}`,
    );
    return;
  }
  compileOurs();
  console.log(
    'design      ours Verilator  ratio     ready     build  1k cycles    memory  (cycles per CPU second)',
  );
  const rows: Row[] = [];
  for (const design of designs) {
    if (only !== undefined && !only.includes(design.name)) continue;
    const row = await measure(design);
    rows.push(row);
    console.log(line(row));
  }
  const ports = await measurePorts();
  console.log(
    `ports by name: ${million(ports.ours)}, native loop ${million(ports.native)}, ratio ${ports.ratio.toFixed(2)}`,
  );
  const wide = measureWide();
  console.log(
    `48-bit sums: ${million(wide.bits48)}, 32-bit ${million(wide.bits32)}, ratio ${wide.ratio.toFixed(2)}`,
  );
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    node: process.version,
    verilator: execFileSync('verilator', ['--version'], { encoding: 'utf8' }).trim(),
    date: new Date().toISOString(),
  };
  mkdirSync(join('bench', 'results'), { recursive: true });
  writeFileSync(
    output,
    `${JSON.stringify({ schemaVersion: 1, machine, runs, rows, ports, wide }, undefined, 2)}\n`,
  );
  if (!isFull) console.log('A32, A64 and B64: --full builds Verilator for them too');
};

await main();
