import { createHash } from 'node:crypto';
import type { Dataset } from '../../nn/index.js';
import type { Network } from './network.js';

/**
 * What a run starts from, as a hash: network and its numbers, grids, frozen weights, data, and the settings of the run.
 * Projections are functions and not part of it, only which layers have one.
 */
export function runKey(network: Network, data: readonly Dataset[], settings: readonly unknown[]): string {
  const { source, values, statistics, frozen } = network;
  const hash = createHash('sha256');
  const structure = source.nodes.map((node) => ({
    ...node,
    ...(node.kind === 'conv' ? { weights: 0, bias: node.bias !== undefined } : {}),
    ...(node.kind === 'batchNorm' ? { gamma: 0, beta: 0, mean: 0, variance: 0 } : {}),
  }));
  const { input, activations, projections = {} } = network.quantizers();
  hash.update(JSON.stringify([structure, settings, input, activations, Object.keys(projections)]));
  for (const array of [values, statistics, frozen]) hash.update(bytes(array));
  for (const { name, shape, classes, count, scale, labels, pictures } of data) {
    hash.update(JSON.stringify([name, shape, classes, count, scale]));
    hash.update(labels).update(bytes(pictures));
  }
  return hash.digest('hex');
}

const bytes = ({ buffer, byteOffset, byteLength }: Float32Array | Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
