import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom, type Random } from '../../src/num/index.js';
import {
  executeGraph,
  importGraph,
  importOnnx,
  prepareReference,
  tensorFrom,
  writeOnnx,
  type IntegerNetwork,
  type OnnxGraph,
} from '../../src/nn/index.js';
import { graphBuilder, type GraphBuilder } from './graph-builder.js';

const WEIGHT_SCALE = 2 ** -4;
const input8 = { scale: 2 ** -4, bits: 8, signed: true } as const;
const act = { scale: 2 ** -2, bits: 6, signed: true } as const;

const normal = (random: Random): number => random.between(-1, 1) + random.between(-1, 1);

function weights(g: GraphBuilder, random: Random, dims: readonly number[], bits = 4): string {
  const count = dims.reduce((a, b) => a * b, 1);
  const values = Array.from({ length: count }, () => normal(random) * 0.3);
  return g.quant(g.constant(dims, values), { scale: WEIGHT_SCALE, bits, signed: true, narrow: true });
}

/** Float execution of the graph beside the integer network on the same random picture: real outputs of both. */
function compare(
  graph: OnnxGraph,
  network: IntegerNetwork,
  seed: number,
): { float: number[]; integer: number[]; step: number } {
  const random = createRandom(seed);
  const inputTensor = network.tensors[network.input];
  const dims = (graph.inputs[0]?.dims ?? []).map(Number);
  const count = dims.reduce((a, b) => a * b, 1);
  const scale = inputTensor?.scale ?? 1;
  const codes = Array.from({ length: count }, () =>
    random.integer(network.inputTransform.lo, network.inputTransform.hi),
  );
  const reals = codes.map(
    (q) =>
      ((q - (inputTensor?.zeroPoint ?? 0)) * scale - network.inputTransform.offset) /
      network.inputTransform.gain,
  );
  const float = executeGraph(graph, new Map([['x', tensorFrom(dims, reals)]])).get(graph.outputs[0] ?? '');
  const [height, width, channels] =
    dims.length === 4 ? [dims[2] ?? 1, dims[3] ?? 1, dims[1] ?? 1] : [1, 1, count];
  const nhwc = codes.map((_, i) => codes[(i % channels) * height * width + Math.floor(i / channels)] ?? 0);
  const outputs = prepareReference(network).run(nhwc);
  const out = network.tensors[network.output];
  const [h, w, c] = out?.shape ?? [1, 1, 1];
  const nchw = Array.from(outputs, (_, i) => outputs[(i % (h * w)) * c + Math.floor(i / (h * w))] ?? NaN);
  return {
    float: [...(float?.data ?? [])],
    integer: nchw.map((q) => (q - (out?.zeroPoint ?? 0)) * (out?.scale ?? 1)),
    step: out?.scale ?? 1,
  };
}

function expectEqual(graph: OnnxGraph, tolerance = 1e-5): IntegerNetwork {
  const { network, layers } = importOnnx(writeOnnx(graph));
  expect(layers.every(({ exact }) => exact)).toBe(true);
  for (let seed = 0; seed < 5; seed++) {
    const { float, integer } = compare(graph, network, seed);
    expect(integer.length).toBe(float.length);
    integer.forEach((value, i) => expect(Math.abs(value - (float[i] ?? NaN))).toBeLessThanOrEqual(tolerance));
  }
  return network;
}

describe('each operator, with power-of-two scales, equals the float executor', () => {
  const random = createRandom(7);

  test('Conv with bias, asymmetric pads and strides, Relu, residual Add of tensors with two scales, Flatten, Gemm', () => {
    const g = graphBuilder([1, 3, 7, 6]);
    const x = g.quant(g.input, input8);
    const bias = g.constant([5], [0.5, -1, 0.25, 0, 2]);
    const conv = g.node('Conv', [x, weights(g, random, [5, 3, 3, 2]), bias], {
      kernel_shape: [3, 2],
      pads: [1, 0, 2, 1],
      strides: [2, 1],
    });
    const a = g.quant(g.node('Relu', [conv]), { scale: 2 ** -3, bits: 8, signed: false });
    const same = g.node('Conv', [a, weights(g, random, [5, 1, 3, 3])], {
      kernel_shape: [3, 3],
      pads: [1, 1, 1, 1],
      group: 5,
    });
    const b = g.quant(same, act);
    const sum = g.quant(g.node('Relu', [g.node('Add', [b, a])]), { scale: 2 ** -2, bits: 6, signed: false });
    const flat = g.node('Flatten', [sum], { axis: 1 });
    const network = expectEqual(
      g.build(
        g.node(
          'Gemm',
          [
            flat,
            weights(g, random, [10, 5 * 4 * 6]),
            g.constant(
              [10],
              Array.from({ length: 10 }, (_, i) => i / 16),
            ),
          ],
          { transB: 1, alpha: 0.5, beta: 2 },
        ),
      ),
    );
    expect(network.layers.map(({ kind }) => kind)).toEqual(['conv', 'conv', 'add', 'conv']);
  });

  test.each(['SAME_UPPER', 'SAME_LOWER', 'VALID'])('auto_pad %s', (autoPad) => {
    const g = graphBuilder([1, 2, 6, 5]);
    const conv = g.node('Conv', [g.quant(g.input, input8), weights(g, random, [3, 2, 4, 3])], {
      auto_pad: autoPad,
      strides: [2, 2],
    });
    expectEqual(g.build(g.quant(conv, act)));
  });

  test('folded Pad, pooling of all kinds, max pooling before the quantizer, Clip', () => {
    const g = graphBuilder([1, 2, 9, 8]);
    const pads = g.constant([8], [0, 0, 1, 0, 0, 0, 0, 2], 'int64');
    const padded = g.node('Pad', [g.quant(g.input, input8), pads], { mode: 'constant' });
    const conv = g.node('Conv', [padded, weights(g, random, [3, 2, 3, 3])], {});
    const pooled = g.node('MaxPool', [conv], { kernel_shape: [2, 2], strides: [1, 1], pads: [1, 0, 0, 1] });
    const clipped = g.node('Clip', [pooled, g.constant([], [-3]), g.constant([], [5])]);
    const a = g.quant(clipped, act);
    const max = g.node('MaxPool', [a], { kernel_shape: [3, 2], strides: [2, 1] });
    const average = g.node('AveragePool', [max], {
      kernel_shape: [2, 2],
      pads: [1, 1, 0, 0],
      count_include_pad: 1,
    });
    const b = g.quant(average, { scale: 2 ** -4, bits: 8, signed: true, zeroPoint: 3 });
    const network = expectEqual(g.build(b));
    expect(network.layers.map(({ kind }) => kind)).toEqual(['conv', 'maxPool', 'maxPool', 'avgPool']);
  });

  test('batch normalization behind a max pooling that waits for the quantizer, unless a negative scale turns the order', () => {
    const normalized = (gamma: readonly number[]): OnnxGraph => {
      const g = graphBuilder([1, 2, 6, 6]);
      const conv = g.node('Conv', [g.quant(g.input, input8), weights(g, createRandom(4), [2, 2, 3, 3])], {});
      const pooled = g.node('MaxPool', [conv], { kernel_shape: [2, 2], strides: [2, 2] });
      const parameters = [gamma, [0.5, -1], [0.25, 1], [0.75, 3.75]].map((v) => g.constant([2], v));
      const norm = g.node('BatchNormalization', [pooled, ...parameters], { epsilon: 0.25 });
      return g.build(g.quant(norm, { scale: 2 ** -3, bits: 8, signed: true }));
    };
    expectEqual(normalized([1, 0.5]));
    expect(() => importGraph(normalized([1, -0.5]))).toThrow(
      /NN003: .*multiplies channel 1 by -0\.25 behind max pooling "MaxPool_\d+"/,
    );
  });

  test('a residual add times one number; channels scaled or shifted apart, and unreachable scales, are refused', () => {
    const behindAdd = (op: string, constant: readonly number[], scale = 2 ** -3): OnnxGraph => {
      const g = graphBuilder([1, 2, 3, 3]);
      const x = g.quant(g.input, input8);
      const conv = g.node('Conv', [x, weights(g, createRandom(5), [2, 2, 1, 1])], {});
      const sum = g.node('Add', [g.quant(conv, act), x]);
      const changed = g.node(op, [sum, g.constant([constant.length, 1, 1], constant)]);
      return g.build(g.quant(changed, { scale, bits: 8, signed: true }));
    };
    expectEqual(behindAdd('Mul', [-0.75]));
    expect(() => importGraph(behindAdd('Mul', [0.5, 0.25]))).toThrow(/NN003: .*residual add "Add_\d+"/);
    expect(() => importGraph(behindAdd('Add', [1]))).toThrow(/NN003: .*residual add "Add_\d+"/);
    expect(() => importGraph(behindAdd('Mul', [1], 2 ** -20))).toThrow(
      /NN003: .*does not fit multipliers of 16 bits/,
    );
  });

  test('GlobalAveragePool and ReduceMean', () => {
    for (const op of ['GlobalAveragePool', 'ReduceMean']) {
      const g = graphBuilder([1, 3, 4, 2]);
      const mean = g.node(
        op,
        [g.quant(g.input, input8)],
        op === 'ReduceMean' ? { axes: [2, 3], keepdims: 0 } : {},
      );
      expectEqual(g.build(g.quant(mean, { scale: 2 ** -5, bits: 8, signed: true })));
    }
  });

  test('batch normalization with negative scales, and taken apart into Sub, Div, Mul, Add', () => {
    const g = graphBuilder([1, 2, 5, 5]);
    const conv = g.node('Conv', [g.quant(g.input, input8), weights(g, random, [4, 2, 1, 1])], {});
    const parameters = [
      [1, -0.5, 0.25, -2],
      [0.5, 1, -1, 0],
      [0.25, 1, 2, -1],
      [0.75, 0.5, 3, 1],
    ].map((v) => g.constant([4], v));
    const norm = g.node('BatchNormalization', [conv, ...parameters], { epsilon: 0.25 });
    const a = g.quant(norm, { scale: 2 ** -3, bits: 8, signed: true });
    const shifted = g.node('Sub', [
      g.node('Conv', [a, weights(g, random, [2, 4, 1, 1])], {}),
      g.constant([1, 2, 1, 1], [0.5, -1]),
    ]);
    const scaled = g.node('Mul', [g.constant([], [0.5]), g.node('Div', [shifted, g.constant([1], [4])])]);
    expectEqual(g.build(g.quant(g.node('Add', [scaled, g.constant([2, 1, 1], [1, -0.5])]), act)), 0.26);
  });

  test('the input: Mul, Sub, reshape by a shape chain, MatMul with transposed weights, BipolarQuant', () => {
    const g = graphBuilder([1, 1, 4, 4], 9);
    const batch = g.node(
      'Unsqueeze',
      [g.node('Gather', [g.node('Shape', [g.input]), g.constant([], [0], 'int64')], { axis: 0 })],
      { axes: [0] },
    );
    const shape = g.node('Concat', [batch, g.constant([1], [-1], 'int64')], { axis: 0 });
    const flat = g.node('Reshape', [g.input, shape]);
    const real = g.node('Sub', [g.node('Mul', [flat, g.constant([], [2])]), g.constant([1], [1])]);
    const x = g.quant(real, { scale: 2 ** -3, bits: 5, signed: true });
    const bipolar = g.node(
      'BipolarQuant',
      [
        g.constant(
          [6, 16],
          Array.from({ length: 96 }, () => normal(random)),
        ),
        g.constant([], [0.5]),
      ],
      {},
      'onnx.brevitas',
    );
    const product = g.node('MatMul', [x, g.node('Transpose', [bipolar], { perm: [1, 0] })]);
    const sign = g.node(
      'BipolarQuant',
      [g.node('Add', [product, g.constant([6], [0.1, -0.1, 0.3, 0, 2, -2])]), g.constant([], [1])],
      {},
      'qonnx.custom_op.general',
    );
    const network = expectEqual(g.build(g.node('MatMul', [sign, weights(g, random, [6, 3])])));
    expect(network.tensors['x']?.shape).toEqual([1, 1, 16]);
    expect(network.inputTransform).toMatchObject({ gain: 2, offset: -1 });
  });

  test('no-op nodes and a repeated shared quantizer vanish', () => {
    const g = graphBuilder(['N', 2, 3, 3]);
    const x = g.quant(g.quant(g.input, input8), input8);
    const noPads = g.constant([8], [0, 0, 0, 0, 0, 0, 0, 0], 'int64');
    const passed = g.node('Dropout', [g.node('Identity', [g.node('Pad', [x, noPads])])]);
    const conv = g.node('Conv', [passed, weights(g, random, [2, 2, 3, 3])], {});
    const { network } = importGraph(g.build(g.node('Softmax', [g.node('Flatten', [conv])])));
    expect(network.layers.length).toBe(1);
  });

  test('asymmetric activations and unsigned codes in QCDQ form give the network of the QONNX form', () => {
    const networks = (['quant', 'qcdq'] as const).map((form) => {
      const fixed = createRandom(3);
      const g = graphBuilder([1, 2, 5, 5]);
      const x = g[form](g.input, { scale: 0.11, bits: 8, signed: false, zeroPoint: 37 });
      const w = g.constant(
        [3, 2, 3, 3],
        Array.from({ length: 54 }, () => normal(fixed)),
      );
      const perChannel = { scale: [0.1, 0.2, 0.3], bits: 3, signed: true, narrow: true };
      const quantized =
        form === 'quant' ? g.quant(w, { ...perChannel, scaleDims: [3, 1, 1, 1] }) : g.qcdq(w, perChannel);
      const conv = g.node('Conv', [x, quantized], { pads: [1, 1, 1, 1] });
      return importGraph(g.build(g[form](conv, { scale: 0.7, bits: 4, signed: true, zeroPoint: -2 })))
        .network;
    });
    const [qonnx, qcdq] = networks.map((network) => ({
      tensors: Object.values(network.tensors).map((tensor) => ({ ...tensor, name: '' })),
      layers: network.layers.map((layer) =>
        layer.kind === 'conv' ? [layer.weights, layer.weightBits, layer.requantize] : [],
      ),
    }));
    expect(qonnx?.layers.length).toBe(1);
    expect(qcdq).toEqual(qonnx);
  });

  test('logits with one scale per channel are requantized to a common scale', () => {
    const g = graphBuilder([1, 8]);
    const w = g.constant(
      [3, 8],
      Array.from({ length: 24 }, () => normal(random)),
    );
    const quantized = g.quant(w, { scale: [0.5, 0.03, 0.2], scaleDims: [3, 1], bits: 6, signed: true });
    const graph = g.build(
      g.node('Gemm', [g.quant(g.input, input8), quantized, g.constant([3], [0.1, 0.2, -0.3])], { transB: 1 }),
    );
    const { network, notes } = importGraph(graph);
    expect(notes[0]).toMatch(/common scale/);
    for (let seed = 0; seed < 5; seed++) {
      const { float, integer, step } = compare(graph, network, seed);
      integer.forEach((value, i) => expect(Math.abs(value - (float[i] ?? NaN))).toBeLessThan(3 * step));
    }
  });
});

test('random two-layer graphs with arbitrary scales: at most one step from the float executor', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
      const random = createRandom(seed);
      const channels = random.integer(1, 5);
      const g = graphBuilder([1, channels, random.integer(3, 6), random.integer(3, 6)]);
      const x = g.quant(g.input, { scale: random.between(0.01, 0.2), bits: 8, signed: random.chance(0.5) });
      const out = random.integer(1, 6);
      const w = g.constant(
        [out, channels, 3, 3],
        Array.from({ length: out * channels * 9 }, () => normal(random)),
      );
      const scales = Array.from({ length: out }, () => random.between(0.05, 0.3));
      const conv = g.node(
        'Conv',
        [
          x,
          g.quant(w, { scale: scales, scaleDims: [out, 1, 1, 1], bits: random.integer(2, 8), signed: true }),
        ],
        { pads: [1, 0, 1, 2] },
      );
      const parameters = [normal, normal, normal, (r: Random) => r.between(0.1, 3)].map((f) =>
        g.constant(
          [out],
          Array.from({ length: out }, () => f(random)),
        ),
      );
      const norm = g.node('BatchNormalization', [conv, ...parameters]);
      const graph = g.build(
        g.quant(random.chance(0.5) ? g.node('Relu', [norm]) : norm, {
          scale: random.between(0.02, 0.5),
          bits: random.integer(2, 8),
          signed: true,
        }),
      );
      const { network } = importGraph(graph);
      const { float, integer, step } = compare(graph, network, seed);
      const steps = integer.map((value, i) => Math.abs(value - (float[i] ?? NaN)) / step);
      expect(Math.max(...steps)).toBeLessThan(1.01);
      expect(steps.filter((s) => s > 0.01).length).toBeLessThanOrEqual(Math.ceil(steps.length * 0.02));
    }),
    { numRuns: 60 },
  );
});
