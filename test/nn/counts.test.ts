import { expect, test } from 'vitest';
import { accumulatorBits, countNetwork, importOnnx, tensorRanges } from '../../src/nn/index.js';
import { powerOfTwoBits } from '../../src/num/index.js';
import { makeRandomNetwork, randomInput } from '../../src/nn/testing/index.js';
import { naiveNetwork } from './naive.js';
import { haveShared, readShared } from './shared-data.js';

test('MACs of random networks equal taps counted one by one', () => {
  for (let seed = 0; seed < 40; seed++) {
    const network = makeRandomNetwork(seed, 1 + (seed % 5));
    const counts = countNetwork(network);
    const macs = network.layers.map((layer) => {
      if (layer.kind !== 'conv') return 0;
      const [height, width, channels] = network.tensors[layer.output]?.shape ?? [0, 0, 0];
      const inner = layer.depthwise ? 1 : (network.tensors[layer.input]?.shape[2] ?? 0);
      return height * width * channels * layer.kernel[0] * layer.kernel[1] * inner;
    });
    expect(counts.layers.map((layer) => layer.macs)).toEqual(macs);
    expect(counts.macs).toBe(macs.reduce((a, b) => a + b, 0));
  }
});

test('every value of random networks lies in its derived range and accumulator width', () => {
  for (let seed = 0; seed < 60; seed++) {
    const network = makeRandomNetwork(seed, 1 + (seed % 5));
    const ranges = tensorRanges(network);
    const values = naiveNetwork(network, randomInput(network, seed));
    for (const [name, data] of Object.entries(values)) {
      const { lo, hi } = ranges.get(name) ?? { lo: NaN, hi: NaN };
      expect(data.every((value) => value >= lo && value <= hi)).toBe(true);
    }
    for (const layer of network.layers) expect(accumulatorBits(network, layer)).toBeLessThanOrEqual(40);
  }
});

test('weights: ternary 2 bits stored and 1.6 packed, powers of two as codes, others as declared', () => {
  for (let seed = 0; seed < 20; seed++) {
    const network = makeRandomNetwork(seed, 1, { operators: ['pointwise'] });
    const [counts] = countNetwork(network).layers;
    const [layer] = network.layers;
    if (counts === undefined || layer?.kind !== 'conv') throw new Error('no layer');
    const { weights, weightFormat, weightBits } = layer;
    const declared = weightFormat === 'powerOfTwo' ? powerOfTwoBits(weights) : weightBits;
    const bits = weightFormat === 'ternary' ? 2 : declared;
    const packed = weightFormat === 'ternary' ? 8 * Math.ceil(weights.length / 5) : weights.length * bits;
    expect(counts.weightStorageBits).toBe(weights.length * bits);
    expect(counts.weightPackedBits).toBe(packed);
    expect(counts.bops).toBe(counts.macs * bits * (network.tensors['input']?.bits ?? NaN));
  }
});

test('powers of two: stored and counted as codes, not as the integers they stand for', () => {
  for (let seed = 0; seed < 20; seed++) {
    const network = makeRandomNetwork(seed, 1, { operators: ['pointwise'] });
    const [layer] = network.layers;
    if (layer?.kind !== 'conv') throw new Error('no layer');
    // Five exponents, two signs and zero: eleven codes.
    const weights = layer.weights.map((_, i) =>
      i % 3 === 0 ? 0 : (i % 2 === 0 ? 1 : -1) * 2 ** (2 + (i % 5)),
    );
    weights.set([4, 64].slice(0, weights.length));
    const shifted = { ...layer, weightFormat: 'powerOfTwo' as const, weightBits: 8, weights };
    const [counts] = countNetwork({ ...network, layers: [shifted] }).layers;
    expect(counts?.weightStorageBits).toBe(weights.length * 4);
    expect(counts?.weightPackedBits).toBe(weights.length * 4);
    expect(counts?.bops).toBe((counts?.macs ?? 0) * 4 * (network.tensors['input']?.bits ?? NaN));
  }
});

test.runIf(haveShared())('dwnet: layer table by hand', () => {
  const { network } = importOnnx(readShared('models/dwnet_ternary_pw_int8_dw.qonnx.onnx'));
  const { layers, macs } = countNetwork(network);
  expect(layers.map((layer) => [layer.kind, layer.macs])).toEqual([
    ['conv', 14 * 14 * 9 * 16],
    ['depthwise', 14 * 14 * 9 * 16],
    ['pointwise', 14 * 14 * 16 * 32],
    ['depthwise', 7 * 7 * 9 * 32],
    ['pointwise', 7 * 7 * 32 * 64],
    ['depthwise', 7 * 7 * 9 * 64],
    ['pointwise', 7 * 7 * 64 * 64],
    ['avgPool', 0],
    ['fullyConnected', 640],
  ]);
  expect(macs).toBe(layers.reduce((sum, layer) => sum + layer.macs, 0));
});
