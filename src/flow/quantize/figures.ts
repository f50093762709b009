/** The figures of the report: costs of every layer from the cost model, errors and histograms of its weights. */

import { pyramidBits } from '../../num/index.js';
import {
  convNodes,
  costOf,
  weightsOfGrid,
  energy45nm,
  floatCost,
  relativeError,
  type FloatModel,
  type LayerCost,
  type QuantizedModel,
  type WeightGrid,
} from '../../quant/index.js';
import type { QuantizeReport, QuantizeReportLayer } from '../../report/index.js';

export const layerReports = (
  float: FloatModel,
  quantized: QuantizedModel,
): readonly QuantizeReportLayer[] => {
  const before = new Map(convNodes(float).map((node) => [node.name, node.weights]));
  const { layers } = costOf(quantized);
  return layers.flatMap((cost) => {
    const grid = quantized.weights[cost.layer];
    if (grid === undefined) return [];
    const original = before.get(cost.layer);
    return [
      {
        ...{ name: cost.layer, kind: cost.kind, format: grid.format },
        product: quantized.products[cost.layer]?.name ?? null,
        ...{ weightBits: cost.weightBits, activationBits: cost.activationBits },
        error: original?.length === grid.codes.length ? relativeError(original, weightsOfGrid(grid)) : null,
        zeroWeights: cost.zeroWeights,
        histogram: histogramOf(grid.codes),
        ...costsOf(cost),
        ...(grid.format === 'pvq' ? { packedBits: indexBits(grid) } : {}),
      },
    ];
  });
};

const costsOf = (cost: LayerCost): QuantizeReport['totals'] => ({
  macs: cost.macs,
  multiplications: cost.multiplications,
  bops: cost.bops,
  weights: cost.weights,
  storageBits: cost.weightStorageBits,
  packedBits: cost.weightPackedBits,
  energyPj: 1e6 * cost.energyUJ,
});

/** Of the indices of a layer's vectors, each of those weights that share a scale, in whole bits. */
const indexBits = ({ codes, scales }: WeightGrid): number => {
  const length = codes.length / scales.length;
  let bits = 0;
  for (let first = 0; first < codes.length; first += length) {
    const pulses = codes.subarray(first, first + length).reduce((sum, code) => sum + Math.abs(code), 0);
    bits += Math.ceil(pyramidBits({ length, pulses }));
  }
  return bits;
};

const histogramOf = (codes: Int16Array): [number, number][] => {
  const counts = new Map<number, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a - b);
};

export const totalsOf = (layers: readonly QuantizeReportLayer[]): QuantizeReport['totals'] => {
  const total = (key: keyof QuantizeReport['totals']): number =>
    layers.reduce((sum, layer) => sum + layer[key], 0);
  return {
    macs: total('macs'),
    multiplications: total('multiplications'),
    bops: total('bops'),
    weights: total('weights'),
    storageBits: total('storageBits'),
    packedBits: total('packedBits'),
    energyPj: total('energyPj'),
  };
};

/** The float network with 16-bit weights and products. */
export const float16Costs = (model: FloatModel): QuantizeReport['float16'] => {
  const { macs, storageBits } = floatCost(model, 16);
  return { storageBits, energyPj: macs * (energy45nm.float16.multiply + energy45nm.float16.add) };
};
