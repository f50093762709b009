/** Ternary columns for ECP5: trees of carry cells, and accumulators in two halves. */
import { bit, cat, uint, type ModuleBuilder, type SInt, type UInt } from '../../hdl/index.js';
import { bitOf, fusedRow, type TermFunction } from '../fused-row/ecp5.js';
import type { PeKind } from '../mac-array/kind.js';
import { ternaryStreaming } from '../ternary-chain/streaming.js';
import { partialWidth } from '../ternary-chain/unit.js';
import { ternaryTree } from '../ternary-dot/kind.js';
import { ternaryFusedTreeCodes } from './codes.js';
import { ternaryFusedTreeCorrection } from './model.js';
import { ternaryFusedTree } from './unit.js';

/**
 * One `ternaryFusedTree` per column; the accumulator's carry cells complement the sum where row 0 is negative. Half of the sum's
 * range is added to every sum, so that the accumulator's upper half only counts carries, a cycle later: half the carry chain.
 */
export const ternaryFusedTrees: PeKind = {
  name: 'ternary_fused_tree',
  weightWidth: 2,
  productRange: ternaryTree.productRange,
  encode: ternaryFusedTreeCodes,
  correction: (weights, actWidth) =>
    ternaryFusedTreeCorrection(weights) - (1n << BigInt(partialWidth(weights.length, actWidth) - 1)),
  timing: (size) => ({ ...ternaryFusedTree(size), accumulatorCycles: 2 }),
  columnSums: ({ rows, actWidth, act, weight }, m) => {
    const { component } = ternaryFusedTree({ rows, actWidth });
    return weight.map((code, column) => {
      const { sum } = component(`tree_${column}`, { act, code });
      const negative = code[0]?.bit(1) ?? m.constant(bit, 0);
      return {
        sum: negative.mux(sum.not(), sum),
        accumulator: (clear, width, name) => splitAccumulator(m, { name, sum, negative, clear, width }),
      };
    });
  },
  streaming: ternaryStreaming('ecp5'),
};

interface Accumulation {
  readonly name: string;
  readonly sum: SInt;
  /** The sum is to be complemented. */
  readonly negative: UInt;
  readonly clear: UInt;
  readonly width: number;
}

/** Not (B, complemented by C), gated by D: the sign bit of a sum to which half its range is added. */
const flippedTerm: TermFunction = (b, c, d) => b === c && d;

/** acc += ±sum + 2^(sum's width - 1), wrapped to `width`; the upper bits add the carries of the lower ones a cycle later. */
const splitAccumulator = (m: ModuleBuilder, { name, sum, negative, clear, width }: Accumulation): SInt => {
  const split = Math.min(sum.width, width);
  const { [`${name}_low`]: low, [`${name}_high`]: high } = m.regs(
    { [`${name}_low`]: uint(split + 1), [`${name}_high`]: uint(Math.max(1, width - split)) },
    { reset: false },
  );
  if (low === undefined || high === undefined) throw new RangeError(`no registers ${name}`);
  const one = m.constant(bit, 1);
  const zero = m.constant(bit, 0);
  const kept = cat(zero, low.bits(split - 1, 0)).asSint();
  const total = fusedRow(m, `${name}_row`, split + 1, kept, (index) =>
    index === split
      ? { b: zero, c: zero, d: zero }
      : {
          ...{ b: bitOf(sum, index), c: negative, d: one },
          ...(index === sum.width - 1 ? { term: flippedTerm } : {}),
        },
  ).asUint();
  const carried = high.add(low.bit(split)).wrap(high.width);
  const clearHigh = m.pipe(`${name}_clear`, clear);
  m.when(clear, () => {
    low.next = 0;
  }).otherwise(() => {
    low.next = total;
  });
  m.when(clearHigh, () => {
    high.next = 0;
  }).otherwise(() => {
    high.next = carried;
  });
  const lowHeld = m.pipe(`${name}_low_q`, low.bits(split - 1, 0));
  if (width > split) return cat(high, lowHeld).asSint();
  m.unused(high);
  return lowHeld.asSint();
};
