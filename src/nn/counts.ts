import type { ConvLayer, IntegerLayer, IntegerNetwork } from './ir.js';
import { accumulatorBits, elementCount, layerInputs, tensorOf } from './ranges.js';
import { weightStorage } from './weight-storage.js';

/** Costs of one layer for one picture. */
export interface LayerCounts {
  readonly layer: string;
  readonly kind: 'conv' | 'pointwise' | 'depthwise' | 'fullyConnected' | 'avgPool' | 'maxPool' | 'add';
  /** Multiply-accumulates, padding taps included (the array computes them too). 0 for pooling and add. */
  readonly macs: number;
  /** Bit operations: MACs x stored bits of a weight x activation bits. */
  readonly bops: number;
  readonly weights: number;
  readonly zeroWeights: number;
  /** Weights at their stored width, and packed (`weightStorage`). */
  readonly weightStorageBits: number;
  readonly weightPackedBits: number;
  /** Multiplier, addend and shift of every channel, each at the fewest bits its values need, and raw biases. */
  readonly requantizeStorageBits: number;
  readonly inputBits: number;
  readonly outputBits: number;
  readonly accumulatorBits: number;
}

export interface NetworkCounts {
  readonly layers: readonly LayerCounts[];
  readonly macs: number;
  readonly bops: number;
  readonly weights: number;
  readonly weightStorageBits: number;
  readonly weightPackedBits: number;
  /** Greatest sum of one layer's inputs and output: what activation memory must hold at once (no residuals kept). */
  readonly peakActivationBits: number;
}

/** MACs, BOPs and storage of every layer and of the whole network. The network must be valid (`verifyNetwork`). */
export function countNetwork(network: IntegerNetwork): NetworkCounts {
  const layers = network.layers.map((layer) => countLayer(network, layer));
  const total = (key: 'macs' | 'bops' | 'weights' | 'weightStorageBits' | 'weightPackedBits'): number =>
    layers.reduce((sum, layer) => sum + layer[key], 0);
  return {
    layers,
    macs: total('macs'),
    bops: total('bops'),
    weights: total('weights'),
    weightStorageBits: total('weightStorageBits'),
    weightPackedBits: total('weightPackedBits'),
    peakActivationBits: layers.reduce(
      (most, { inputBits, outputBits }) => Math.max(most, inputBits + outputBits),
      0,
    ),
  };
}

function countLayer(network: IntegerNetwork, layer: IntegerLayer): LayerCounts {
  const tensorBits = (name: string): number => {
    const { shape, bits } = tensorOf(network, name, `layer "${layer.name}"`);
    return elementCount(shape) * bits;
  };
  const common = {
    layer: layer.name,
    inputBits: layerInputs(layer).reduce((sum, name) => sum + tensorBits(name), 0),
    outputBits: tensorBits(layer.output),
    accumulatorBits: accumulatorBits(network, layer),
    requantizeStorageBits: requantizeBits(layer),
  };
  if (layer.kind === 'conv')
    return { ...common, kind: convKind(network, layer), ...countConv(network, layer) };
  return {
    ...common,
    kind: layer.kind,
    macs: 0,
    bops: 0,
    weights: 0,
    zeroWeights: 0,
    weightStorageBits: 0,
    weightPackedBits: 0,
  };
}

function convKind(network: IntegerNetwork, layer: ConvLayer): LayerCounts['kind'] {
  const where = `layer "${layer.name}"`;
  const [height, width] = tensorOf(network, layer.input, where).shape;
  if (layer.depthwise) return 'depthwise';
  if (layer.kernel[0] === height && layer.kernel[1] === width) return 'fullyConnected';
  return layer.kernel[0] === 1 && layer.kernel[1] === 1 ? 'pointwise' : 'conv';
}

function countConv(
  network: IntegerNetwork,
  layer: ConvLayer,
): Pick<LayerCounts, 'macs' | 'bops' | 'weights' | 'zeroWeights' | 'weightStorageBits' | 'weightPackedBits'> {
  const where = `layer "${layer.name}"`;
  const [height, width] = tensorOf(network, layer.output, where).shape;
  const weights = layer.weights.length;
  const macs = height * width * weights;
  const { bits, storageBits, packedBits } = weightStorage(
    layer.weightFormat,
    layer.weights,
    layer.weightBits,
  );
  return {
    macs,
    bops: macs * bits * tensorOf(network, layer.input, where).bits,
    weights,
    zeroWeights: layer.weights.reduce((count, weight) => count + (weight === 0 ? 1 : 0), 0),
    weightStorageBits: storageBits,
    weightPackedBits: packedBits,
  };
}

/** Two's complement width of the widest value. */
const widest = (values: readonly number[]): number =>
  values.reduce(
    (most, value) => Math.max(most, Math.floor(Math.log2(Math.max(value, -value - 1, 0.5))) + 2),
    1,
  );

function requantizeBits(layer: IntegerLayer): number {
  if (layer.kind === 'maxPool') return 0;
  if (layer.kind === 'add')
    return widest([layer.multiplierA]) + widest([layer.multiplierB]) + widest([layer.shift]);
  const r = layer.requantize;
  const bias =
    layer.kind === 'conv' && layer.bias.some((b) => b !== 0) ? layer.bias.length * widest(layer.bias) : 0;
  if (r === undefined) return bias;
  return bias + r.multiplier.length * (widest(r.multiplier) + widest(r.addend) + widest(r.shift) - 1);
}
