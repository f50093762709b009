import { expect, test } from 'vitest';
import {
  NnError,
  prepareReference,
  runReference,
  verifyNetwork,
  type AddLayer,
  type ConvLayer,
  type IntegerLayer,
  type IntegerNetwork,
  type IntegerTensor,
  type MaxPoolLayer,
} from '../../src/nn/index.js';

const padding = { top: 0, left: 0, bottom: 0, right: 0 };
const type = { bits: 4, signed: true, scale: 1, zeroPoint: 0 };
const tensor = (
  name: string,
  shape: IntegerTensor['shape'],
  change: Partial<IntegerTensor> = {},
): IntegerTensor => ({ name, shape, ...type, ...change });

const rawConv: ConvLayer = {
  kind: 'conv',
  name: 'c',
  input: 'x',
  output: 'a',
  kernel: [2, 2],
  stride: [1, 1],
  padding,
  depthwise: false,
  weights: Int16Array.of(1, -2, 3, -4, 5, -6, 7, -8),
  weightBits: 4,
  weightFormat: 'int',
  product: 'exact',
  bias: [0, 5],
};
const conv: ConvLayer = {
  ...rawConv,
  requantize: {
    multiplier: [3, -1],
    addend: [0, 4],
    shift: [2, 0],
    rounding: 'halfUp',
    zeroPoint: 0,
    lo: -8,
    hi: 7,
  },
};
const pool: MaxPoolLayer = {
  kind: 'maxPool',
  name: 'm',
  input: 'a',
  output: 'b',
  kernel: [2, 2],
  stride: [1, 1],
  padding: { ...padding, top: 1, left: 1 },
};
const add: AddLayer = {
  kind: 'add',
  name: 's',
  inputs: ['a', 'b'],
  output: 'y',
  multiplierA: 1,
  multiplierB: -1,
  shift: 1,
  rounding: 'halfEven',
  zeroPoint: 0,
  lo: -8,
  hi: 7,
};

const valid: IntegerNetwork = {
  name: 'n',
  input: 'x',
  output: 'y',
  inputTransform: { gain: 1, offset: 0, lo: -8, hi: 7 },
  tensors: {
    x: tensor('x', [3, 3, 1]),
    a: tensor('a', [2, 2, 2]),
    b: tensor('b', [2, 2, 2]),
    y: tensor('y', [2, 2, 2]),
  },
  layers: [conv, pool, add],
};

const withConv = (change: Partial<ConvLayer>): IntegerNetwork => ({
  ...valid,
  layers: [{ ...conv, ...change }, pool, add],
});
const withRequantize = (change: Partial<NonNullable<ConvLayer['requantize']>>): IntegerNetwork => {
  const { requantize } = conv;
  if (requantize === undefined) throw new Error('conv has no requantize');
  return withConv({ requantize: { ...requantize, ...change } });
};
const withTensor = (name: string, change: Partial<IntegerTensor>): IntegerNetwork => ({
  ...valid,
  tensors: {
    ...valid.tensors,
    [name]: { ...tensor(name, valid.tensors[name]?.shape ?? [1, 1, 1]), ...change },
  },
});
const withLayers = (...layers: readonly IntegerLayer[]): IntegerNetwork => ({ ...valid, layers });

test('a valid network passes and runs', () => {
  expect(() => verifyNetwork(valid)).not.toThrow();
  expect(prepareReference(valid).outputLength).toBe(8);
});

const wrong: readonly [string, IntegerNetwork, string][] = [
  [
    'unknown tensor',
    withConv({ input: 'zz' }),
    'NN010: layer "c" names tensor "zz", which the network does not declare. Add it to tensors.',
  ],
  [
    'weight outside its bits',
    withConv({ weightBits: 3 }),
    'NN012: layer "c" has weight 5 at index 4, outside its declared 3-bit range -4 .. 3. Declare more bits or quantize the weight again.',
  ],
  [
    'ternary weight',
    withConv({ weightFormat: 'ternary' }),
    'NN012: layer "c" has weight -2 at index 1, outside its declared ternary range -1 .. 1. Declare more bits or quantize the weight again.',
  ],
  [
    'power of two',
    withConv({ weightFormat: 'powerOfTwo' }),
    'NN012: layer "c" declares power-of-two weights but has weight 3.',
  ],
  [
    'weight count',
    withConv({ weights: Int16Array.of(1) }),
    'NN011: layer "c" has 1 weights, but its shapes need 8.',
  ],
  ['bias count', withConv({ bias: [1] }), 'NN011: layer "c" has 1 biases for 2 output channels.'],
  [
    'output size',
    withConv({ stride: [2, 2] }),
    'NN011: layer "c" makes 1 x 1 pixels, but its output tensor "a" is 2 x 2. Correct the tensor\'s shape or the layer\'s kernel, stride and padding.',
  ],
  [
    'padding as wide as the kernel',
    withConv({ padding: { ...padding, left: 2 } }),
    'NN011: layer "c" has padding top 0, left 2, bottom 0, right 0; each must be from 0 to kernel size - 1.',
  ],
  [
    'depthwise channels',
    withConv({ depthwise: true }),
    'NN011: layer "c" is depthwise but goes from 1 to 2 channels. Both must be equal.',
  ],
  [
    'multiplier count',
    withRequantize({ multiplier: [1] }),
    'NN013: layer "c": requantize.multiplier has 1 entries for 2 channels. Give one per channel.',
  ],
  [
    'multiplier range',
    withRequantize({ multiplier: [2 ** 31, 1] }),
    'NN013: layer "c": channel 0 has multiplier 2147483648; it must be an integer below 2^31.',
  ],
  [
    'shift range',
    withRequantize({ shift: [1, 48] }),
    'NN013: layer "c": channel 1 has shift 48; it must be an integer from 0 to 47.',
  ],
  [
    'sum range',
    withRequantize({ addend: [2 ** 53, 0] }),
    'NN013: layer "c": channel 0 reaches |acc * multiplier + addend| = 9007199254741220; below 2^53 is exact. Use fewer multiplier bits.',
  ],
  [
    'clamp range',
    withRequantize({ hi: 9 }),
    'NN013: layer "c": it clamps to -8 .. 9, but tensor "a" holds -8 .. 7.',
  ],
  [
    'zero point',
    withRequantize({ zeroPoint: 1 }),
    'NN013: layer "c": its zero point 1 differs from 0 of tensor "a". Make them equal.',
  ],
  [
    'gemmlowp addend',
    withRequantize({ rounding: 'gemmlowp', multiplier: [1, 1], shift: [31, 31] }),
    'NN013: layer "c": channel 1 has multiplier 1 and addend 4; gemmlowp needs multiplier >= 0 and addend 0.',
  ],
  [
    'order',
    withLayers(pool, conv, add),
    'NN014: layer "m" reads tensor "a" before any layer writes it. Put layers in execution order.',
  ],
  [
    'two writers',
    withLayers(conv, { ...pool, output: 'a' }, add),
    'NN014: layer "m" writes tensor "a", which already has a writer. Give it its own output.',
  ],
  [
    'no output',
    withLayers(conv, pool),
    'NN014: no layer writes the network\'s output "y". Name the last layer\'s output.',
  ],
  [
    'tensor name',
    withTensor('b', { name: 'q' }),
    'NN015: tensor "b" is stored under that key but calls itself "q". Make both equal.',
  ],
  [
    'tensor bits',
    withTensor('b', { bits: 33 }),
    'NN015: tensor "b" has 33 bits; signed tensors have 1 to 32.',
  ],
  [
    'tensor scale',
    withTensor('b', { scale: 0 }),
    'NN015: tensor "b" has scale 0; a scale is a finite number above 0.',
  ],
  [
    'tensor zero point',
    withTensor('b', { zeroPoint: 8 }),
    'NN015: tensor "b" has zero point 8, outside its own range -8 .. 7.',
  ],
  [
    'tensor shape',
    withTensor('b', { shape: [2, 0, 2] }),
    'NN011: tensor "b" has shape 2 x 0 x 2; each size must be an integer of at least 1.',
  ],
  [
    'max pooling type',
    withTensor('b', { bits: 5 }),
    'NN015: layer "m" is a max pooling, so tensors "a" and "b" must have the same type.',
  ],
  [
    'add shapes',
    withTensor('y', { shape: [2, 2, 3] }),
    'NN011: layer "s" adds tensors of shapes 2 x 2 x 2, 2 x 2 x 2, 2 x 2 x 3. All three must be equal.',
  ],
  [
    'input range',
    { ...valid, inputTransform: { gain: 1, offset: 0, lo: 0, hi: 15 } },
    'NN015: the input transform clamps to 0 .. 15, but input tensor "x" holds -8 .. 7.',
  ],
  [
    'table size',
    withConv({ product: { table: [0], hash: '' } }),
    'NN016: layer "c" has a product table of 1 entries; 4-bit inputs and 4-bit weights need 256.',
  ],
];

test.each(wrong)('%s', (_, network, message) => {
  expect(() => verifyNetwork(network)).toThrow(NnError);
  expect(() => verifyNetwork(network)).toThrow(message);
});

test('raw logits need a tensor that holds the accumulator', () => {
  const raw = rawConv;
  const network = { ...valid, output: 'a', layers: [raw] };
  expect(() => verifyNetwork(network)).toThrow(
    'NN015: layer "c" produces -189 .. 201, but tensor "a" (4 bits, signed, 8 elements) holds -8 .. 7. Give it more bits.',
  );
});

test('a table product with a zero point', () => {
  const table = new Array<number>(256).fill(0);
  const network = withConv({ product: { table, hash: '' } });
  const shifted = {
    ...network,
    tensors: { ...network.tensors, x: tensor('x', [3, 3, 1], { zeroPoint: 1 }) },
  };
  expect(() => verifyNetwork(shifted)).toThrow(
    'NN016: layer "c" uses a table product, which needs zero point 0, but its input "x" has 1.',
  );
});

test('a table of exact products gives what exact arithmetic gives', () => {
  const value = (code: number): number => (code < 8 ? code : code - 16);
  const table = Array.from({ length: 256 }, (_, i) => value(Math.floor(i / 16)) * value(i % 16));
  const input = Int32Array.of(-8, 7, 3, 0, -1, 5, 2, -4, 6);
  expect(runReference(withConv({ product: { table, hash: 'exact' } }), input)).toEqual(
    runReference(valid, input),
  );
});

test('inputs of the wrong length or range', () => {
  expect(() => runReference(valid, [1, 2])).toThrow(
    'NN021: the network "n" takes 9 input values (3 x 3 x 1 per picture), but 2 were given. ' +
      'Pass height x width x channels integers per picture, channels innermost.',
  );
  expect(() => runReference(valid, [0, 0, 0, 0, 9, 0, 0, 0, 0])).toThrow(
    'NN022: input value 9 at index 4 is not an integer from -8 to 7. Quantize samples with quantizeSamples first.',
  );
});
