/** Fixed-point signals: an integer signal and a binary point. Arithmetic aligns the points and is exact. */

import { signedWidth, typeRange } from '../num/index.js';
import { authorLocation, fail } from './diagnostics.js';
import { constantOperand, describeFixed, type FixedFormat, type FixedValue } from './fixed-value.js';
import { notAValue, SInt, UInt, type Owner, type RoundingMode } from './signal.js';

type Int = number | bigint;

/** What fixed point uses of `UInt` and `SInt`. */
interface Integer<Raw> {
  readonly width: number;
  readonly owner: Owner;
  readonly range: { readonly lo: bigint; readonly hi: bigint };
  shl(amount: number): Raw;
  wrap(width: number): Raw;
  saturate(width: number): Raw;
  roundShift(amount: number, mode: RoundingMode): Raw;
  eq(value: Raw | Int): UInt;
  ne(value: Raw | Int): UInt;
  lt(value: Raw | Int): UInt;
  le(value: Raw | Int): UInt;
  gt(value: Raw | Int): UInt;
  ge(value: Raw | Int): UInt;
}

export interface ResizeOptions {
  /** How dropped fraction bits round; without it, dropping any is an error. */
  readonly rounding?: RoundingMode;
  /** What happens to values past the type's range; without it, any such value is an error. */
  readonly overflow?: 'wrap' | 'saturate';
}

abstract class FixedPoint<Self extends FixedPoint<Self, Raw>, Raw extends Integer<Raw>> {
  abstract readonly kind: 'sfixed' | 'ufixed';

  constructor(
    /** The integer that is stored: the value times 2^fraction. */
    readonly raw: Raw,
    /** Bits behind the binary point; negative: the value is a multiple of 2^-fraction. */
    readonly fraction: number,
  ) {}

  /** The same class with another integer or point. */
  protected abstract make(raw: Raw, fraction: number): Self;

  /** The same point over another integer of the same signedness. */
  over(raw: UInt | SInt): Self {
    return this.isRaw(raw) ? this.make(raw, this.fraction) : noOperand(this, raw);
  }
  protected abstract isRaw(raw: UInt | SInt): raw is (UInt & Raw) | (SInt & Raw);

  get width(): number {
    return this.raw.width;
  }
  get owner(): Owner {
    return this.raw.owner;
  }
  get format(): FixedFormat {
    return { signed: this.kind === 'sfixed', width: this.width, fraction: this.fraction };
  }
  /** A signal has no JavaScript value. @throws HDL020 always. */
  [Symbol.toPrimitive](hint: 'number' | 'string' | 'default'): never {
    return notAValue(`a signal : ${describeFixed(this.format)}`, hint);
  }

  eq(value: Self | FixedValue): UInt {
    const { a, b } = this.aligned(value);
    return a.eq(b);
  }
  ne(value: Self | FixedValue): UInt {
    const { a, b } = this.aligned(value);
    return a.ne(b);
  }
  lt(value: Self | FixedValue): UInt {
    const { a, b } = this.aligned(value);
    return a.lt(b);
  }
  le(value: Self | FixedValue): UInt {
    const { a, b } = this.aligned(value);
    return a.le(b);
  }
  gt(value: Self | FixedValue): UInt {
    const { a, b } = this.aligned(value);
    return a.gt(b);
  }
  ge(value: Self | FixedValue): UInt {
    const { a, b } = this.aligned(value);
    return a.ge(b);
  }

  /** this * 2^amount, exact: only the binary point moves, no hardware. */
  shl(amount: number): Self {
    return this.make(this.raw, this.fraction - checkedShift(amount));
  }
  /** this / 2^amount, exact: only the binary point moves, no hardware. */
  shr(amount: number): Self {
    return this.make(this.raw, this.fraction + checkedShift(amount));
  }
  /** The nearest value with `fraction` bits behind the point, as `mode` says; with more of them, the same value. */
  round(fraction: number, mode: RoundingMode): Self {
    return fraction >= this.fraction
      ? this.extended(fraction)
      : this.make(this.raw.roundShift(this.fraction - fraction, mode), fraction);
  }
  /** The nearest value that `width` bits hold with the same point. */
  saturate(width: number): Self {
    return this.make(this.raw.saturate(width), this.fraction);
  }
  /** Keeps the low `width` bits and the point. */
  wrap(width: number): Self {
    return this.make(this.raw.wrap(width), this.fraction);
  }
  /** Rounds, then narrows to a type of the same signedness. @throws HDL029 HDL004 when a needed option is missing. */
  resize(type: Omit<FixedFormat, 'signed'>, { rounding, overflow }: ResizeOptions = {}): Self {
    const target = { signed: this.kind === 'sfixed', width: type.width, fraction: type.fraction };
    if (type.fraction < this.fraction && rounding === undefined) losesFraction('the result', target, this);
    const rounded = this.round(type.fraction, rounding ?? 'floor');
    if (fits(rounded.raw.range, target)) return rounded.wrapUp(type.width);
    if (overflow === undefined) doesNotFit('the result', target, rounded);
    return overflow === 'wrap' ? rounded.wrap(type.width) : rounded.saturate(type.width);
  }

  /** What `UInt.mux` does: this where `select` is 1. */
  chosenBy(select: UInt, whenZero: unknown): Self {
    const other = this.isOperand(whenZero) ? whenZero : noOperand(this, whenZero);
    const { a, b, fraction } = this.aligned(other);
    return this.make(this.choose(select, a, b), fraction);
  }
  protected abstract isOperand(value: unknown): value is Self | FixedValue;
  protected abstract choose(select: UInt, whenOne: Raw, whenZero: Raw | bigint): Raw;

  /** The integer that drives a target, with the target's point. @throws HDL029 HDL004 HDL005 when it would change the value */
  alignedTo(target: FixedFormat, targetName: string): Raw {
    if (this.format.signed !== target.signed) signsDiffer(targetName, target, this);
    if (this.fraction > target.fraction) losesFraction(targetName, target, this);
    const { raw } = this.extended(target.fraction);
    if (!fits(raw.range, target)) doesNotFit(targetName, target, this);
    return raw;
  }

  /** The same value with at least as many fraction bits. */
  protected extended(fraction: number): Self {
    return this.make(this.raw.shl(fraction - this.fraction), fraction);
  }
  /** `width` bits, which hold every value. */
  private wrapUp(width: number): Self {
    return this.make(this.raw.wrap(width), this.fraction);
  }

  /** Both operands as integers with the finer of the two points. */
  protected aligned(value: Self | FixedValue): { a: Raw; b: Raw | bigint; fraction: number } {
    const other = value instanceof FixedPoint ? value : constantOperand(value, this.format);
    const fraction = Math.max(this.fraction, other.fraction);
    const a = this.raw.shl(fraction - this.fraction);
    const by = fraction - other.fraction;
    const b = typeof other.raw === 'bigint' ? other.raw << BigInt(by) : other.raw.shl(by);
    return { a, b, fraction };
  }
  protected factor(value: Self | FixedValue): { raw: Raw | bigint; fraction: number } {
    return value instanceof FixedPoint ? value : constantOperand(value, this.format);
  }
}

/** Signed fixed point: a two's complement integer divided by 2^fraction. */
export class SFixed extends FixedPoint<SFixed, SInt> {
  readonly kind = 'sfixed';

  protected make(raw: SInt, fraction: number): SFixed {
    return new SFixed(raw, fraction);
  }
  protected isRaw(raw: UInt | SInt): raw is SInt {
    return raw instanceof SInt;
  }
  protected isOperand(value: unknown): value is SFixed | FixedValue {
    return value instanceof SFixed || isFixedValue(value);
  }
  protected choose(select: UInt, whenOne: SInt, whenZero: SInt | bigint): SInt {
    return select.mux(whenOne, whenZero);
  }
  add(value: SFixed | FixedValue): SFixed {
    const { a, b, fraction } = this.aligned(value);
    return new SFixed(a.add(b), fraction);
  }
  sub(value: SFixed | FixedValue): SFixed {
    const { a, b, fraction } = this.aligned(value);
    return new SFixed(a.sub(b), fraction);
  }
  mul(value: SFixed | FixedValue): SFixed {
    const { raw, fraction } = this.factor(value);
    return new SFixed(this.raw.mul(raw), this.fraction + fraction);
  }
  neg(): SFixed {
    return new SFixed(this.raw.neg(), this.fraction);
  }
}

/** Unsigned fixed point: an integer divided by 2^fraction. */
export class UFixed extends FixedPoint<UFixed, UInt> {
  readonly kind = 'ufixed';

  protected make(raw: UInt, fraction: number): UFixed {
    return new UFixed(raw, fraction);
  }
  protected isRaw(raw: UInt | SInt): raw is UInt {
    return raw instanceof UInt;
  }
  protected isOperand(value: unknown): value is UFixed | FixedValue {
    return value instanceof UFixed || isFixedValue(value);
  }
  protected choose(select: UInt, whenOne: UInt, whenZero: UInt | bigint): UInt {
    return select.mux(whenOne, whenZero);
  }
  add(value: UFixed | FixedValue): UFixed {
    const { a, b, fraction } = this.aligned(value);
    return new UFixed(a.add(b), fraction);
  }
  /** The exact difference, which may be negative. */
  sub(value: UFixed | FixedValue): SFixed {
    const { a, b, fraction } = this.aligned(value);
    return new SFixed(a.sub(b), fraction);
  }
  mul(value: UFixed | FixedValue): UFixed {
    const { raw, fraction } = this.factor(value);
    return new UFixed(this.raw.mul(raw), this.fraction + fraction);
  }
  neg(): SFixed {
    return new SFixed(this.raw.neg(), this.fraction);
  }
  /** Value-preserving: one bit wider, signed. */
  toSigned(): SFixed {
    return new SFixed(this.raw.toSint(), this.fraction);
  }
}

const checkedShift = (amount: number): number =>
  Number.isInteger(amount) && amount >= 0
    ? amount
    : fail('HDL014', `a shift distance must be an integer of at least 0, not ${amount}`, 'use .shl or .shr');

const fits = (
  range: { readonly lo: bigint; readonly hi: bigint },
  { signed, width }: FixedFormat,
): boolean => {
  const { lo, hi } = typeRange(signed, width);
  return lo <= range.lo && range.hi <= hi;
};

/** The format of a type or signal of fixed point; undefined: an integer. */
export const formatOf = (
  it:
    | { readonly signed: boolean; readonly width: number; readonly fraction?: number }
    | UInt
    | SInt
    | SFixed
    | UFixed,
): FixedFormat | undefined => {
  if (it instanceof SFixed || it instanceof UFixed) return it.format;
  return 'fraction' in it ? { signed: it.signed, width: it.width, fraction: it.fraction } : undefined;
};

/** The integer signal under a signal of fixed point; anything else as it is. */
export const rawOf = (value: unknown): unknown =>
  value instanceof SFixed || value instanceof UFixed ? value.raw : value;

/**
 * What drives a target, as an integer signal or constant with the target's binary point; `target` undefined: an integer.
 * @throws HDL029 HDL004 HDL005 when it would change the value
 */
export const integerDriver = (
  target: FixedFormat | undefined,
  driver: unknown,
  targetName: string,
): unknown => {
  const isFixed = driver instanceof SFixed || driver instanceof UFixed;
  if (target === undefined) return isFixed ? refusePoint(driver, targetName) : driver;
  if (driver === undefined) return undefined;
  return isFixed ? driver.alignedTo(target, targetName) : constantFor(driver, target, targetName);
};

/** A constant as the stored integer. @throws HDL029 when it is no value of the target's step or no constant */
export const constantFor = (value: unknown, target: FixedFormat, targetName: string): bigint => {
  if (!isFixedValue(value)) {
    return fail(
      'HDL029',
      `${targetName} : ${describeFixed(target)} is driven by something without a binary point`,
      'give an integer signal one: new SFixed(signal, fraction) or new UFixed(signal, fraction)',
    );
  }
  const { raw, fraction } = constantOperand(value, target);
  const constant = { signed: target.signed, width: signedWidth({ lo: raw, hi: raw }), fraction };
  if (fraction > target.fraction) losesFraction(targetName, target, { format: constant });
  return raw << BigInt(target.fraction - fraction);
};

const isFixedValue = (value: unknown): value is FixedValue =>
  typeof value === 'number' ||
  typeof value === 'bigint' ||
  (typeof value === 'object' &&
    value !== null &&
    'raw' in value &&
    typeof value.raw === 'bigint' &&
    'fraction' in value &&
    typeof value.fraction === 'number');

const noOperand = ({ format }: Formatted, value: unknown): never => {
  const what =
    value instanceof SFixed || value instanceof UFixed ? describeFixed(value.format) : 'something else';
  return fail(
    'HDL029',
    `${describeFixed(format)} is combined with ${what}`,
    'use the same kind on both sides',
  );
};

interface Formatted {
  readonly format: FixedFormat;
}

const losesFraction = (name: string, target: FixedFormat, { format }: Formatted): never =>
  fail(
    'HDL029',
    `${name} : ${describeFixed(target)} keeps ${target.fraction} fraction bits of ${describeFixed(format)}, which has ${format.fraction}`,
    `write .round(${target.fraction}, 'halfEven') or another rounding mode`,
    [authorLocation()],
  );

const doesNotFit = (name: string, target: FixedFormat, { format }: Formatted): never =>
  fail(
    'HDL004',
    `${name} : ${describeFixed(target)} cannot hold every value of ${describeFixed(format)}`,
    `write .resize(…, { overflow: 'saturate' }) or { overflow: 'wrap' }, or widen the target`,
  );

const signsDiffer = (name: string, target: FixedFormat, { format }: Formatted): never =>
  fail(
    'HDL005',
    `${name} : ${describeFixed(target)} is driven by ${describeFixed(format)}`,
    target.signed ? 'write .toSigned()' : 'make the target signed',
  );

const refusePoint = ({ format }: Formatted, targetName: string): never =>
  fail(
    'HDL029',
    `${targetName} is an integer and driven by ${describeFixed(format)}`,
    'write .raw for the stored integer, or .round(0, mode).raw for the value',
  );
