/** LUTs and registers of ternary columns from their parameters; test/ternary.test.ts holds them against synthesis. */
import { partialWidth, type TernaryChainParams } from './unit.js';

export interface TernaryCost {
  /** LUT4s; ECP5: and two for each CCU2C. */
  readonly luts: number;
  readonly registers: number;
}

/** ecp5: the complement behind an adder is a row of LUTs of its own there. */
export const ternaryChainCost = (
  { rows, actWidth }: TernaryChainParams,
  family: 'ice40' | 'ecp5',
): TernaryCost => {
  const widths = Array.from({ length: rows - 1 }, (_, row) => partialWidth(row + 2, actWidth));
  const rowLuts = (width: number): number => (family === 'ice40' ? width : width + 2 * Math.ceil(width / 2));
  return {
    luts: actWidth + sumOf(widths.map(rowLuts)),
    registers: (rows + 1) * actWidth + sumOf(widths),
  };
};

export const sumOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
