import { describe, expect, it } from 'vitest';
import { graphBuilder } from '../../../../test/nn/graph-builder.js';
import { haveShared, readShared, sharedPath } from '../../../../test/nn/shared-data.js';
import { executeGraph, loadSamples, tensorFrom, type OnnxGraph } from '../../../nn/index.js';
import { createRandom } from '../../../num/index.js';
import { readFloatModel, runFloat } from '../index.js';

/** Greatest difference between our network and the graph itself, on a random picture given as H, W, C. */
function difference(graph: OnnxGraph, [height, width, channels]: readonly [number, number, number]): number {
  const model = readFloatModel(graph);
  const random = createRandom(3);
  const planes = Float32Array.from({ length: height * width * channels }, () => random.between(-1, 1));
  const pixels = height * width;
  const picture = planes.map((_, i) => planes[(i % channels) * pixels + Math.floor(i / channels)] ?? 0);
  const input = graph.inputs[0]?.name ?? '';
  const dims = (graph.inputs[0]?.dims ?? []).map((size) => (typeof size === 'number' ? size : 1));
  const wanted = executeGraph(graph, new Map([[input, tensorFrom(dims, planes)]])).get(
    graph.outputs[0] ?? '',
  );
  const logits = runFloat(model, picture);
  expect(logits.length).toBe(wanted?.data.length);
  return logits.reduce((most, value, i) => Math.max(most, Math.abs(value - (wanted?.data[i] ?? NaN))), 0);
}

const numbers = (count: number, seed = 1): Float32Array => {
  const random = createRandom(seed);
  return Float32Array.from({ length: count }, () => random.between(-1, 1));
};

describe('reading float ONNX', () => {
  it('reorders the weights behind a Flatten from C, H, W to H, W, C, in Gemm and in MatMul with Add', () => {
    const g = graphBuilder([1, 3, 4, 5]);
    const flat = g.node('Flatten', [g.input]);
    const product = g.node('MatMul', [flat, g.constant([60, 6], numbers(360))]);
    const biased = g.node('Relu', [g.node('Add', [product, g.constant([6], numbers(6, 2))])]);
    const weights = g.constant([4, 6], numbers(24, 3));
    const gemm = g.node('Gemm', [biased, weights, g.constant([4], numbers(4, 4))], {
      transB: 1,
      alpha: 0.5,
      beta: 2,
    });
    expect(difference(g.build(gemm), [4, 5, 3])).toBeLessThan(1e-5);
    const model = readFloatModel(g.build(gemm));
    expect(readFloatModel(g.build(g.node('Softmax', [gemm])))).toEqual(model);
  });

  it('reads convolutions, batch normalization, ReLU6, pooling, padding and residual adds as they compute', () => {
    const g = graphBuilder(['N', 2, 9, 8]);
    const padded = g.node('Pad', [g.input, g.constant([8], [0, 0, 1, 0, 0, 0, 0, 1], 'int64')]);
    const conv = g.node('Conv', [padded, g.constant([4, 2, 3, 2], numbers(48))], { strides: [2, 1] });
    const parameters = [2, 3, 4].map((seed) => g.constant([4], numbers(4, seed)));
    const norm = g.node('BatchNormalization', [conv, ...parameters, g.constant([4], [1, 2, 0.5, 1])], {
      epsilon: 1e-3,
    });
    const relu = g.node('Clip', [norm, g.constant([], [0]), g.constant([], [6])]);
    const depthwise = g.node(
      'Conv',
      [relu, g.constant([4, 1, 3, 3], numbers(36, 5)), g.constant([4], numbers(4, 6))],
      { group: 4, pads: [1, 1, 1, 1] },
    );
    const added = g.node('Relu', [g.node('Add', [depthwise, relu])]);
    const most = g.node('MaxPool', [added], { kernel_shape: [2, 2], strides: [1, 2], pads: [0, 1, 0, 1] });
    const mean = g.node('AveragePool', [most], {
      kernel_shape: [2, 2],
      strides: [2, 2],
      pads: [1, 0, 1, 0],
      count_include_pad: 1,
    });
    const global = g.node('ReduceMean', [g.node('Dropout', [mean])], { axes: [2, 3], keepdims: 0 });
    const graph = g.build(g.node('Gemm', [global, g.constant([4, 3], numbers(12, 7))]));
    expect(difference(graph, [9, 8, 2])).toBeLessThan(1e-5);
  });

  it('reads a network whose input is N, H, W, C', () => {
    const g = graphBuilder([1, 4, 5, 2]);
    const planes = g.node('Transpose', [g.input], { perm: [0, 3, 1, 2] });
    const conv = g.node('Conv', [planes, g.constant([3, 2, 4, 5], numbers(120))]);
    const model = readFloatModel(g.build(g.node('Flatten', [conv])));
    expect(model.inputShape).toEqual([4, 5, 2]);
    expect(model.nodes.map(({ kind }) => kind)).toEqual(['conv']);
  });

  it('names the operator, the node and what is supported where it stops', () => {
    const unknown = graphBuilder([1, 2, 4, 4]);
    expect(() => readFloatModel(unknown.build(unknown.node('Sigmoid', [unknown.input])))).toThrow(
      /QT005: operator Sigmoid of node "Sigmoid_0" is not supported\. Supported: Add, AveragePool/,
    );
    const quantized = graphBuilder([1, 2, 4, 4]);
    const codes = quantized.quant(quantized.input, { scale: 1, bits: 8, signed: true });
    expect(() => readFloatModel(quantized.build(codes))).toThrow(
      /QT005: the model is quantized already: node "Quant_0"/,
    );
    const grouped = graphBuilder([1, 4, 4, 4]);
    const weights = grouped.constant([4, 2, 1, 1], numbers(8));
    expect(() =>
      readFloatModel(grouped.build(grouped.node('Conv', [grouped.input, weights], { group: 2 }))),
    ).toThrow(/QT005: .*2 groups/);
    const clipped = graphBuilder([1, 2, 4, 4]);
    expect(() =>
      readFloatModel(clipped.build(clipped.node('Clip', [clipped.input, clipped.constant([], [-1])]))),
    ).toThrow(/QT005: .*clips to -1/);
  });
});

describe.runIf(haveShared())('float models of ../shared/data', () => {
  it.each(['dwnet_float', 'dwnet_inq5_float'])('%s gives the stored logits within 1e-4', (name) => {
    const model = readFloatModel(readShared(`models/${name}.onnx`));
    const wanted = loadSamples(sharedPath(`models/${name}.logits_f32.npy`));
    const pictures = loadSamples(sharedPath('datasets/fashion-t10k-images-idx3-ubyte.gz'));
    expect(model.inputShape).toEqual([28, 28, 1]);
    for (let p = 0; p < 8; p++) {
      const picture = Float32Array.from(
        pictures.data.subarray(p * 784, (p + 1) * 784),
        (value) => value / 256,
      );
      runFloat(model, picture).forEach((logit, c) => {
        expect(Math.abs(logit - (wanted.data[p * 10 + c] ?? NaN))).toBeLessThan(1e-4);
      });
    }
  });
});
