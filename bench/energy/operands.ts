/** One layer with operands of its own: real ones from the depthwise-separable net, or uniform random ones. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { forcePeKind } from '../../src/accel/index.js';
import {
  importOnnx,
  loadSamples,
  prepareReference,
  quantizeSamples,
  readOnnx,
  tensorOf,
  type ConvLayer,
  type IntegerNetwork,
  type QuantizedSamples,
} from '../../src/nn/index.js';
import { createRandom } from '../../src/num/index.js';

export const shared = process.env['NOMUL_SHARED'] ?? join('..', 'shared');

/** A network of one layer, and values of its input tensor. */
export interface Operands {
  readonly network: IntegerNetwork;
  readonly samples: QuantizedSamples;
}

export const kinds = ['int8', 'int4', 'powerOfTwo', 'pvq', 'ternary'] as const;
export type Kind = (typeof kinds)[number];

const PICTURES = 8;

/** A model of ../shared and quantized pictures for it. */
export const readModel = (file: string): Operands => {
  const { network } = importOnnx(readFileSync(join(shared, 'data', 'models', file)), { name: 'dwnet' });
  const pictures = loadSamples(join(shared, 'data', 'datasets', 'fashion-t10k-images-idx3-ubyte.gz'));
  return { network, samples: quantizeSamples(network, pictures, { inputScale: 1 / 255 }) };
};

/** The pointwise layers of dwnet: activations as the ternary net computes them, weights those of the float net, rounded. */
export const realLayers = (): ReadonlyMap<Kind, readonly Operands[]> => {
  const { network, samples } = readModel('dwnet_ternary_pw_int8_dw.qonnx.onnx');
  const float = readOnnx(readFileSync(join(shared, 'data', 'models', 'dwnet_float.onnx')));
  const runner = prepareReference(network);
  const traces = Array.from({ length: PICTURES }, (_, picture) =>
    runner.trace(samples.values.subarray(picture * runner.inputLength, (picture + 1) * runner.inputLength)),
  );
  const layers = network.layers.flatMap((layer): readonly (readonly [Kind, Operands])[] => {
    if (layer.kind !== 'conv' || layer.weightFormat !== 'ternary') return [];
    const name = float.nodes.find((node) => node.name === layer.name)?.inputs[1] ?? '';
    const weights = Float64Array.from(float.constants.get(name)?.data ?? [], Number);
    const activations = traces.flatMap((trace) => [...(trace[layer.input] ?? [])]);
    return kinds.map((kind) => [kind, oneLayer(network, layer, kind, weights, activations)]);
  });
  return new Map(
    kinds.map((kind) => [kind, layers.filter(([of]) => of === kind).map(([, operands]) => operands)]),
  );
};

/** The first of these layers with uniform random activations and weights: codes of int, exponents and signs, trits. */
export const randomLayer = (kind: Kind): Operands => {
  const { network } = readModel('dwnet_ternary_pw_int8_dw.qonnx.onnx');
  const layer = network.layers.find((each) => each.kind === 'conv' && each.weightFormat === 'ternary');
  if (layer?.kind !== 'conv') throw new RangeError('the net has a ternary layer');
  const random = createRandom(5);
  const draw = {
    int8: () => random.integer(-128, 127),
    int4: () => random.integer(-8, 7),
    powerOfTwo: () => (random.integer(0, 1) === 0 ? -1 : 1) * 2 ** random.integer(0, 7),
    pvq: () => random.integer(-3, 3),
    ternary: () => random.integer(-1, 1),
  }[kind];
  const input = tensorOf(network, layer.input, layer.name);
  const [height, width, channels] = input.shape;
  const activations = Array.from({ length: PICTURES * height * width * channels }, () =>
    random.integer(0, 255),
  );
  return alone(
    network,
    { ...layer, weights: Int16Array.from(layer.weights, draw), ...formatOf(kind) },
    activations,
  );
};

const formatOf = (kind: Kind): Pick<ConvLayer, 'weightFormat' | 'weightBits'> =>
  (
    ({
      int8: { weightFormat: 'int', weightBits: 8 },
      int4: { weightFormat: 'int', weightBits: 4 },
      powerOfTwo: { weightFormat: 'powerOfTwo', weightBits: 9 },
      pvq: { weightFormat: 'pvq', weightBits: 3 },
      ternary: { weightFormat: 'ternary', weightBits: 2 },
    }) as const
  )[kind];

/** Weights rounded per filter to 8 (int4: 4) bits, then to the nearest of the kind as `nomul build --pe` does. */
const oneLayer = (
  network: IntegerNetwork,
  layer: ConvLayer,
  kind: Kind,
  float: Float64Array,
  activations: readonly number[],
): Operands => {
  const filter = float.length / layer.bias.length;
  const greatest = kind === 'int4' ? 7 : 127;
  const weights = Int16Array.from(float, (weight, index) => {
    const from = Math.floor(index / filter) * filter;
    const most = float.subarray(from, from + filter).reduce((a, b) => Math.max(a, Math.abs(b)), 1e-9);
    return Math.round((weight / most) * greatest);
  });
  const int = alone(
    network,
    { ...layer, weights, ...formatOf(kind === 'int4' ? 'int4' : 'int8') },
    activations,
  );
  if (kind === 'int8' || kind === 'int4') return int;
  return { ...int, network: forcePeKind(int.network, { kind, round: true, pulsesPerWeight: 1 }).network };
};

const alone = (network: IntegerNetwork, layer: ConvLayer, activations: readonly number[]): Operands => ({
  network: {
    ...network,
    ...{ input: layer.input, output: layer.output, layers: [layer] },
    inputTransform: { ...network.inputTransform, lo: 0, hi: 255 },
  },
  samples: { values: Int32Array.from(activations), count: PICTURES, clamped: 0 },
});
