import type { IntPairParams } from './packing.js';

export interface IntPairInputs {
  readonly shared: bigint;
  readonly first: bigint;
  readonly second: bigint;
}

/** What `intPair` puts out, `latencyCycles` after its inputs. */
export const intPairModel = (_: IntPairParams, { shared, first, second }: IntPairInputs) => ({
  low: shared * first,
  high: shared * second,
});
