/** What a quantized network costs for one picture: operations, bit operations, energy, storage. */
import { weightStorage } from '../../nn/index.js';
import {
  convNodes,
  gridAt,
  weightGridOf,
  type FloatModel,
  type QuantizedModel,
  type WeightGrid,
} from '../model/index.js';
import { entropyPerValue } from '../pvq/storage.js';
import { integer45nm, type EnergyModel } from './energy.js';
import {
  layerShapes,
  macsOf,
  outputsOf,
  parametersOf,
  sumOver,
  weightsOf,
  type CountedLayer,
} from './layers.js';

export interface LayerCost {
  readonly layer: string;
  readonly kind: CountedLayer['kind'];
  /** How a product is made. `add`: ternary and PVQ weights, `table`: an approximate multiplier. */
  readonly product: 'multiply' | 'add' | 'shift' | 'table';
  readonly macs: number;
  /** Left by the weight format: 0 for `add` and `shift`. Requantization is counted apart. */
  readonly multiplications: number;
  /** One per MAC; PVQ: as many as the magnitude of the weight, none for weights of 0. */
  readonly additions: number;
  /** One per output; none for logits, which stay accumulators. */
  readonly requantizations: number;
  /** MACs x bits of a stored weight x bits of an activation. */
  readonly bops: number;
  readonly energyUJ: number;
  readonly weights: number;
  readonly zeroWeights: number;
  /** Bits of one stored weight (`weightStorage`). */
  readonly weightBits: number;
  readonly activationBits: number;
  /** Weights at their stored width, and packed (`weightStorage`). */
  readonly weightStorageBits: number;
  readonly weightPackedBits: number;
  /** Entropy of the layer's codes, bits per weight: what an ideal coder needs without any context. */
  readonly entropy: number;
}

export interface NetworkCost {
  readonly layers: readonly LayerCost[];
  readonly macs: number;
  readonly multiplications: number;
  /** Share of the MACs without multiplication, 0 .. 1. */
  readonly removed: number;
  readonly requantizations: number;
  readonly bops: number;
  readonly energyUJ: number;
  readonly weights: number;
  readonly weightStorageBits: number;
  readonly weightPackedBits: number;
}

/** Cost of a quantized network. @throws QuantError QT002, QT003, QT007 */
export function costOf(quantized: QuantizedModel, energy: EnergyModel = integer45nm): NetworkCost {
  const shapes = layerShapes(quantized.model);
  const inputs = new Map(convNodes(quantized.model).map(({ name, input }) => [name, input]));
  const logits = quantized.model.nodes.at(-1)?.name;
  const layers = shapes.map((shape) => {
    const { bits } = gridAt(quantized, inputs.get(shape.name) ?? '');
    const product = Object.hasOwn(quantized.products, shape.name)
      ? quantized.products[shape.name]
      : undefined;
    const cost = layerCost(shape, weightGridOf(quantized, shape.name), bits, energy, product?.name);
    return shape.name === logits ? { ...cost, requantizations: 0 } : cost;
  });
  const total = (key: Exclude<keyof LayerCost, 'layer' | 'kind' | 'product'>): number =>
    layers.reduce((sum, layer) => sum + layer[key], 0);
  const [macs, multiplications] = [total('macs'), total('multiplications')];
  return {
    layers,
    macs,
    multiplications,
    removed: (macs - multiplications) / macs,
    requantizations: total('requantizations'),
    bops: total('bops'),
    energyUJ: total('energyUJ'),
    weights: total('weights'),
    weightStorageBits: total('weightStorageBits'),
    weightPackedBits: total('weightPackedBits'),
  };
}

/** Of the float network that it is compared with: bit operations at 32 x 32 bits, storage at `bits` per parameter. */
export function floatCost(
  model: FloatModel,
  bits: 16 | 32 = 32,
): { readonly macs: number; readonly bops: number; readonly storageBits: number } {
  const layers = layerShapes(model);
  const macs = sumOver(layers, macsOf);
  const norms = layers.filter(({ normalized }) => normalized);
  const parameters = sumOver(layers, parametersOf) + sumOver(norms, ({ outChannels }) => 2 * outChannels);
  return { macs, bops: macs * 1024, storageBits: bits * parameters };
}

function layerCost(
  shape: CountedLayer,
  grid: WeightGrid,
  activationBits: number,
  energy: EnergyModel,
  table: string | undefined,
): LayerCost {
  const macs = macsOf(shape);
  const weights = weightsOf(shape);
  const product = table === undefined ? productOf(grid) : 'table';
  const storage = weightStorage(grid.format, grid.codes, grid.bits);
  const multiplications = product === 'multiply' || product === 'table' ? macs : 0;
  const additions = grid.format === 'pvq' && product === 'add' ? (macs / weights) * magnitude(grid) : macs;
  const each = {
    add: 0,
    shift: energy.shift,
    multiply: energy.multiply(grid.bits, activationBits),
    table: energy.products?.[table ?? ''] ?? energy.multiply(grid.bits, activationBits),
  };
  return {
    layer: shape.name,
    kind: shape.kind,
    product,
    macs,
    multiplications,
    additions,
    requantizations: outputsOf(shape),
    bops: macs * storage.bits * activationBits,
    energyUJ: 1e-6 * (macs * each[product] + additions * energy.add),
    weights,
    zeroWeights: grid.codes.reduce((count, code) => count + (code === 0 ? 1 : 0), 0),
    weightBits: storage.bits,
    activationBits,
    weightStorageBits: storage.storageBits,
    weightPackedBits: storage.packedBits,
    entropy: entropyPerValue(grid.codes),
  };
}

const productOf = ({ format }: WeightGrid): LayerCost['product'] => {
  if (format === 'int') return 'multiply';
  return format === 'powerOfTwo' ? 'shift' : 'add';
};

const magnitude = ({ codes }: WeightGrid): number => codes.reduce((sum, code) => sum + Math.abs(code), 0);
