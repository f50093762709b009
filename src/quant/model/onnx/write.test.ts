import { describe, expect, it } from 'vitest';
import {
  importOnnx,
  METADATA_KEY,
  NnError,
  productHash,
  readOnnx,
  runReference,
  tableIndex,
  tensorOf,
  writeOnnx,
  type ConvLayer,
  type IntegerNetwork,
} from '../../../nn/index.js';
import { engineNameOf } from '../../../accel/array/engines/choose.js';
import { createRandom } from '../../../num/index.js';
import {
  convNodes,
  weightsOfGrid,
  digitsNet,
  modelBuilder,
  quantizationPoints,
  readFloatModel,
  resNet8,
  runFloat,
  traceFloat,
  verifyQuantized,
  withWeights,
  writeFloat,
  writeModel,
  type ActivationGrid,
  type ConvNode,
  type FloatModel,
  type QuantizedModel,
  type WeightGrid,
} from '../index.js';

const pictureOf = (model: FloatModel, seed: number): Float32Array => {
  const random = createRandom(seed);
  const [height, width, channels] = model.inputShape;
  return Float32Array.from({ length: height * width * channels }, () => random.integer(0, 255) / 256);
};

/** Codes by rounding, 6 bits, a scale per channel. */
function sixBits(node: ConvNode): WeightGrid {
  const size = node.weights.length / node.outChannels;
  const scales = Float32Array.from(
    { length: node.outChannels },
    (_, c) => Math.max(...node.weights.subarray(c * size, (c + 1) * size).map(Math.abs)) / 31,
  );
  const codes = Int16Array.from(node.weights, (w, i) => Math.round(w / (scales[Math.floor(i / size)] ?? 1)));
  return { codes, scales, bits: 6, format: 'int' };
}

function quantize(model: FloatModel, gridFor: (node: ConvNode) => WeightGrid, bits = 8): QuantizedModel {
  const weights = Object.fromEntries(convNodes(model).map((node) => [node.name, gridFor(node)]));
  const quantizedWeights = convNodes(model).map((node) => [node.name, weightsOfGrid(gridFor(node))] as const);
  const projected = withWeights(model, Object.fromEntries(quantizedWeights));
  const trace = traceFloat(projected, pictureOf(model, 9));
  const grids = quantizationPoints(model).map((name): readonly [string, ActivationGrid] => {
    const values = trace.get(name) ?? new Float32Array([1]);
    const signed = values.some((value) => value < 0);
    const most = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0.01);
    return [
      name,
      { bits, signed, scale: Math.fround(most / (signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1)) },
    ];
  });
  return {
    model: projected,
    input: { bits: 8, signed: false, scale: 1 / 256 },
    weights,
    activations: Object.fromEntries(grids),
    products: {},
  };
}

const convLayer = (network: IntegerNetwork, name: string): ConvLayer => {
  const layer = network.layers.find((other) => other.name === name);
  if (layer?.kind !== 'conv') throw new Error(`no conv ${name}`);
  return layer;
};

/** Every grid of the quantized model is found in the integer network. */
function expectSame(network: IntegerNetwork, { model, weights, activations, input }: QuantizedModel): void {
  for (const [name, grid] of Object.entries(weights)) {
    const layer = convLayer(network, name);
    expect(layer.weights).toEqual(grid.codes);
    expect(layer.weightBits).toBe(grid.bits);
  }
  expect(tensorOf(network, network.input, 'test')).toMatchObject({ ...input });
  const stored = network.layers.filter(
    (layer) => layer.output !== network.output && layer.kind !== 'maxPool',
  );
  const found = stored.map(({ output }) => {
    const { bits, signed, scale, zeroPoint } = tensorOf(network, output, 'test');
    expect(zeroPoint).toBe(0);
    return { bits, signed, scale };
  });
  expect(found).toEqual(quantizationPoints(model).map((name) => activations[name]));
}

/** Logits of the integer network beside those of the float network on the same grids, in units of the greatest logit. */
function deviation(network: IntegerNetwork, { model, input, activations }: QuantizedModel): number {
  const picture = pictureOf(model, 4);
  const wanted = runFloat(model, picture, { input, activations });
  const codes = Int32Array.from(picture, (value) => value * 256);
  const { scale } = tensorOf(network, network.output, 'test');
  const got = runReference(network, codes);
  const most = wanted.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  return (
    wanted.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (got[i] ?? NaN) * scale)), 0) / most
  );
}

const pooled = (): FloatModel =>
  modelBuilder('pooled', [8, 8, 2], 3)
    .conv(4, { bias: true })
    .batchNorm()
    .maxPool()
    .relu({ max: 6 })
    .depthwise({ stride: 2 })
    .relu()
    .fullyConnected(6)
    .relu()
    .fullyConnected(3)
    .build();

/** Normalizations where the importer could mistake their order: behind a max pooling and behind an add, gains of both signs. */
const normalizedLate = (): FloatModel => {
  const start = modelBuilder('late', [6, 6, 1], 4).conv(4).maxPool().batchNorm({ name: 'n1' }).relu();
  const skip = start.last;
  const model = start
    .conv(4)
    .add(skip)
    .batchNorm({ name: 'n2' })
    .relu()
    .globalAvgPool()
    .fullyConnected(3)
    .build();
  const gamma = Float32Array.of(1, -0.75, 0.5, -1.25);
  const beta = Float32Array.of(0.1, 0.5, -0.1, 0.25);
  return {
    ...model,
    nodes: model.nodes.map((node) => (node.kind === 'batchNorm' ? { ...node, gamma, beta } : node)),
  };
};

const networks = {
  normalizedLate: normalizedLate(),
  digitsNet: digitsNet(),
  resNet8: resNet8({ shape: [8, 8, 3], width: 4 }),
  pooled: pooled(),
};

describe.each(Object.entries(networks))('%s', (_, model) => {
  it('is read back from float ONNX as it was', () => {
    const read = readFloatModel(writeFloat(model));
    expect(read.inputShape).toEqual(model.inputShape);
    expect(read.nodes.map(({ name, kind }) => [name, kind])).toEqual(
      model.nodes.map(({ name, kind }) => [name, kind]),
    );
    expect(convNodes(read).map(({ weights }) => weights)).toEqual(
      convNodes(model).map(({ weights }) => weights),
    );
    expect(runFloat(read, pictureOf(model, 2))).toEqual(runFloat(model, pictureOf(model, 2)));
  });

  it.each([
    ['qonnx', 8],
    ['qcdq', 5],
  ] as const)('comes back from %s with its codes, bits (%d) and grids, and computes alike', (form, bits) => {
    const quantized = quantize(model, sixBits, bits);
    const { network } = importOnnx(writeModel(quantized, form));
    expectSame(network, quantized);
    expect(deviation(network, quantized)).toBeLessThan(bits === 8 ? 0.03 : 0.2);
  });
});

/** Weights as 2^e, e = 0 .. 7, by the logarithm. */
function powersOfTwo(node: ConvNode): WeightGrid {
  const most = Math.max(...node.weights.map(Math.abs));
  const codes = Int16Array.from(node.weights, (w) => {
    const e = Math.round(Math.log2(Math.abs(w) / most)) + 7;
    return e < 0 ? 0 : Math.sign(w) * 2 ** e;
  });
  return { codes, scales: Float32Array.of(most / 128), bits: 9, format: 'powerOfTwo' };
}

describe('nomul.v1', () => {
  const model = digitsNet();

  it('carries power-of-two and PVQ formats, ternary weights need none', () => {
    const ternary = (node: ConvNode): WeightGrid => ({
      codes: Int16Array.from(node.weights, Math.sign),
      scales: Float32Array.of(0.25),
      bits: 2,
      format: 'ternary',
    });
    const pvq = (node: ConvNode): WeightGrid => ({ ...sixBits(node), format: 'pvq' });
    const gridFor = (node: ConvNode): WeightGrid =>
      node.name === 'pointwise1' ? ternary(node) : node.name === 'pointwise2' ? pvq(node) : powersOfTwo(node);
    const quantized = quantize(model, gridFor);
    const { network } = importOnnx(writeModel(quantized, 'qonnx'));
    expectSame(network, quantized);
    for (const { name } of convNodes(model))
      expect(convLayer(network, name).weightFormat).toBe(quantized.weights[name]?.format);
    expect(engineNameOf(network, convLayer(network, 'conv1'))).toBe('power_of_two');
    expect(engineNameOf(network, convLayer(network, 'pointwise1'))).toBe('ternary');
    // PVQ weights run as ternary digit planes.
    expect(engineNameOf(network, convLayer(network, 'pointwise2'))).toBe('ternary');
    expect(() => writeModel(quantized, 'qcdq')).toThrow(/QT006: the weights "conv1_weight" need 9 bits/);
  });

  const signedSix = (code: number): number => (code < 32 ? code : code - 64);
  const evenActs = (i: number): number => (Math.floor(i / 64) & 14) * signedSix(i % 64);
  const table = Array.from({ length: 2 ** 10 }, (_, i) => evenActs(i) + 0);
  const approximate: QuantizedModel = {
    ...quantize(model, sixBits, 4),
    products: {
      pointwise2: { name: 'even acts', table },
      pointwise3: { name: 'even acts', table },
    },
  };

  it('carries product tables, which the reference then uses', () => {
    const { network } = importOnnx(writeModel(approximate, 'qonnx'));
    expect(convLayer(network, 'pointwise2').product).toEqual({ table, hash: productHash(table) });
    expect(engineNameOf(network, convLayer(network, 'pointwise2'))).toMatch(/^table_4x6_/);
    expect(convLayer(network, 'pointwise1').product).toBe('exact');
    expect(table[tableIndex(5, -3, 4, 6)]).toBe(-12);
    const circuit = { magnitude: { kind: 'operandTrimmed', aDropped: 1, bDropped: 0 } };
    const made = { ...approximate, products: { pointwise2: { name: 'even acts', table, circuit } } };
    const { network: built } = importOnnx(writeModel(made, 'qonnx'));
    expect(convLayer(built, 'pointwise2').product).toEqual({ table, hash: productHash(table), circuit });
    const exact = importOnnx(writeModel({ ...approximate, products: {} }, 'qonnx')).network;
    const codes = Int32Array.from(pictureOf(model, 4), (value) => value * 256);
    expect(runReference(network, codes)).not.toEqual(runReference(exact, codes));
  });

  const withMetadata = (change: (text: string) => string): Uint8Array => {
    const graph = readOnnx(writeModel(approximate, 'qonnx'));
    const text = graph.metadata.get(METADATA_KEY) ?? '';
    return writeOnnx({ ...graph, metadata: new Map([[METADATA_KEY, change(text)]]) });
  };

  it.each([
    ['text that is not JSON', (): string => 'zip', /NN008: .*not JSON/],
    ['another form', (): string => '{"layers":[]}', /NN008/],
    [
      'an unknown format',
      (): string => '{"layers":{"conv1":{"weightFormat":"float"}},"products":{}}',
      /NN008/,
    ],
    [
      'a layer that is not there',
      (text: string) => text.replace('"pointwise3"', '"other"'),
      /NN008: .*"other", which the model does not have/,
    ],
    [
      'a table that was changed',
      (text: string) => text.replace('"table":[0,', '"table":[1,'),
      /NN008: .*another hash/,
    ],
    [
      'a product that is not there',
      (): string => '{"layers":{"conv1":{"product":"12"}},"products":{}}',
      /NN008: .*names product 12/,
    ],
    [
      'weights that are no powers of two',
      (): string => '{"layers":{"conv1":{"weightFormat":"powerOfTwo"}},"products":{}}',
      /NN012/,
    ],
    [
      'a table of the wrong size',
      (): string =>
        JSON.stringify({
          layers: { conv1: { product: productHash([1, 2]) } },
          products: { [productHash([1, 2])]: { name: 'short', table: [1, 2] } },
        }),
      /NN016/,
    ],
  ])('is refused with %s', (_, change, message) => {
    const bytes = withMetadata(change);
    expect(() => importOnnx(bytes)).toThrow(NnError);
    expect(() => importOnnx(bytes)).toThrow(message);
  });
});

describe('a quantized model that contradicts itself', () => {
  const good = quantize(digitsNet(), sixBits);
  const weightsWith = (change: Partial<WeightGrid>): QuantizedModel => {
    const grid = good.weights['conv1'];
    if (grid === undefined) throw new Error('no conv1');
    return { ...good, weights: { ...good.weights, conv1: { ...grid, ...change } } };
  };

  it.each<readonly [string, QuantizedModel, RegExp]>([
    [
      'codes outside their bits',
      weightsWith({ bits: 4 }),
      /QT007: conv "conv1" has code -?\d+ at index \d+, which is not int of 4 bits/,
    ],
    [
      'weights that are not code times scale',
      weightsWith({ scales: Float32Array.of(1) }),
      /QT007: conv "conv1" has weight/,
    ],
    ['a scale of 0', weightsWith({ scales: Float32Array.of(0) }), /QT007: conv "conv1" has a scale/],
    ['a conv without a grid', { ...good, weights: {} }, /QT007: conv "conv1" has no weight grid/],
    ['a point without a grid', { ...good, activations: {} }, /QT007: "relu1" has no grid/],
    [
      'a grid inside a chain',
      { ...good, activations: { ...good.activations, batchNorm1: good.input } },
      /QT007: "batchNorm1" has a grid but/,
    ],
    [
      'a table of the wrong size',
      { ...good, products: { conv1: { name: 't', table: [0] } } },
      /QT007: conv "conv1" has product "t" of 1 entries/,
    ],
    ['a grid for an unknown node', { ...good, products: { other: { name: 't', table: [0] } } }, /QT003/],
  ])('is refused: %s', (_, quantized, message) => {
    expect(() => {
      verifyQuantized(quantized);
    }).toThrow(message);
  });
});
