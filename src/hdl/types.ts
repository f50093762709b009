/** Types of signals and the shapes made of them. Signedness is a TypeScript type, widths are run-time values. */

import { fail } from './diagnostics.js';
import type { SInt, UInt } from './signal.js';

export interface UIntType {
  readonly signed: false;
  readonly width: number;
}
export interface SIntType {
  readonly signed: true;
  readonly width: number;
}

/** Nested objects and arrays of scalar types; names of leaves are joined with `_`. */
export type Shape = UIntType | SIntType | readonly Shape[] | { readonly [key: string]: Shape };
export type ShapeRecord = Readonly<Record<string, Shape>>;

const checkWidth = (width: number): number =>
  Number.isInteger(width) && width >= 1
    ? width
    : fail(
        'HDL001',
        `a width must be an integer of at least 1, not ${width}`,
        'give the type a positive width',
      );

/** One bit: `uint(1)`. */
export const bit: UIntType = { signed: false, width: 1 };
/** Unsigned, 0 .. 2^width - 1. @throws HDL001 when width is not a positive integer. */
export const uint = (width: number): UIntType => ({ signed: false, width: checkWidth(width) });
/** Two's complement, -2^(width-1) .. 2^(width-1) - 1. @throws HDL001 when width is not a positive integer. */
export const sint = (width: number): SIntType => ({ signed: true, width: checkWidth(width) });
/** `count` elements of one shape. */
export const array = <S extends Shape>(count: number, shape: S): readonly S[] =>
  Array.from({ length: count }, () => shape);

/** What a reader gets for a shape. */
export type SignalOf<S> = S extends UIntType
  ? UInt
  : S extends SIntType
    ? SInt
    : S extends readonly (infer E)[]
      ? readonly SignalOf<E>[]
      : { readonly [K in keyof S]: SignalOf<S[K]> };

/** What may drive a shape: signals, or numbers that are sized exactly. */
export type DriverOf<S> = S extends UIntType
  ? UInt | number | bigint
  : S extends SIntType
    ? SInt | number | bigint
    : S extends readonly (infer E)[]
      ? readonly DriverOf<E>[]
      : { readonly [K in keyof S]: DriverOf<S[K]> };

export const isScalar = (shape: Shape): shape is UIntType | SIntType =>
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

/** Replaces every leaf of a shape; `name` is the flattened name. */
export const mapShape = (
  shape: Shape,
  prefix: string,
  leaf: (name: string, type: UIntType | SIntType) => unknown,
): unknown => {
  const walk = (part: Shape, name: string): unknown => {
    if (isScalar(part)) return leaf(name, part);
    if (isShapeArray(part)) return part.map((item, index) => walk(item, childName(name, String(index))));
    return Object.fromEntries(
      Object.entries(part).map(([key, item]) => [key, walk(item, childName(name, key))]),
    );
  };
  return walk(shape, prefix);
};

const isShapeArray = (shape: Shape): shape is readonly Shape[] => Array.isArray(shape);

export interface Leaf {
  readonly name: string;
  readonly type: UIntType | SIntType;
  readonly driver: unknown;
}

/** Pairs every leaf of a shape with the value at the same place of `drivers` (undefined where it is missing). */
export const zipLeaves = (shape: Shape, drivers: unknown, prefix: string): readonly Leaf[] => {
  const leaves: Leaf[] = [];
  const walk = (part: Shape, value: unknown, name: string): void => {
    if (isScalar(part)) leaves.push({ name, type: part, driver: value });
    else if (isShapeArray(part))
      part.forEach((item, i) =>
        walk(item, Array.isArray(value) ? value[i] : undefined, childName(name, String(i))),
      );
    else
      for (const [key, item] of Object.entries(part)) walk(item, property(value, key), childName(name, key));
  };
  walk(shape, drivers, prefix);
  return leaves;
};

const property = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
