import type { IntMacParams } from './parameters.js';

export interface IntMacInputs {
  readonly act: bigint;
  readonly weight: bigint;
  /** 1: the sum becomes 0, and this product is not added. */
  readonly clear: bigint;
}

/** What `intMac` puts out, `latencyCycles` after its inputs, given its sum one cycle earlier. */
export const intMacModel = (
  { accWidth }: Pick<IntMacParams, 'accWidth'>,
  { act, weight, clear }: IntMacInputs,
  before: bigint,
): bigint => (clear === 1n ? 0n : BigInt.asIntN(accWidth, before + act * weight));
