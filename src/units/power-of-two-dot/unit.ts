/** Sum of activations times weights 0 and ±2^k that may change every cycle: the PEs of one array column. */

import {
  array,
  cat,
  component,
  sint,
  uint,
  type ModuleBuilder,
  type SInt,
  type UInt,
} from '../../hdl/index.js';
import { unsignedWidth } from '../../num/index.js';
import { treeStages } from '../adder-tree/tree.js';
import { requireInteger } from '../errors.js';
import { greatestTerm, powerOfTwoSumWidth } from './model.js';
import { partsOf, shiftedBy, signedFromZero, stageOrder, zeroable } from './term.js';

export interface PowerOfTwoDotParams {
  /** Number of activations and weights, 1 to 64. */
  readonly rows: number;
  readonly actWidth: number;
  /** Bits of a weight's code, 2 to 5: 0 and ±2^0 … ±2^(2^(codeBits - 2) - 1). */
  readonly codeBits: number;
  /** Adder levels between registers, default 1: more makes Yosys merge adders into larger and slower ones (docs/units). */
  readonly levelsPerStage?: number;
  /** Codes say "is 0" in place of "is not 0" (one bit inverted, `flaggedCode`), as the registers' resets want it. */
  readonly zeroFlag?: boolean;
}

/**
 * sum = Σ act * weight - correction, weights as codes (`powerOfTwoCode`). The correction is a constant of the weights
 * (`powerOfTwoDotCorrection`) and belongs into the requantizer's addend: activations are counted from 0 on (highest bit
 * inverted) and negative weights take the complement, so that terms are never negative and no sign is extended. Free
 * running, no reset; result after `latencyCycles`. @throws UnitParameterError
 */
export const powerOfTwoDot = (params: PowerOfTwoDotParams) => {
  const { rows, actWidth, codeBits, levelsPerStage = 1, zeroFlag = false } = params;
  requireInteger('powerOfTwoDot', 'rows', rows, 1, 64);
  requireInteger('powerOfTwoDot', 'actWidth', actWidth, 1, 64);
  requireInteger('powerOfTwoDot', 'codeBits', codeBits, 2, 5);
  requireInteger('powerOfTwoDot', 'levelsPerStage', levelsPerStage, 1, 6);
  const sumWidth = powerOfTwoSumWidth(params);
  const latencyCycles = 1 + treeStages(rows, levelsPerStage);
  const unit = component(
    `power_of_two_dot_r${rows}_a${actWidth}_c${codeBits}_l${levelsPerStage}${zeroFlag ? '_z' : ''}`,
    {
      in: { act: array(rows, sint(actWidth)), weight: array(rows, uint(codeBits)) },
      out: { sum: sint(sumWidth) },
      parameters: { rows, actWidth, codeBits, levelsPerStage },
      latency: latencyCycles,
    },
    ({ act, weight }, m) => {
      const terms = act.flatMap((value, row) => {
        const code = weight[row];
        return code === undefined ? [] : [termRegister(m, `term_${row}`, value, code, zeroFlag)];
      });
      return { sum: centred(fieldTree(m, terms, greatestTerm(params), levelsPerStage)) };
    },
  );
  return { component: unit, latencyCycles, sumWidth };
};

const termRegister = (m: ModuleBuilder, name: string, act: SInt, code: UInt, zeroFlag: boolean): UInt => {
  const { negative, zero, exponent } = partsOf(code, zeroFlag);
  const term = shiftedBy(signedFromZero(act, negative), exponent, stageOrder(exponent.length));
  return zeroable(m, name, term, zero);
};

/** sum - 2^(width - 1) as two's complement: its highest bit inverted. */
const centred = (sum: UInt): SInt => {
  const top = sum.bit(sum.width - 1).not();
  return (sum.width === 1 ? top : cat(top, sum.bits(sum.width - 2, 0))).asSint();
};

interface Partial {
  readonly sum: UInt;
  readonly count: number;
}

/** The sum of `terms`, each at most `greatest`, registered every `levelsPerStage` levels; one alone leaves as it came. */
const fieldTree = (
  m: ModuleBuilder,
  terms: readonly UInt[],
  greatest: bigint,
  levelsPerStage: number,
): UInt => {
  let level: readonly Partial[] = terms.map((sum) => ({ sum, count: 1 }));
  for (let stage = 1; level.length > 1; stage++) {
    for (let i = 0; i < levelsPerStage && level.length > 1; i++) level = addPairs(level, greatest);
    const registered = m.pipe(
      `sum_${stage}`,
      level.map(({ sum }) => sum),
    );
    level = registered.map((sum, index) => ({ sum, count: level[index]?.count ?? 1 }));
  }
  const [root] = level;
  if (root === undefined) throw new RangeError('a sum needs at least one term');
  return root.sum;
};

const addPairs = (level: readonly Partial[], greatest: bigint): readonly Partial[] => {
  const next: Partial[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const [a, b] = [level[i], level[i + 1]];
    if (a !== undefined && b !== undefined) {
      const count = a.count + b.count;
      next.push({ sum: a.sum.add(b.sum).wrap(unsignedWidth(BigInt(count) * greatest)), count });
    } else if (a !== undefined) next.push(a);
  }
  return next;
};
