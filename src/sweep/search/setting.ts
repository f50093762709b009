/** What a network is made of, in a few words. */

import { tensorOf, weightStorage, type IntegerNetwork } from '../../nn/index.js';

export interface Setting {
  /** `7 x int3, 2 x ternary`: formats of its convolutions, most frequent first. */
  readonly formats: string;
  /** Widest stored activations: inputs of convolutions, the picture itself excepted. */
  readonly activationBits: number;
  /** Of re-training. */
  readonly epochs: number;
}

export const settingOf = (network: IntegerNetwork, epochs: number): Setting => {
  const counts = new Map<string, number>();
  let activationBits = 0;
  for (const layer of network.layers) {
    if (layer.kind !== 'conv') continue;
    const format = layer.product === 'exact' ? layer.weightFormat : 'table';
    const { bits } = weightStorage(layer.weightFormat, layer.weights, layer.weightBits);
    const name = format === 'ternary' || format === 'pvq' ? format : `${format}${bits}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if (layer.input !== network.input)
      activationBits = Math.max(activationBits, tensorOf(network, layer.input, layer.name).bits);
  }
  const formats = [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, layers]) => `${layers} x ${name}`);
  return { formats: formats.join(', '), activationBits, epochs };
};

export const settingText = ({ formats, activationBits, epochs }: Setting): string =>
  `${formats}; ${activationBits}-bit activations; ${epochs} epochs`;
