/** A set of approximate multipliers over a range of errors: a search per error bound, each from where the last one ended. */

import { createRandom, type Random } from '../../num/index.js';
import { errorMetrics, type ErrorMetrics } from '../approx-multiplier/metrics.js';
import { keptProducts } from '../approx-multiplier/kept-products.js';
import { exactTable, type TableOperands } from '../approx-multiplier/table.js';
import { truthTable } from '../approx-netlist/evaluate.js';
import { firstGate, functionOf, gateLetters, type Netlist } from '../approx-netlist/netlist.js';
import { viewOf, type CostFunction } from './costs.js';
import { searchPatterns } from './patterns.js';
import { arrayMultiplier, signedArrayMultiplier } from './seed.js';
import { shrink } from './shrink.js';

export interface PathTask {
  readonly aWidth: number;
  readonly bWidth: number;
  /** Both operands are two's complement; default: unsigned. */
  readonly signed?: boolean;
  readonly metric: 'meanAbsolute' | 'worstCase';
  /** Error bounds, rising; 0 finds a small exact multiplier. */
  readonly bounds: readonly number[];
  readonly cost: CostFunction;
  /** Candidates tried per bound. */
  readonly steps: number;
  readonly seed: number;
  /** Random gates beside those in use that a search starts with, as material: small netlists need some. Default 0. */
  readonly spareGates?: number;
  /** Searches per bound, of which the cheapest result counts. Default 1. */
  readonly restarts?: number;
  /** See ShrinkTask. */
  readonly temperature?: number;
}

export interface PathMember {
  readonly bound: number;
  readonly netlist: Netlist;
  readonly cost: number;
  readonly metrics: ErrorMetrics;
}

/** One netlist per bound: the same task gives the same netlists on every machine. */
export const searchPath = (
  task: PathTask,
  onMember?: (member: PathMember) => void,
): readonly PathMember[] => {
  const { aWidth, bWidth, signed = false, metric, cost, steps, temperature = 0 } = task;
  const { spareGates = 0, restarts = 1 } = task;
  const operands = { aWidth, bWidth, aSigned: signed, bSigned: signed };
  const patterns = searchPatterns(operands, exactTable(operands), aWidth + bWidth);
  const seeds = seedsOf(operands, cost);
  let previous: readonly Candidate[] = [];
  return task.bounds.map((bound, index) => {
    const within = [...seeds, ...previous].filter(({ metrics }) => metrics[metric] <= bound);
    const start = within.reduce(
      (best, next) => (next.cost < best.cost ? next : best),
      within[0] ?? never(bound),
    );
    const results = Array.from({ length: restarts }, (_, restart) => {
      const seed = task.seed * 1000 + restart * 100 + index;
      const grown = withSpareGates(start.netlist, spareGates, createRandom(seed));
      return shrink({
        ...{ start: grown, patterns, signed, metric, bound, cost, steps, temperature, seed },
      });
    });
    const found = results.reduce((best, next) => (next.cost < best.cost ? next : best));
    const member = { bound, ...candidateOf(found.netlist, operands, cost) };
    previous = [member];
    onMember?.(member);
    return member;
  });
};

interface Candidate {
  readonly netlist: Netlist;
  readonly cost: number;
  readonly metrics: ErrorMetrics;
}

const candidateOf = (netlist: Netlist, operands: TableOperands, cost: CostFunction): Candidate => ({
  netlist,
  cost: cost(viewOf(netlist)),
  metrics: errorMetrics(operands, truthTable(netlist, operands.aSigned)),
});

const never = (bound: number): never => {
  throw new RangeError(`no multiplier to start from has an error of at most ${bound}`);
};

/** Exact multipliers, and truncated ones with and without their mean error added. */
const seedsOf = (operands: TableOperands, cost: CostFunction): readonly Candidate[] => {
  const { aWidth, bWidth, aSigned = false } = operands;
  if (aSigned) return [candidateOf(signedArrayMultiplier(aWidth, bWidth), operands, cost)];
  const columns = Array.from({ length: aWidth + bWidth - 1 }, (_, count) => count);
  return columns.flatMap((count) =>
    (['mean', 0] as const).flatMap((compensation) =>
      (['tree', 'array'] as const).map((reduction) => {
        const kept = keptProducts({ kind: 'truncated', columns: count, compensation }, operands);
        return candidateOf(arrayMultiplier(kept, operands, reduction), operands, cost);
      }),
    ),
  );
};

/** Random gates spread among the others, read by none. */
const withSpareGates = (netlist: Netlist, count: number, random: Random): Netlist => {
  if (count === 0) return netlist;
  const first = firstGate(netlist);
  const gates = netlist.functions.length;
  const renamed = Array.from({ length: first }, (_, signal) => signal);
  const [functions, p, q]: [string[], number[], number[]] = [[], [], []];
  const add = (letter: string, one: number, other: number): number => {
    functions.push(letter);
    p.push(one);
    q.push(other);
    return first + functions.length - 1;
  };
  for (let place = 0; place <= gates; place++) {
    const spares =
      Math.floor(((place + 1) * count) / (gates + 1)) - Math.floor((place * count) / (gates + 1));
    for (let spare = 0; spare < spares; spare++) {
      const earlier = (): number => random.integer(2, first + functions.length - 1);
      add(gateLetters[random.integer(0, gateLetters.length - 1)] ?? 'a', earlier(), earlier());
    }
    if (place === gates) break;
    const read = (signal = 0): number => renamed[signal] ?? 0;
    renamed.push(add(functionOf(netlist, place), read(netlist.p[place]), read(netlist.q[place])));
  }
  const outputs = netlist.outputs.map((signal) => renamed[signal] ?? 0);
  return { inputs: netlist.inputs, functions: functions.join(''), p, q, outputs };
};
