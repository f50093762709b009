import type { PvqTreeParams } from './unit.js';

export interface PvqTreeInputs {
  readonly act: readonly bigint[];
  readonly scale: bigint;
}

/** What `pvqTree` puts out, `latencyCycles` after its inputs. */
export const pvqTreeModel = (
  { weights }: Pick<PvqTreeParams, 'weights'>,
  { act, scale }: PvqTreeInputs,
): bigint => scale * weights.reduce((sum, weight, i) => sum + BigInt(weight) * (act[i] ?? 0n), 0n);
