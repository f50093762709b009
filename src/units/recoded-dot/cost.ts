/** LUTs and registers of the units made of base-4 digits, from their parameters (test/int-costs.test.ts holds them to synthesis). */
import { typeRange } from '../../num/index.js';
import { sumWidthOf, treeLevels } from '../adder-tree/tree.js';
import { digitCount, recodedProductRange } from './digits.js';
import { recodedWidth } from './planes.js';
import type { RecodedDotParams } from './unit.js';

export interface DigitCost {
  /** LUT4s; ECP5: and two for each CCU2C. */
  readonly luts: number;
  readonly registers: number;
}
type Target = 'ice40' | 'ecp5';

/** A row of adder bits: ECP5 has two in each carry cell. */
export const rowLuts = (width: number, target: Target): number =>
  target === 'ice40' ? width : 2 * Math.ceil(width / 2);

/** Of `recodedDot` with one adder level per stage. */
export const recodedDotCost = (params: RecodedDotParams, target: Target): DigitCost => {
  const { products, actWidth, weightWidth, recodeStages = 1 } = params;
  const digits = digitCount(weightWidth);
  const terms = termBits(actWidth, weightWidth);
  const plane = treeRows(products, actWidth);
  const planeWidth = sumWidthOf(products, typeRange(true, actWidth + 1));
  const sumWidth = sumWidthOf(products, recodedProductRange(actWidth, weightWidth));
  const joins = joinRows(digits, planeWidth, sumWidth);
  const rows = [...Array.from({ length: digits }, () => plane.adders).flat(), ...joins.adders];
  return {
    luts: products * (terms + recodeLuts(weightWidth)) + sumOf(rows.map((width) => rowLuts(width, target))),
    registers:
      products * (terms + recodeStages * recodedWidth(weightWidth)) +
      digits * sumOf(plane.registers) +
      sumOf(joins.registers),
  };
};

/** One LUT chooses a bit of a digit's term; the last digit of an odd width never doubles. */
export const termBits = (actWidth: number, weightWidth: number): number =>
  digitCount(weightWidth) * (actWidth + 1) - (weightWidth % 2);

/** The lowest digit is the weight's bits; every other bit of a digit takes a LUT, and the carry between digits one. */
export const recodeLuts = (weightWidth: number): number => Math.max(0, Math.floor(1.5 * (weightWidth - 2)));

interface Rows {
  readonly adders: readonly number[];
  readonly registers: readonly number[];
}

const treeRows = (products: number, actWidth: number): Rows => {
  const [adders, registers]: [number[], number[]] = [[], []];
  let counts = Array.from({ length: products }, () => 1);
  while (counts.length > 1) {
    const next: number[] = [];
    for (let i = 0; i < counts.length; i += 2) {
      const count = (counts[i] ?? 0) + (counts[i + 1] ?? 0);
      const width = sumWidthOf(count, typeRange(true, actWidth + 1));
      if (i + 1 < counts.length) adders.push(width);
      registers.push(width);
      next.push(count);
    }
    counts = next;
  }
  return { adders, registers };
};

/** Planes `shift` bits apart: the low bits of the lower one pass. */
export const joinRows = (planes: number, planeWidth: number, sumWidth: number): Rows => {
  const [adders, registers]: [number[], number[]] = [[], []];
  let widths = Array.from({ length: planes }, () => planeWidth);
  for (let level = 0; level < treeLevels(planes); level++) {
    const shift = 2 * 2 ** level;
    const next: number[] = [];
    for (let i = 0; i < widths.length; i += 2) {
      const [low = 0, high] = [widths[i], widths[i + 1]];
      const width = high === undefined ? low : Math.min(sumWidth, Math.max(low, high + shift) + 1);
      if (high !== undefined) adders.push(width - shift);
      registers.push(width);
      next.push(width);
    }
    widths = next;
  }
  return { adders, registers };
};

const sumOf = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
