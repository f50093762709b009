/** A requantizer whose scale is known when the hardware is made: shifted sums and differences instead of a multiplier. */
import { component, sint, type ModuleBuilder, type SInt } from '../../hdl/index.js';
import { signedWidth, typeRange } from '../../num/index.js';
import { requireInteger, UnitParameterError } from '../errors.js';
import { canonicalDigits } from './digits.js';
import type { RequantizeContract } from '../requantize/model.js';

export interface RequantizeConstantParams {
  /** Module name. */
  readonly name: string;
  readonly accWidth: number;
  readonly resultWidth: number;
  readonly scale: RequantizeContract;
}

/** A partial sum, or its negative. */
interface Term {
  readonly value: SInt;
  readonly negative: boolean;
}

/**
 * value = `requantizeByContract(acc, scale)`, one per cycle: one adder per non-zero canonical signed digit of the multiplier and
 * one for the addend, registered after each. Free running, no reset. @throws UnitParameterError
 */
export const requantizeConstant = (params: RequantizeConstantParams) => {
  const { name, accWidth, resultWidth, scale } = params;
  const unitName = 'requantizeConstant';
  requireInteger(unitName, 'accWidth', accWidth, 2, 64);
  requireInteger(unitName, 'resultWidth', resultWidth, 2, 64);
  requireInteger(unitName, 'shift', Number(scale.shift), 0, 126);
  const bounds = typeRange(true, resultWidth);
  if (scale.lo > scale.hi || scale.lo < bounds.lo || scale.hi > bounds.hi)
    throw new UnitParameterError(unitName, 'lo and hi', `must be ordered and fit ${resultWidth} bits`);
  const digits = canonicalDigits(scale.multiplier);
  const levels = Math.ceil(Math.log2(Math.max(1, digits.length)));
  const latencyCycles = levels + 3;
  const unit = component(
    name,
    {
      in: { acc: sint(accWidth) },
      out: { value: sint(resultWidth) },
      parameters: { accWidth, resultWidth, multiplier: String(scale.multiplier), shift: String(scale.shift) },
      latency: latencyCycles,
    },
    ({ acc }, m) => {
      if (digits.length === 0) m.unused(acc);
      const terms = digits.map(({ negative, position }) => ({ value: acc.shl(position), negative }));
      const addend = scale.addend + (scale.shift === 0n ? 0n : 1n << (scale.shift - 1n));
      const sum = m.pipe('sum', sumOf(m, treeOf(m, terms), addend));
      return { value: clamped(m, rounded(m, sum, scale), params) };
    },
  );
  return { component: unit, latencyCycles };
};

const sumOf = (m: ModuleBuilder, product: Term | undefined, addend: bigint): SInt => {
  const constant = m.constant(sint(signedWidth({ lo: addend, hi: addend })), addend);
  if (product === undefined) return constant;
  return product.negative ? constant.sub(product.value) : product.value.add(constant);
};

/** Pairs of neighbours in position; what is shifted less passes its low bits through the adder. */
const treeOf = (m: ModuleBuilder, terms: readonly Term[], level = 1): Term | undefined => {
  if (terms.length <= 1) return terms[0];
  const next: Term[] = [];
  for (let i = 0; i < terms.length; i += 2) {
    const [a, b] = [terms[i], terms[i + 1]];
    if (a !== undefined) next.push(b === undefined ? a : pairOf(a, b));
  }
  const values = m.pipe(
    `product_${level}`,
    next.map(({ value }) => value),
  );
  return treeOf(
    m,
    values.map((value, index) => ({ value, negative: next[index]?.negative === true })),
    level + 1,
  );
};

const pairOf = (a: Term, b: Term): Term => {
  if (a.negative === b.negative) return { value: a.value.add(b.value), negative: a.negative };
  return { value: a.negative ? b.value.sub(a.value) : a.value.sub(b.value), negative: false };
};

/** sum >> shift with exact ties settled: the half is in the sum, so a tie left nothing below the point. */
const rounded = (m: ModuleBuilder, sum: SInt, { shift, rounding }: RequantizeContract): SInt => {
  const distance = Number(shift);
  const up = shiftedRight(sum, distance);
  if (rounding === 'halfUp' || distance === 0) return m.pipe('rounded', up);
  const tie = sum.bits(Math.min(distance, sum.width) - 1, 0).eq(0);
  const down = rounding === 'halfEven' ? up.bit(0) : up.le(0);
  return m.pipe('rounded', up.sub(tie.and(down).toSint()));
};

/** Beyond the width only the sign is left. */
const shiftedRight = (value: SInt, distance: number): SInt => value.shr(Math.min(distance, value.width - 1));

const clamped = (
  m: ModuleBuilder,
  value: SInt,
  { scale: { lo, hi, zeroPoint }, resultWidth }: RequantizeConstantParams,
): SInt => {
  // Bounds may leave nothing of it.
  m.unused(value);
  const placed = value.add(zeroPoint);
  const least = m.constant(sint(resultWidth), lo);
  const greatest = m.constant(sint(resultWidth), hi);
  const narrow = placed.width > resultWidth ? placed.wrap(resultWidth) : placed;
  return m.pipe('value_q', placed.lt(lo).mux(least, placed.gt(hi).mux(greatest, narrow)));
};
