/** One random operation of the language; choices are taken modulo what is possible. */
import { cat, select, SInt, UInt, type RoundingMode } from '../../src/hdl/index.js';
import { typeRange } from '../../src/num/index.js';
import type { LiteralRecipe, OpStep, TypeRecipe } from './program.js';

export type Value = UInt | SInt;

const modes: readonly RoundingMode[] = ['floor', 'halfUp', 'halfEven', 'halfAwayFromZero'];
/** Verilator multiplies signed numbers of at most 512 bits. */
const productWidth = 500;

/** The item a choice stands for. @throws RangeError when there is none */
export function choose<T>(items: readonly T[], choice: number): T {
  const item = items[choice % items.length];
  if (item === undefined) throw new RangeError('nothing to choose from');
  return item;
}

/** A number of a type: its extremes, 0, or a repeated pattern. */
export function literalValue({ signed, width }: TypeRecipe, { kind, bits }: LiteralRecipe): bigint {
  const { lo, hi } = typeRange(signed, width);
  if (kind < 4) return choose([0n, hi, lo, hi >> 1n], kind);
  let pattern = 0n;
  for (let done = 0; done < width; done += 32) pattern = (pattern << 32n) | BigInt(bits);
  return signed ? BigInt.asIntN(width, pattern) : BigInt.asUintN(width, pattern);
}

export const unsigned = (value: Value): UInt => (value instanceof UInt ? value : value.asUint());
const signed = (value: Value, n: number): SInt =>
  value instanceof SInt ? value : n % 3 === 0 ? value.asSint() : value.toSint();

/** One bit made of any value. */
export function condition(value: Value, n: number): UInt {
  if (value.width === 1) return unsigned(value);
  switch (n % 4) {
    case 0:
      return value.ne(0);
    case 1:
      return value.xorReduce();
    case 2:
      return value.gt(1);
    default:
      return value.bit(n % value.width);
  }
}

/** At most `limit` bits: wrapped, saturated or sliced. */
export function narrowed(value: Value, limit: number, n: number): Value {
  if (value.width <= limit) return value;
  const width = 1 + (n % limit);
  if (n % 3 === 0) return value.saturate(width);
  if (n % 3 === 1) return value.wrap(width);
  return value.bits(value.width - 1, value.width - width);
}

/** The value in a port's, register's or wire's type; it stays as it is where the language widens by itself. */
export function conform(value: Value, type: TypeRecipe, n: number): Value {
  const same = type.signed ? signed(value, n) : unsigned(value);
  const { lo, hi } = typeRange(type.signed, type.width);
  if (same.range.lo >= lo && same.range.hi <= hi) return same;
  return n % 2 === 0 ? same.wrap(type.width) : same.saturate(type.width);
}

export function operation(step: OpStep, operands: readonly Value[], limit: number): Value {
  const [a, b, c] = [choose(operands, 0), choose(operands, 1), choose(operands, 2)];
  const { op, n } = step;
  switch (op) {
    case 'add':
    case 'sub':
    case 'and':
    case 'or':
    case 'xor':
      return a instanceof UInt ? a[op](unsigned(b)) : a[op](signed(b, n));
    case 'mul':
      return product(narrowed(a, productWidth / 2, n), narrowed(b, productWidth / 2, n), n);
    case 'eq':
    case 'ne':
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      return a instanceof UInt ? a[op](unsigned(b)) : a[op](signed(b, n));
    case 'shlDynamic':
      return narrowed(a, 70, n).shl(unsigned(b).wrap(1 + (n % 6)));
    case 'shrDynamic':
      // Verilator 5.006 computes a constant shifted by a folded distance of more than 32 bits wrongly.
      return a.shr(unsigned(b).wrap(n % 3 === 0 ? Math.min(b.width, 32) : 1 + (n % 8)));
    case 'mux':
      return chosen(condition(c, n), a, b, n);
    case 'cat':
      return n % 2 === 0 ? cat(a, b) : cat(a, b, c);
    case 'select':
      return selected(operands, n);
    default:
      return unary(op, a, step, limit);
  }
}

type BinaryName =
  | 'add'
  | 'sub'
  | 'and'
  | 'or'
  | 'xor'
  | 'mul'
  | 'eq'
  | 'ne'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'shlDynamic'
  | 'shrDynamic'
  | 'mux'
  | 'cat'
  | 'select';

function unary(op: Exclude<OpStep['op'], BinaryName>, a: Value, { n }: OpStep, limit: number): Value {
  switch (op) {
    case 'neg':
    case 'not':
    case 'asSint':
    case 'asUint':
    case 'xorReduce':
      return a[op]();
    case 'toSint':
      return signed(a, 1);
    case 'bits': {
      const low = n % a.width;
      return a.bits(low + ((n >> 3) % (a.width - low)), low);
    }
    case 'bit':
      return a.bit(n % a.width);
    case 'shl':
      return a.shl(n % 40);
    case 'shr':
      return a.shr(n % (a.width + 3));
    case 'wrap':
    case 'saturate':
      return a[op](1 + (n % Math.min(limit, a.width + 4)));
    case 'roundShift':
      return a.roundShift((n >> 2) % a.width, choose(modes, n));
    case 'assumeRange':
      return clamped(a, n);
    case 'addLiteral':
      return n % 2 === 0 ? a.add(n) : a.sub(n);
    case 'mulLiteral':
      return a instanceof SInt ? a.mul((n % 200) - 100) : a.mul(n % 100);
    case 'compareLiteral':
      return comparedLiteral(a, n);
  }
}

const product = (a: Value, b: Value, n: number): Value =>
  a instanceof UInt ? a.mul(unsigned(b)) : a.mul(signed(b, n));

const chosen = (bit: UInt, a: Value, b: Value, n: number): Value =>
  a instanceof UInt ? bit.mux(a, unsigned(b)) : bit.mux(a, signed(b, n));

function selected(operands: readonly Value[], n: number): Value {
  const first = choose(operands, 1);
  const items = Array.from({ length: 1 + (n % 5) }, (_, i) => choose(operands, i + 1));
  const index = unsigned(choose(operands, 0)).wrap(1 + (n % 4));
  return first instanceof UInt
    ? select(index, items.map(unsigned))
    : select(
        index,
        items.map((item) => signed(item, n)),
      );
}

/** Kept inside a range by a choice, so that the assumption about the range holds. */
function clamped(a: Value, n: number): Value {
  const top = 1 + (n % 100);
  if (a instanceof UInt) return a.le(top).mux(a, 0).assumeRange(0, top);
  return a.le(top).and(a.ge(-top)).mux(a, 0).assumeRange(-top, top);
}

function comparedLiteral(a: Value, n: number): UInt {
  const value = BigInt(n % 300) - (a instanceof SInt ? 150n : 0n);
  return a[choose(['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const, n)](value);
}
