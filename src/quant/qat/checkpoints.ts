/** Names of a method's checkpoints, one file per phase. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { MethodContext } from '../method.js';

/**
 * By number of the phase. The name holds a hash of everything that decides the result, so that a run with another network,
 * configuration, seed, data or number of epochs starts anew instead of going on from what is not its own.
 */
export function checkpointFiles(
  context: MethodContext,
  method: string,
  config: unknown,
): (phase: number) => string | undefined {
  const { checkpoints } = context;
  if (checkpoints === undefined) return () => undefined;
  const name = `${method.toLowerCase()}-${fingerprint(context, config)}`;
  return (phase) => join(checkpoints, `${name}-${phase}.checkpoint`);
}

function fingerprint(
  { model, input, data, epochs, seed, augmentation }: MethodContext,
  config: unknown,
): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify({ input, epochs, seed, augmentation, config }));
  for (const node of model.nodes) {
    hash.update(JSON.stringify(node, (_, value: unknown) => (ArrayBuffer.isView(value) ? undefined : value)));
    for (const value of Object.values(node)) if (ArrayBuffer.isView(value)) hash.update(bytesOf(value));
  }
  for (const { scale, pictures, labels } of [data.train, data.validation])
    hash.update(String(scale)).update(bytesOf(pictures)).update(labels);
  return hash.digest('hex').slice(0, 12);
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
