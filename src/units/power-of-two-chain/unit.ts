/** One column of power of two PEs as a chain of ECP5 carry cells, each of which chooses the last shift and adds. */
import { array, component, sint, uint, type ModuleBuilder, type UInt } from '../../hdl/index.js';
import { unsignedWidth } from '../../num/index.js';
import { requireInteger } from '../errors.js';
import { fusedRow, type TermFunction } from '../fused-row/ecp5.js';
import { greatestTerm } from '../power-of-two-dot/model.js';
import { partsOf, shiftedWithin, signedFromZero, zeroable } from '../power-of-two-dot/term.js';

export interface PowerOfTwoChainParams {
  /** Number of activations and weights, 1 to 64. */
  readonly rows: number;
  /** 1 to 64. */
  readonly actWidth: number;
  /** Bits of a weight's code, 3 to 5: 0 and ±2^0 … ±2^(2^(codeBits - 2) - 1). */
  readonly codeBits: number;
}

/**
 * sum = Σ act * weight - correction (`powerOfTwoChainCorrection`), weights as codes (`powerOfTwoCode`, then `flaggedCode`) that hold still. Row i
 * enters i cycles after row 0, the sum leaves `latencyCycles` after row 0. LUTs complement and shift by all but the highest
 * bit of the exponent into a register; the LUT of the adder's carry cell (CCU2C) shifts by the highest bit. Free running, no
 * reset. @throws UnitParameterError
 */
export const powerOfTwoChain = (params: PowerOfTwoChainParams) => {
  const { rows, actWidth, codeBits } = params;
  requireInteger('powerOfTwoChain', 'rows', rows, 1, 64);
  requireInteger('powerOfTwoChain', 'actWidth', actWidth, 1, 64);
  requireInteger('powerOfTwoChain', 'codeBits', codeBits, 3, 5);
  const widthOf = (terms: number): number => unsignedWidth(BigInt(terms) * greatestTerm(params));
  const sumWidth = widthOf(rows) + 1;
  const unit = component(
    `power_of_two_chain_r${rows}_a${actWidth}_c${codeBits}`,
    {
      in: { act: array(rows, sint(actWidth)), weight: array(rows, uint(codeBits)) },
      out: { sum: sint(sumWidth) },
      parameters: { rows, actWidth, codeBits },
    },
    ({ act, weight }, m) => {
      let partial: UInt | undefined;
      act.forEach((value, row) => {
        const code = weight[row];
        if (code === undefined) return;
        const { negative, zero, exponent } = partsOf(code, true);
        const last = exponent.length - 1;
        const early = exponent.slice(0, last);
        const field = early.reduce(
          (shifted, bit, index) => shiftedWithin(m, shifted, bit, 2 ** index),
          signedFromZero(value, negative),
        );
        const shifted = zeroable(m, `shifted_${row}`, field, zero);
        const high = exponent[last] ?? negative;
        const link = { shifted, high, distance: 2 ** last };
        partial = m.pipe(
          `sum_${row}`,
          partial === undefined
            ? shiftedLast(link)
            : addShifted(m, `row_${row}`, partial, link, widthOf(row + 1)),
        );
      });
      if (partial === undefined) throw new RangeError('a chain has at least one row');
      return { sum: partial.toSint() };
    },
  );
  return { component: unit, latencyCycles: rows + 1, rowSkewCycles: 1, sumWidth };
};

interface LastShift {
  readonly shifted: UInt;
  readonly high: UInt;
  readonly distance: number;
}

const shiftedLast = ({ shifted, high, distance }: LastShift): UInt =>
  high.mux(shifted.shl(distance), shifted);

/** partial + the last shift, in one row of carry cells. */
const addShifted = (m: ModuleBuilder, name: string, partial: UInt, link: LastShift, width: number): UInt => {
  const zero = m.constant(uint(1), 0);
  const bitOf = (index: number): UInt =>
    index >= 0 && index < link.shifted.width ? link.shifted.bit(index) : zero;
  const bits = (index: number) => ({
    ...{ b: bitOf(index - link.distance), c: bitOf(index), d: link.high },
    term: chosen,
  });
  return fusedRow(m, name, width, partial.toSint(), bits).asUint();
};

/** B where D, else C. */
const chosen: TermFunction = (b, c, d) => (d ? b : c);
