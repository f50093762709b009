/** LUTs and registers of `termSum`, within a twentieth of synthesis (test/sum-costs.test.ts). */
import type { UnitCost } from '../power-of-two-dot/cost.js';
import { cheapestAdder } from './choice.js';
import { sumWidthOf, type AdderStructure, type TermSumParams } from './unit.js';

type Family = 'ice40' | 'ecp5';
type Counts = (params: Pick<TermSumParams, 'terms' | 'width'>, family: Family) => UnitCost;

/** Of the structure that the unit takes for its `target`, mapped for `family`. */
export const termSumCost = (params: TermSumParams, family: Family): UnitCost => {
  const structure = params.structure === 'cheapest' ? cheapestAdder(params) : params.structure;
  return costs[structure](params, family);
};

/** A row of carry cells; ECP5 has two bits in each, on iCE40 the carry that leaves at the top is a bit without a LUT. */
const rowLuts = (width: number, operandWidth: number, family: Family): number =>
  family === 'ice40' ? Math.min(width, operandWidth) : 2 * Math.ceil(width / 2);

const treeCost: Counts = ({ terms, width }, family) => {
  let [luts, registers] = [0, 0];
  let counts = Array.from({ length: terms }, () => 1);
  while (counts.length > 1) {
    const next: number[] = [];
    for (let i = 0; i < counts.length; i += 2) {
      const [a = 0, b = 0] = [counts[i], counts[i + 1]];
      const sumWidth = sumWidthOf(a + b, width);
      if (b > 0) luts += rowLuts(sumWidth, sumWidthOf(Math.max(a, b), width), family);
      registers += sumWidth;
      next.push(a + b);
    }
    counts = next;
  }
  return { luts, registers };
};

/** Term k waits k - 1 cycles. */
const chainCost: Counts = ({ terms, width }, family) => {
  let [luts, registers] = [0, 0];
  for (let count = 2; count <= terms; count++) {
    const sumWidth = sumWidthOf(count, width);
    luts += rowLuts(sumWidth, sumWidthOf(count - 1, width), family);
    registers += sumWidth + (count - 2) * width;
  }
  return { luts, registers };
};

/** Rows as masks of the bits they have: where two or three meet, a LUT for their sum and one for their carry. */
const compressorCost: Counts = ({ terms, width }, family) => {
  const sumWidth = sumWidthOf(terms, width);
  const all = (1n << BigInt(sumWidth)) - 1n;
  let [luts, registers] = [0, 0];
  let rows = Array.from({ length: terms }, () => (1n << BigInt(width)) - 1n);
  while (rows.length > 2) {
    const next: bigint[] = [];
    for (let i = 0; i < rows.length; i += 3) {
      const group = rows.slice(i, i + 3);
      const [a = 0n, b = 0n, c = 0n] = group;
      if (group.length < 3) next.push(...group);
      else {
        const meeting = (a & b) | (a & c) | (b & c);
        const carries = (meeting << 1n) & all;
        luts += onesOf(meeting) + onesOf(carries);
        next.push(a | b | c, carries);
      }
    }
    registers += next.reduce((sum, row) => sum + onesOf(row), 0);
    rows = next;
  }
  const [a = 0n, b = 0n] = rows;
  if (rows.length < 2) return { luts, registers };
  const low = trailingZeros(a & b);
  const operandWidth = Math.max(a.toString(2).length, b.toString(2).length);
  return {
    luts: luts + rowLuts(sumWidth - low, operandWidth - low, family),
    registers: registers + sumWidth,
  };
};

const costs: Readonly<Record<AdderStructure, Counts>> = {
  tree: treeCost,
  chain: chainCost,
  compressor: compressorCost,
};

const onesOf = (mask: bigint): number => mask.toString(2).replaceAll('0', '').length;
const trailingZeros = (mask: bigint): number =>
  mask.toString(2).length - mask.toString(2).lastIndexOf('1') - 1;
