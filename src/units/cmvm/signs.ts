/** The signs with which an adder of a graph sees its operands, once nodes may be stored negated. */

import type { Adder } from './adder-graph.js';

/** `leftSign * left + rightSign * right`, with the shift on one side only. */
export interface Signs {
  readonly left: 1 | -1;
  readonly right: 1 | -1;
}

/** The signs of an adder's terms when its operands and result have these signs. */
export const signsOf = (adder: Adder, left: number, right: number, result: number): Signs => ({
  left: left * result > 0 ? 1 : -1,
  right: right * result * (adder.subtract ? -1 : 1) > 0 ? 1 : -1,
});

/** Bits of the result that are bits of the operand that is not shifted. */
export const passedBits = ({ leftShift, rightShift }: Adder, signs: Signs): number =>
  leftShift > 0 ? (signs.right > 0 ? leftShift : 0) : signs.left > 0 ? rightShift : 0;
