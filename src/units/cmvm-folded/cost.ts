/** A bound on the LUTs and registers of `cmvmFolded` (test/sum-costs.test.ts holds synthesis below it). */
import { treeLevels } from '../adder-tree/tree.js';
import { digitCount, digitsOf } from '../recoded-dot/digits.js';
import { recodedDotCost, recodeLuts } from '../recoded-dot/cost.js';
import { recodedWidth } from '../recoded-dot/planes.js';
import type { UnitCost } from '../power-of-two-dot/cost.js';
import { operandWidth, outputWidth, phaseWidth, weightWidthOf } from './lanes.js';
import { foldCycles, inGroups } from './model.js';
import type { CmvmFoldedParams } from './unit.js';

/**
 * At most: a dot product of digits per output (outputs folded: per slot) without the terms whose digit is the same and not
 * negative in every phase, a LUT per digit bit that changes, two per bit of the accumulator or correction, and the phase. Constant weights let
 * Yosys share and drop more, how much depends on them.
 */
export const cmvmFoldedCost = (params: CmvmFoldedParams, family: 'ice40' | 'ecp5'): UnitCost => {
  const { matrix, fold } = params;
  const cycles = foldCycles(matrix, fold);
  const weightWidth = weightWidthOf(matrix);
  const actWidth = operandWidth(params);
  const lanes = lanesOf(params);
  const products = lanes[0]?.weights.length ?? 1;
  const dot = recodedDotCost({ products, actWidth, weightWidth, recodeStages: 0 }, family);
  const fixed = lanes.flatMap(({ weights }) => weights.map((ofPhases) => fixedDigits(ofPhases, weightWidth)));
  const widths = sumOf(lanes.map(({ width }) => width));
  const phase = phaseWidth(cycles);
  const latency = 2 + treeLevels(products) + treeLevels(digitCount(weightWidth));
  const sequence = fold.side === 'inputs' ? phase + 3 * latency + 1 : (phase + 1) * (latency + 2);
  const held = products * actWidth * (fold.side === 'inputs' ? 1 : 2);
  return {
    luts:
      lanes.length * (dot.luts - products * recodeLuts(weightWidth)) -
      sumOf(fixed) * actWidth +
      lanes.length * products * recodedWidth(weightWidth) * Math.ceil(cycles / 8) +
      3 * widths +
      6 * phase +
      4,
    registers:
      lanes.length * (dot.registers + products * recodedWidth(weightWidth)) + widths + held + sequence,
  };
};

interface Lanes {
  readonly width: number;
  /** Of every product, the weights of the phases. */
  readonly weights: readonly (readonly number[])[];
}

const lanesOf = (params: CmvmFoldedParams): readonly Lanes[] => {
  const { matrix, fold } = params;
  const across = (rows: readonly (readonly number[])[]): readonly (readonly number[])[] =>
    (rows[0] ?? []).map((_, lane) => rows.map((row) => row[lane] ?? 0));
  if (fold.side === 'inputs')
    return matrix.map((row) => ({
      width: outputWidth([row], params),
      weights: across(inGroups(row, fold.perCycle)),
    }));
  return Array.from({ length: fold.perCycle }, (_, slot) => {
    const rows = matrix.filter((__, output) => output % fold.perCycle === slot);
    return { width: outputWidth(rows, params), weights: across(rows) };
  });
};

/** Digits that are the same in all phases and not negative: their terms are wires, or nothing. */
const fixedDigits = (weights: readonly number[], weightWidth: number): number => {
  const digits = weights.map((weight) => digitsOf(BigInt(weight), weightWidth));
  const [first = []] = digits;
  return first.filter(({ value }, at) => value >= 0n && digits.every((others) => others[at]?.value === value))
    .length;
};

const sumOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
