/** Saved states of a simulation: a header and everything a clock edge can change, compressed. */

import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Compiled } from './compile.js';
import type { CoverageState } from './coverage-sampler.js';
import { SimError } from './errors.js';

const MAGIC = 'nomul-snapshot-1';

export interface SavedState {
  readonly cycle: number;
  /** When each clock rises next, where a schedule says so. */
  readonly clocks: readonly number[] | undefined;
  /** Linear memory: inputs, registers, memories. */
  readonly memory: Uint8Array;
  /** States of the models of external cells. */
  readonly externals: readonly unknown[];
  readonly coverage: CoverageState | undefined;
}

interface Sealed extends SavedState {
  readonly magic: string;
  readonly design: string;
  readonly hash: string;
}

/** What a snapshot belongs to: the compiled code knows every width, place and operation. */
export const identityOf = ({
  flat,
  module,
}: Compiled): { readonly design: string; readonly hash: string } => ({
  design: flat.design.name,
  hash: createHash('sha256').update(module).digest('hex'),
});

/** @throws SimError bad-snapshot when a model of an external cell keeps what cannot be copied */
export function encodeSnapshot(identity: ReturnType<typeof identityOf>, state: SavedState): Uint8Array {
  try {
    const sealed: Sealed = { magic: MAGIC, ...identity, ...state };
    return new Uint8Array(deflateRawSync(serialize(sealed), { level: 1 }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SimError(
      'bad-snapshot',
      `the state of an external cell of ${identity.design} cannot be saved: ${reason}`,
    );
  }
}

/** @throws SimError bad-snapshot when the bytes are none, or of another design or version */
export function decodeSnapshot(identity: ReturnType<typeof identityOf>, bytes: Uint8Array): SavedState {
  const sealed = unseal(bytes);
  if (sealed === undefined) {
    throw new SimError(
      'bad-snapshot',
      'these bytes are no snapshot of this version: use what save() returned',
    );
  }
  if (sealed.design !== identity.design || sealed.hash !== identity.hash) {
    const other = sealed.design === identity.design ? `another version of ${sealed.design}` : sealed.design;
    throw new SimError('bad-snapshot', `the snapshot is of ${other}, this simulation of ${identity.design}`);
  }
  return sealed;
}

function unseal(bytes: Uint8Array): Sealed | undefined {
  try {
    const value: unknown = deserialize(inflateRawSync(bytes));
    return isSealed(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isSealed = (value: unknown): value is Sealed =>
  typeof value === 'object' && value !== null && 'magic' in value && value.magic === MAGIC;
