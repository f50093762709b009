/** Cells whose pins are named one by one: `A0` … `A17`. */
import { bit, cat, type UInt, type UIntType } from '../hdl/index.js';

/** Ports `PREFIX0` … of one bit each. */
export const pins = (prefix: string, count: number): Record<string, UIntType> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}${i}`, bit]));

/** Each bit of a signal on its pin. */
export const toPins = (prefix: string, signal: UInt): Record<string, UInt> =>
  Object.fromEntries(Array.from({ length: signal.width }, (_, i) => [`${prefix}${i}`, signal.bit(i)]));

/** The signal whose bits are on the pins. */
export const fromPins = (from: Readonly<Record<string, UInt>>, prefix: string, count: number): UInt =>
  joined(
    Array.from({ length: count }, (_, i) => {
      const pin = from[`${prefix}${i}`];
      if (pin === undefined) throw new RangeError(`no pin ${prefix}${i}`);
      return pin;
    }),
  );

/** Bits side by side, the lowest first. */
export const joined = (bits: readonly UInt[]): UInt => {
  const [highest, ...rest] = [...bits].reverse();
  if (highest === undefined) throw new RangeError('no bits to join');
  return cat(highest, ...rest);
};
