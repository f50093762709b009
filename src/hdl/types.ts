/** Types of signals and the shapes made of them. Signedness is a TypeScript type, widths are run-time values. */

import type { SIntWire, UIntWire } from './driven.js';
import { checkCount, checkWidth } from './checked-numbers.js';
import { fail } from './diagnostics.js';
import { withPoint, type SFixedWire, type UFixedWire } from './fixed-driven.js';
import type { FixedFormat, FixedValue } from './fixed-value.js';
import { formatOf, integerDriver, rawOf, type SFixed, type UFixed } from './fixed.js';
import type { SInt, UInt } from './signal.js';

export interface UIntType {
  readonly signed: false;
  readonly width: number;
  /** Ports only: the clock domain (`ClockDomain.port`). */
  readonly domain?: string;
  readonly flow?: undefined;
}
export interface SIntType {
  readonly signed: true;
  readonly width: number;
  readonly domain?: string;
  readonly flow?: undefined;
}
/** Fixed point: an integer of `width` bits divided by 2^fraction. */
export interface UFixedType extends UIntType {
  readonly fraction: number;
}
export interface SFixedType extends SIntType {
  readonly fraction: number;
}
export type ScalarShape = UIntType | SIntType | UFixedType | SFixedType;

/** Nested objects and arrays of scalar types; names of leaves are joined with `_`. */
export type Shape = ScalarShape | readonly Shape[] | { readonly [key: string]: Shape };
export type ShapeRecord = Readonly<Record<string, Shape>>;

/** Undefined: the way of its port. `flipped`: the other way; `ready`: that of a stream. */
export type Flow = 'flipped' | 'ready' | undefined;
/** A member of a port shape that goes the other way. */
export interface FlippedUInt extends Omit<UIntType, 'flow'> {
  readonly flow: 'flipped' | 'ready';
}
export interface FlippedSInt extends Omit<SIntType, 'flow'> {
  readonly flow: 'flipped' | 'ready';
}
export interface FlippedUFixed extends FlippedUInt {
  readonly fraction: number;
}
export interface FlippedSFixed extends FlippedSInt {
  readonly fraction: number;
}
export type LeafType = ScalarShape | FlippedUInt | FlippedSInt | FlippedUFixed | FlippedSFixed;
/** Shapes of ports: their members may go both ways. */
export type PortShape = LeafType | readonly PortShape[] | { readonly [key: string]: PortShape };
export type PortRecord = Readonly<Record<string, PortShape>>;

/** A shape with every member turned round. */
export type Flipped<S> = S extends { readonly fraction: number }
  ? FlippedFixed<S>
  : S extends UIntType
    ? FlippedUInt
    : S extends SIntType
      ? FlippedSInt
      : S extends FlippedUInt
        ? UIntType
        : S extends FlippedSInt
          ? SIntType
          : S extends readonly (infer E)[]
            ? readonly Flipped<E>[]
            : { readonly [K in keyof S]: Flipped<S[K]> };

type FlippedFixed<S> = S extends UFixedType
  ? FlippedUFixed
  : S extends SFixedType
    ? FlippedSFixed
    : S extends FlippedUFixed
      ? UFixedType
      : SFixedType;

/** One bit: `uint(1)`. */
export const bit: UIntType = { signed: false, width: 1 };
/** Unsigned, 0 .. 2^width - 1. @throws HDL001 when width is not a positive integer. */
export const uint = (width: number): UIntType => ({ signed: false, width: checkWidth(width) });
/** Two's complement, -2^(width-1) .. 2^(width-1) - 1. @throws HDL001 when width is not a positive integer. */
export const sint = (width: number): SIntType => ({ signed: true, width: checkWidth(width) });
/** Signed fixed point: a two's complement integer of `width` bits, `fraction` of them behind the binary point. @throws HDL001 */
export const fixed = (width: number, fraction: number): SFixedType => ({
  signed: true,
  width: checkWidth(width),
  fraction: checkFraction(fraction),
});
/** Unsigned fixed point. @throws HDL001 */
export const ufixed = (width: number, fraction: number): UFixedType => ({
  signed: false,
  width: checkWidth(width),
  fraction: checkFraction(fraction),
});
const checkFraction = (fraction: number): number =>
  Number.isInteger(fraction)
    ? fraction
    : fail('HDL001', `a number of fraction bits must be an integer, not ${fraction}`, 'give a whole number');
/** `count` elements of one shape. @throws HDL032 */
export const array = <S extends PortShape>(count: number, shape: S): readonly S[] =>
  Array.from({ length: checkCount(count, 'a number of elements') }, () => shape);

/**
 * The members of a port shape that go the other way: a flipped member of `in` is an output that the body drives, one of
 * `out` an input that drives a wire of the body. Whoever does not own the driver hands a wire over. Flipping twice is not flipping.
 */
export const flipped = <const S extends PortShape>(shape: S): Flipped<S> =>
  mapShape(shape, '', (_, type, domain, flow) => ({
    ...type,
    ...(domain === undefined ? {} : { domain }),
    ...(flow === undefined ? { flow: 'flipped' } : {}),
  })) as Flipped<S>;

/** What a reader gets for a shape; of a flipped member, the wire to drive. */
export type SignalOf<S> = S extends { readonly fraction: number }
  ? FixedSignalOf<S>
  : S extends UIntType
    ? UInt
    : S extends SIntType
      ? SInt
      : S extends FlippedUInt
        ? UIntWire
        : S extends FlippedSInt
          ? SIntWire
          : S extends readonly (infer E)[]
            ? readonly SignalOf<E>[]
            : { readonly [K in keyof S]: SignalOf<S[K]> };

/** What may drive a shape: signals, or numbers that are sized exactly; a flipped member drives the wire it is given. */
export type DriverOf<S> = S extends { readonly fraction: number }
  ? FixedDriverOf<S>
  : S extends UIntType
    ? UInt | number | bigint
    : S extends SIntType
      ? SInt | number | bigint
      : S extends FlippedUInt
        ? UIntWire
        : S extends FlippedSInt
          ? SIntWire
          : S extends readonly (infer E)[]
            ? readonly DriverOf<E>[]
            : { readonly [K in keyof S]: DriverOf<S[K]> };

type FixedSignalOf<S> = S extends UFixedType
  ? UFixed
  : S extends SFixedType
    ? SFixed
    : S extends FlippedUFixed
      ? UFixedWire
      : SFixedWire;
type FixedDriverOf<S> = S extends UFixedType
  ? UFixed | FixedValue
  : S extends SFixedType
    ? SFixed | FixedValue
    : S extends FlippedUFixed
      ? UFixedWire
      : SFixedWire;

export const isScalar = (shape: PortShape): shape is LeafType =>
  'width' in shape &&
  typeof shape.width === 'number' &&
  'signed' in shape &&
  typeof shape.signed === 'boolean';

/** Verilog's spelling of a key: `actWidth` becomes `act_width`. Vendor names (all capitals) stay as they are. */
const snakeCase = (key: string): string =>
  key.replace(
    /([a-z0-9])([A-Z])/g,
    (_, before: string, capital: string) => `${before}_${capital.toLowerCase()}`,
  );

/** Name of a part of a bundle: keys joined with `_`, in Verilog's spelling. */
export const childName = (prefix: string, key: string): string =>
  prefix === '' ? snakeCase(key) : `${prefix}_${snakeCase(key)}`;

/** What is known of a leaf without any values. */
interface FlatLeaf {
  readonly name: string;
  readonly keys: readonly string[];
  readonly shape: LeafType;
  readonly type: UIntType | SIntType;
  readonly format: FixedFormat | undefined;
  /** `{ domain }` of a port in a named clock domain. */
  readonly place: { readonly domain?: string };
}

/** Leaves of shapes seen before: a component is instantiated thousands of times. Shapes never change. */
const flatLeaves = new WeakMap<PortShape, readonly FlatLeaf[]>();

const flatten = (shape: PortShape): readonly FlatLeaf[] => {
  const known = flatLeaves.get(shape);
  if (known !== undefined) return known;
  const found: FlatLeaf[] = [];
  const walk = (part: PortShape, name: string, keys: readonly string[]): void => {
    if (isScalar(part)) {
      const place = part.domain === undefined ? {} : { domain: part.domain };
      found.push({ name, keys, shape: part, type: plainType(part), format: formatOf(part), place });
      return;
    }
    for (const [key, item] of Object.entries(part)) walk(item, childName(name, key), [...keys, key]);
  };
  walk(shape, '', []);
  flatLeaves.set(shape, found);
  return found;
};

const prefixed = (prefix: string, name: string): string =>
  prefix === '' ? name : name === '' ? prefix : `${prefix}_${name}`;

/**
 * Replaces every leaf of a shape; `name` is the flattened name. `leaf` works on integers: a signal that it makes for a leaf
 * of fixed point gets the binary point.
 */
export const mapShape = (
  shape: PortShape,
  prefix: string,
  leaf: (
    name: string,
    type: UIntType | SIntType,
    domain: string | undefined,
    flow: Flow,
    format: FixedFormat | undefined,
  ) => unknown,
): unknown => {
  const all = flatten(shape)[Symbol.iterator]();
  const walk = (part: PortShape): unknown => {
    if (isShapeArray(part)) return part.map((item) => walk(item));
    if (!isScalar(part)) {
      const parts: Record<string, unknown> = {};
      for (const key of Object.keys(part)) parts[key] = walk(part[key] ?? {});
      return parts;
    }
    const next = all.next();
    if (next.done === true) return undefined;
    const { name, type, format } = next.value;
    return withPoint(leaf(prefixed(prefix, name), type, part.domain, part.flow, format), format?.fraction);
  };
  return walk(shape);
};

const isShapeArray = (shape: PortShape): shape is readonly PortShape[] => Array.isArray(shape);

const plainType = (type: LeafType): UIntType | SIntType => {
  if (type.domain === undefined && type.flow === undefined && formatOf(type) === undefined) return type;
  return type.signed ? sint(type.width) : uint(type.width);
};

export interface Leaf {
  readonly name: string;
  readonly type: UIntType | SIntType;
  readonly flow: Flow;
  /** `{ domain }` of a port in a named clock domain. */
  readonly place: { readonly domain?: string };
  readonly driver: unknown;
}

/** Pairs every leaf of a shape with the value at the same place of `drivers` (undefined where it is missing). */
export const zipLeaves = (shape: PortShape, drivers: unknown, prefix: string): readonly Leaf[] =>
  flatten(shape).map(({ name, keys, shape: { flow }, type, format, place }) => {
    let value = drivers;
    for (const key of keys) value = property(value, key);
    const fullName = prefixed(prefix, name);
    const driver = flow === undefined ? integerDriver(format, value, fullName) : rawOf(value);
    return { name: fullName, type, flow, place, driver };
  });

const property = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
