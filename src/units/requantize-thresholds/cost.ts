/** LUTs and registers of `requantizeThresholds`, within a tenth of synthesis (test/requantizer-costs.test.ts). */
import { signedWidth, unsignedWidth } from '../../num/index.js';
import type { UnitCost } from '../power-of-two-dot/cost.js';
import { searchTable, type RequantizeThresholdsParams } from './unit.js';

type Family = 'ice40' | 'ecp5';

/** iCE40's comparisons also take carry cells whose LUTs stay empty: they are not counted (docs/units/requantizers.md). */
export const requantizeThresholdsCost = (params: RequantizeThresholdsParams, family: Family): UnitCost => {
  const { staircase, structure } = params;
  const { base, step, thresholds } = staircase;
  const levels = Math.ceil(Math.log2(thresholds.length + 1));
  const end = base + BigInt(step) * BigInt(thresholds.length);
  const [lo, hi] = base < end ? [base, end] : [end, base];
  const valueBits = lo < 0n ? signedWidth({ lo, hi }) : unsignedWidth(hi);
  const placing = step === 1 ? valueBits - Math.min(valueBits, zerosOf(base)) : valueBits;
  const count = structure === 'search' ? searchCost(params, levels, family) : comparatorsCost(params, family);
  return { luts: count.luts + placing, registers: count.registers + valueBits };
};

/** A comparison each, and of every bit of the count the parity of some of them. */
const comparatorsCost = (params: RequantizeThresholdsParams, family: Family): UnitCost => {
  const { accWidth, staircase } = params;
  const compared = staircase.thresholds.map((threshold) => constantCompareLuts(threshold, accWidth, family));
  let [parities, bits] = [0, 0];
  for (let ones = compared.length; ones > 0; ones >>= 1, bits++) parities += Math.ceil((ones - 1) / 3);
  return { luts: total(compared) + parities, registers: compared.length + bits };
};

/** Every level: a comparison, and its table of thresholds, whose columns Yosys registers beside the bits found so far. */
const searchCost = (params: RequantizeThresholdsParams, levels: number, family: Family): UnitCost => {
  const { accWidth, staircase } = params;
  const first = searchTable(staircase.thresholds, levels, levels - 1, accWidth)[0] ?? 0n;
  const tables = Array.from({ length: Math.max(0, levels - 1) }, (_, level) =>
    columnsOf(searchTable(staircase.thresholds, levels, level, accWidth), accWidth),
  );
  const stored = tables.flatMap((columns) => columns.filter((column) => !isAddressBit(column)));
  const columnLuts = total(stored.map(({ length }) => Math.max(1, length / 8 - 1)));
  // iCE40 compares with complements, of which some are columns too.
  const complements = tables.flatMap((columns) =>
    columns.filter((column) => !columns.includes(complementOf(column))),
  );
  const compares =
    family === 'ice40'
      ? 2 * levels + complements.length
      : constantCompareLuts(first, accWidth, family) + (levels - 1) * (1 + 2 * Math.ceil((accWidth + 1) / 2));
  return {
    luts: levels === 0 ? 0 : columnLuts + compares,
    registers: (levels - 1) * accWidth + (levels * (levels + 1)) / 2 + stored.length,
  };
};

/** Low zeros of the constant need no comparing; one LUT takes the result from the carry chain, on ECP5 the top bits too. */
const constantCompareLuts = (threshold: bigint, width: number, family: Family): number => {
  if (family === 'ice40') return 1;
  return 1 + 2 * Math.max(0, Math.ceil((width - zerosOf(threshold)) / 2) - 1);
};

/** Low zeros of a constant; of 0 more than any width. */
const zerosOf = (value: bigint): number => {
  let zeros = 0;
  while (zeros < 128 && ((value >> BigInt(zeros)) & 1n) === 0n) zeros++;
  return zeros;
};

/** Distinct columns of a table that are not constant, each as its bits by address. */
const columnsOf = (entries: readonly bigint[], accWidth: number): readonly string[] => {
  const columns = Array.from({ length: accWidth + 1 }, (_, bit) =>
    entries.map((entry) => String((entry >> BigInt(bit)) & 1n)).join(''),
  );
  return [...new Set(columns)].filter((column) => column.includes('0') && column.includes('1'));
};

const isAddressBit = (column: string): boolean => {
  const period = column.indexOf('1');
  if (period < 1 || (period & (period - 1)) !== 0) return false;
  return Array.from(column).every((value, address) => value === String(Math.floor(address / period) % 2));
};

const complementOf = (column: string): string =>
  Array.from(column, (value) => (value === '0' ? '1' : '0')).join('');

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
