/** What `m.regs` and `m.wires` take and give for a shape. */

import type { SIntReg, SIntWire, UIntReg, UIntWire } from './driven.js';
import type { SFixedReg, SFixedWire, UFixedReg, UFixedWire } from './fixed-driven.js';
import type { FixedFormat, FixedValue } from './fixed-value.js';
import { constantFor } from './fixed.js';
import type { UInt } from './signal.js';
import type { SFixedType, SIntType, UFixedType, UIntType } from './types.js';

export type RegOf<S> = S extends UFixedType
  ? UFixedReg
  : S extends SFixedType
    ? SFixedReg
    : S extends UIntType
      ? UIntReg
      : S extends SIntType
        ? SIntReg
        : S extends readonly (infer E)[]
          ? readonly RegOf<E>[]
          : { readonly [K in keyof S]: RegOf<S[K]> };

export type WireOf<S> = S extends UFixedType
  ? UFixedWire
  : S extends SFixedType
    ? SFixedWire
    : S extends UIntType
      ? UIntWire
      : S extends SIntType
        ? SIntWire
        : S extends readonly (infer E)[]
          ? readonly WireOf<E>[]
          : { readonly [K in keyof S]: WireOf<S[K]> };

export interface RegOptions {
  /** Value after reset (default 0); `false`: not reset. */
  readonly reset?: FixedValue | false;
  /** Value at power-up of a register that is not reset; unspecified when left out. */
  readonly powerUp?: FixedValue;
  /** The first register of a synchronizer: its input may belong to another clock domain. `synchronize` makes these. */
  readonly synchronizer?: boolean;
}

export interface PipeOptions extends RegOptions {
  readonly stages?: number;
  readonly enable?: UInt;
}

export interface WireOptions {
  readonly default?: FixedValue;
}

/** The same options with every value as the integer that is stored. @throws HDL029 */
export const rawOptions = <O extends RegOptions & WireOptions>(
  options: O,
  format: FixedFormat | undefined,
  name: string,
): O => {
  if (format === undefined) return options;
  const stored = (value: FixedValue): bigint => constantFor(value, format, `a value of ${name}`);
  return {
    ...options,
    ...(options.reset === undefined || options.reset === false ? {} : { reset: stored(options.reset) }),
    ...(options.powerUp === undefined ? {} : { powerUp: stored(options.powerUp) }),
    ...(options.default === undefined ? {} : { default: stored(options.default) }),
  };
};
