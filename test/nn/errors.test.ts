import { expect, test } from 'vitest';
import {
  importedOperators,
  importGraph,
  importOnnx,
  NnError,
  nnErrorCodes,
  writeOnnx,
  type OnnxGraph,
} from '../../src/nn/index.js';
import { graphBuilder, type GraphBuilder } from './graph-builder.js';

const input8 = { scale: 0.5, bits: 8, signed: true } as const;
const pads = [1, 1, 1, 1];

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(NnError);
    return error instanceof NnError ? error.message : '';
  }
  return 'no error';
}

const imported = (graph: OnnxGraph): string => messageOf(() => importGraph(graph));

function kernel(g: GraphBuilder, dims: readonly number[] = [2, 2, 3, 3]): string {
  const count = dims.reduce((a, b) => a * b, 1);
  return g.quant(g.constant(dims, new Array<number>(count).fill(1)), { scale: 1, bits: 4, signed: true });
}

test('bytes that are no model', () => {
  expect(messageOf(() => importOnnx(new TextEncoder().encode('hello, this is no model')))).toMatch(
    /^NN001: the model file (is not a readable ONNX file|holds no graph)/,
  );
  expect(messageOf(() => importOnnx(new Uint8Array()))).toBe(
    'NN001: the model file holds no graph. Check that it is an ONNX file and was copied completely.',
  );
});

test('an unsupported operator: its name, its node, the list of supported ones', () => {
  const g = graphBuilder([1, 2, 4, 4]);
  const message = imported(g.build(g.node('LSTM', [g.quant(g.input, input8)])));
  expect(message).toBe(
    `NN002: operator LSTM of node "LSTM_1" is not supported. Supported: ${importedOperators.join(', ')}.`,
  );
  const h = graphBuilder([1, 2, 4, 4]);
  expect(imported(h.build(h.node('Relu', [h.input], {}, 'com.acme')))).toMatch(
    /^NN002: operator com\.acme:Relu of node "Relu_0"/,
  );
});

test('a stored weight outside the range its Clip declares', () => {
  const g = graphBuilder([1, 1, 4, 4]);
  const codes = g.constant([1, 1, 1, 1], [9], 'int8');
  const clipped = g.node('Clip', [codes, g.constant([], [-7], 'int8'), g.constant([], [7], 'int8')]);
  const w = g.node('DequantizeLinear', [clipped, g.constant([], [0.5]), g.constant([], [0], 'int8')]);
  const conv = g.node('Conv', [g.quant(g.input, input8), w]);
  expect(imported(g.build(g.quant(conv, input8)))).toBe(
    'NN005: "c0" holds the integer 9 at index 0, outside the range -7 .. 7 that node "Clip_0" (Clip) declares. Export the model again.',
  );
});

test('missing quantizers are named', () => {
  const advice = 'Quantize the model first (QONNX Quant nodes or QuantizeLinear/DequantizeLinear pairs).';
  const g = graphBuilder([1, 2, 4, 4]);
  const first = g.node('Conv', [g.quant(g.input, input8), kernel(g)], { pads });
  expect(imported(g.build(g.node('Conv', [g.node('Relu', [first]), kernel(g)], { pads })))).toBe(
    `NN004: input "t3" of node "Conv_5" (Conv) comes from node "Conv_2", whose output has no quantizer. ${advice}`,
  );
  const h = graphBuilder([1, 2, 4, 4]);
  const plain = h.constant([2, 2, 1, 1], [1, 2, 3, 4]);
  expect(imported(h.build(h.node('Conv', [h.quant(h.input, input8), plain])))).toBe(
    `NN004: the weights "c0" of node "Conv_1" (Conv) have no quantizer. ${advice}`,
  );
});

test.each<[string, (g: GraphBuilder, x: string) => string, string]>([
  [
    'grouped convolution',
    (g, x) => g.node('Conv', [x, kernel(g, [4, 1, 1, 1])], { group: 2 }),
    'has 2 groups for 2 input and 4 output channels; group 1 and depthwise (one filter per channel) are supported.',
  ],
  [
    'dilation',
    (g, x) => g.node('Conv', [x, kernel(g)], { dilations: [2, 2] }),
    'is dilated, which is not supported. Use dilation 1.',
  ],
  [
    'average without padding',
    (g, x) => g.node('AveragePool', [x], { kernel_shape: [2, 2], pads: [1, 1, 0, 0] }),
    'leaves padding out of its average, so its divisor varies; set count_include_pad or use no padding.',
  ],
  [
    'reshape that splits',
    (g, x) => g.node('Reshape', [x, g.constant([3], [1, 4, 8], 'int64')]),
    'reshapes [1, 2, 4, 4] to [1, 4, 8]; only flattening to a vector is supported.',
  ],
  [
    'reflecting pad',
    (g, x) => g.node('Pad', [x, g.constant([8], [0, 0, 1, 1, 0, 0, 1, 1], 'int64')], { mode: 'reflect' }),
    'only constant padding is supported.',
  ],
  [
    'softmax inside',
    (g, x) => g.node('Relu', [g.node('Softmax', [x])]),
    'is supported only as the last node.',
  ],
  [
    'two data',
    (g, x) => g.node('Mul', [x, x]),
    'combines two computed tensors; of those only Add is supported.',
  ],
])('unsupported use: %s', (_, make, problem) => {
  const g = graphBuilder([1, 2, 4, 4]);
  const message = imported(g.build(g.quant(make(g, g.quant(g.input, input8)), input8)));
  expect(message).toMatch(/^NN003: node "[A-Za-z]+_\d+" \([A-Za-z]+\) /);
  expect(message.endsWith(problem)).toBe(true);
});

test('symbolic sizes other than the batch', () => {
  const g = graphBuilder(['N', 2, 'H', 4]);
  expect(imported(g.build(g.quant(g.input, input8)))).toBe(
    'NN006: size 2 of graph input "x" is symbolic ("H"). Export the model with a fixed input size.',
  );
});

test('options are checked', () => {
  const g = graphBuilder([1, 2, 4, 4]);
  const graph = g.build(g.quant(g.input, input8));
  expect(messageOf(() => importGraph(graph, { multiplierBits: 40 }))).toBe(
    'NN007: multiplierBits is 40; an integer from 4 to 24 is possible.',
  );
});

test('a tensor whose data do not fill its shape, and a node that reads nothing', () => {
  const g = graphBuilder([1, 2, 4, 4]);
  const graph = g.build(g.quant(g.input, input8));
  const short = new Map(graph.constants).set('c0', { type: 'float32', dims: [3], data: new Float32Array(2) });
  expect(messageOf(() => importOnnx(writeOnnx({ ...graph, constants: short })))).toBe(
    'NN001: tensor "c0" of shape [3] needs 3 values, but the file holds 2. The file is damaged.',
  );
  const h = graphBuilder([1, 2, 4, 4]);
  expect(messageOf(() => importOnnx(writeOnnx(h.build(h.node('Relu', ['nowhere'])))))).toBe(
    'NN001: node "Relu_0" (Relu) reads "nowhere", which nothing in the file makes. The file is damaged.',
  );
});

test('every code has a one-line meaning', () => {
  for (const [code, meaning] of Object.entries(nnErrorCodes)) {
    expect(code).toMatch(/^NN\d{3}$/);
    expect(meaning.length).toBeGreaterThan(10);
  }
});
