/** Small signal helpers of the array. */

import { cat, type SInt, type UInt } from '../../../hdl/index.js';

/** A pattern read as two's complement. */
export const signedBits = (pattern: UInt): SInt => pattern.asSint();

/** A stored activation as a signed operand, one bit wider: sign-extended when `signed`, else zero-extended. */
export const operandOf = (stored: UInt, signed: UInt): SInt =>
  cat(signed.and(stored.bit(stored.width - 1)), stored).asSint();
