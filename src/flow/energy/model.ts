/** The published model: energies per operation at 45 nm, times operations. */

import { integer45nm } from '../../quant/index.js';
import { tensorOf, type ConvLayer, type IntegerNetwork } from '../../nn/index.js';

/**
 * pJ per picture of a layer by `integer45nm`, counted as `nomul quantize` counts (docs/prom.md): one addition per MAC and a
 * multiplication, a shift or nothing, by the weights' format; PVQ one addition per unit of magnitude. Tables count as exact
 * products of the same widths.
 */
export function operationEnergyPj(network: IntegerNetwork, layer: ConvLayer): number {
  const where = `layer "${layer.name}"`;
  const [height, width] = tensorOf(network, layer.output, where).shape;
  const macs = height * width * layer.weights.length;
  const { multiply, add, shift } = integer45nm;
  if (layer.product !== 'exact' || layer.weightFormat === 'int')
    return macs * (multiply(layer.weightBits, tensorOf(network, layer.input, where).bits) + add);
  if (layer.weightFormat === 'powerOfTwo') return macs * (shift + add);
  const magnitude = layer.weights.reduce((sum, weight) => sum + Math.abs(weight), 0);
  return (layer.weightFormat === 'pvq' ? height * width * magnitude : macs) * add;
}
