/** LUTs and registers of `powerOfTwoDot` from its parameters, within a tenth of synthesis (test/power-of-two.test.ts). */
import { unsignedWidth } from '../../num/index.js';
import { greatestExponent } from './code.js';
import { greatestTerm } from './model.js';
import type { PowerOfTwoDotParams } from './unit.js';

export interface UnitCost {
  /** LUT4s; ECP5: and two for each CCU2C. */
  readonly luts: number;
  readonly registers: number;
}

/** Default `levelsPerStage` only: deeper stages are merged by Yosys as it finds them. */
export const powerOfTwoDotCost = (params: PowerOfTwoDotParams, family: 'ice40' | 'ecp5'): UnitCost => {
  const { rows, actWidth, codeBits } = params;
  const adders = adderWidths(rows, (terms) => unsignedWidth(BigInt(terms) * greatestTerm(params)));
  const carried = adders.filter(({ adds }) => adds).map(({ width }) => rowLuts(width, family));
  const termWidth = actWidth + greatestExponent(codeBits);
  return {
    luts: rows * termLuts(actWidth, codeBits) + sumOf(carried) + (rows === 1 ? 1 : 0),
    registers: rows * termWidth + sumOf(adders.map(({ width }) => width)),
  };
};

/**
 * A bit of complement and first shift, and a bit for each further shift where two sources meet; the ends of the last shift are
 * resets of registers, whose conditions are LUTs.
 */
export const termLuts = (actWidth: number, codeBits: number): number =>
  [actWidth + 1, actWidth + 2, 2 * actWidth + 2, 3 * actWidth + 7][codeBits - 2] ?? 0;

const rowLuts = (width: number, family: 'ice40' | 'ecp5'): number =>
  family === 'ice40' ? width : 2 * Math.ceil(width / 2);

interface Node {
  readonly width: number;
  /** false: a lone term that a register passes on. */
  readonly adds: boolean;
}

const adderWidths = (rows: number, widthOf: (terms: number) => number): readonly Node[] => {
  const nodes: Node[] = [];
  let level = Array.from({ length: rows }, () => 1);
  while (level.length > 1) {
    const next: number[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const terms = (level[i] ?? 0) + (level[i + 1] ?? 0);
      nodes.push({ width: widthOf(terms), adds: i + 1 < level.length });
      next.push(terms);
    }
    level = next;
  }
  return nodes;
};

const sumOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
