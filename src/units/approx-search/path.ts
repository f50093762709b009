/** A set of approximate multipliers over a range of errors: a search per error bound, each from where the last one ended. */

import { errorMetrics, type ErrorMetrics } from '../approx-multiplier/metrics.js';
import { keptProducts } from '../approx-multiplier/kept-products.js';
import { exactTable, type TableOperands } from '../approx-multiplier/table.js';
import { truthTable } from '../approx-netlist/evaluate.js';
import type { Netlist } from '../approx-netlist/netlist.js';
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
export const searchPath = (task: PathTask, onMember?: (member: PathMember) => void): readonly PathMember[] => {
  const { aWidth, bWidth, signed = false, metric, cost, steps, temperature = 0 } = task;
  const operands = { aWidth, bWidth, aSigned: signed, bSigned: signed };
  const patterns = searchPatterns(operands, exactTable(operands), aWidth + bWidth);
  const seeds = seedsOf(operands, cost);
  let previous: readonly Candidate[] = [];
  return task.bounds.map((bound, index) => {
    const within = [...seeds, ...previous].filter(({ metrics }) => metrics[metric] <= bound);
    const start = within.reduce((best, next) => (next.cost < best.cost ? next : best), within[0] ?? never(bound));
    const found = shrink({
      ...{ start: start.netlist, patterns, signed, metric, bound, cost, steps, temperature },
      seed: task.seed * 1000 + index,
    });
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
