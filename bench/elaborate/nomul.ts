/**
 * node nomul.js once SIZE: CPU seconds of a fresh process for one array, loading the language included.
 * node nomul.js warm SIZE …: the same without loading, after a few rounds, the median of several.
 * Prints one line of JSON.
 */
import { cpuUsage } from 'node:process';

const seconds = (): number => {
  const { user, system } = cpuUsage();
  return (user + system) / 1e6;
};

const start = seconds();
const { macArray } = await import('../designs/mac-array.js');
const { emitVerilog } = await import('../../src/hdl/index.js');
const load = seconds() - start;

interface Times {
  readonly elaborate: number;
  readonly emit: number;
  readonly bytes: number;
}

function run(size: number): Times {
  const begin = seconds();
  const { design } = macArray({ size });
  const middle = seconds();
  const { files } = emitVerilog(design);
  const end = seconds();
  const bytes = files.reduce((sum, { text }) => sum + text.length, 0);
  return { elaborate: middle - begin, emit: end - middle, bytes };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Rounds before measuring, so that the compiler has seen every path, and rounds measured. */
const warmUp = 10;
const measured = 7;

const [mode = '', ...sizes] = process.argv.slice(2);
if (mode === 'once') {
  console.log(JSON.stringify({ load, ...run(Number(sizes[0])) }));
} else {
  const times = new Map(sizes.map((size): [string, number[]] => [size, []]));
  for (let round = 0; round < warmUp + measured; round++) {
    for (const [size, totals] of times) {
      const { elaborate, emit } = run(Number(size));
      if (round >= warmUp) totals.push(elaborate + emit);
    }
  }
  console.log(JSON.stringify(Object.fromEntries([...times].map(([size, totals]) => [size, median(totals)]))));
}
