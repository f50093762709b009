/** Ranks of factorized layers and what those cost (JAIR 81:973-988, the authors' code; papers.md 3.1). */
import { macsOf, outputsOf, type CountedLayer } from './layers.js';

/**
 * Rank of a CP decomposition of [outChannels][inChannels][kernelArea] by the reduction rate: floor(numel / (I + J + K) / rate).
 * A kernel area of 1 is a matrix: floor(numel / (I + J) / rate). At least 1.
 */
export function cpRank(outChannels: number, inChannels: number, kernelArea: number, rate: number): number {
  const sides = outChannels + inChannels + (kernelArea === 1 ? 0 : kernelArea);
  return Math.max(1, Math.floor((outChannels * inChannels * kernelArea) / sides / rate));
}

/**
 * MACs of the layers that replace a convolution: 1 x 1 to `rank` channels at input resolution, depthwise with the original
 * kernel and stride, 1 x 1 to the output channels. A 1 x 1 convolution becomes two, the first one with the stride.
 */
export function factoredMacs(layer: CountedLayer, rank: number): number {
  const area = layer.kernel[0] * layer.kernel[1];
  const pixels = layer.outputSize[0] * layer.outputSize[1];
  if (area === 1) return pixels * rank * (layer.inChannels + layer.outChannels);
  const inputPixels = layer.inputSize[0] * layer.inputSize[1];
  return inputPixels * layer.inChannels * rank + pixels * rank * (area + layer.outChannels);
}

/** A network some of whose layers are factorized by one reduction rate. */
export interface FactorizedCost {
  readonly ranks: readonly { readonly layer: string; readonly rank: number }[];
  /** Of the layers that replace factorized ones. */
  readonly factoredMacs: number;
  /** Of the layers left as they are. */
  readonly keptMacs: number;
}

export function factorizedCost(
  layers: readonly CountedLayer[],
  isFactorized: (layer: CountedLayer) => boolean,
  rate: number,
): FactorizedCost {
  const factored = layers.filter(isFactorized).map((layer) => {
    const rank = cpRank(layer.outChannels, layer.inChannels, layer.kernel[0] * layer.kernel[1], rate);
    return { layer: layer.name, rank, macs: factoredMacs(layer, rank) };
  });
  const kept = layers.filter((layer) => !isFactorized(layer));
  return {
    ranks: factored.map(({ layer, rank }) => ({ layer, rank })),
    factoredMacs: factored.reduce((sum, { macs }) => sum + macs, 0),
    keptMacs: kept.reduce((sum, layer) => sum + macsOf(layer), 0),
  };
}

/**
 * What the authors' counter adds for batch normalization: two operations per element of a normalized output. ReLU, pooling
 * and adds count nothing there (found by recomputing their totals of ResNet-18).
 */
export const normalizationOperations = (layers: readonly CountedLayer[]): number =>
  layers.reduce((sum, layer) => sum + (layer.normalized ? 2 * outputsOf(layer) : 0), 0);
