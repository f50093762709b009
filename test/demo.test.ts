/** The demo's own data and model: drawn and trained again where that is quick, checked where it is not. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { drawDigit, drawDigits, pixelCount } from '../demo/draw-digits.js';
import { drawTestSet, encodeTestSet } from '../demo/test-set.js';
import { forwardBlock } from '../demo/training/block.js';
import { convolve } from '../demo/training/convolution.js';
import { backward, createNetwork, forward, networkParameters, score } from '../demo/training/network.js';
import { quantizeWeights } from '../demo/training/quantizers.js';
import { accuracy, trainNetwork } from '../demo/training/train-network.js';
import {
  importOnnx,
  loadLabels,
  loadSamples,
  prepareReference,
  quantizeSamples,
  readOnnx,
} from '../src/nn/index.js';
import { createRandom } from '../src/num/index.js';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const committed = (name: string): Buffer => readFileSync(new URL(`../demo/${name}`, import.meta.url));

describe('the drawn digits', () => {
  it('are the committed files, byte by byte', () => {
    const files = encodeTestSet(drawTestSet());
    expect(Object.keys(files)).toHaveLength(2);
    for (const [name, content] of Object.entries(files))
      expect(committed(name).equals(content), name).toBe(true);
  });

  it('show every digit, brightly enough to be seen', () => {
    const { labels, pixels } = drawTestSet();
    expect(new Set(labels)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
    for (let i = 0; i < labels.length; i++) {
      const picture = pixels.subarray(i * pixelCount, (i + 1) * pixelCount);
      expect(Math.max(...picture)).toBeGreaterThan(60);
    }
  });

  it('differ from seed to seed, and other digits are refused', () => {
    expect(drawDigits(5, 3).pixels).not.toEqual(drawDigits(6, 3).pixels);
    expect(() => drawDigit(createRandom(1), 10)).toThrow(RangeError);
  });
});

const recordSchema = z.object({
  schemaVersion: z.literal(1),
  network: z.object({ weights: z.int(), ternaryWeights: z.int(), macsPerPicture: z.int() }),
  test: z.object({ seed: z.int(), pictures: z.int(), top1: z.number() }),
  fresh: z.object({ seed: z.int(), pictures: z.int(), top1: z.number() }),
});
const record = recordSchema.parse(JSON.parse(committed('digits.json').toString()));

describe('the committed model', () => {
  const graph = readOnnx(committed('digits.onnx'));

  it('is a QONNX graph of the documented network', () => {
    const counted = (name: string): number => graph.nodes.filter(({ op }) => op === name).length;
    expect(
      ['Conv', 'BatchNormalization', 'Relu', 'Quant', 'AveragePool', 'Flatten', 'Gemm'].map(counted),
    ).toEqual([5, 5, 5, 13, 1, 1, 1]);
    expect(graph.nodes).toHaveLength(31);
    for (const { op, domain } of graph.nodes)
      expect(domain).toBe(op === 'Quant' ? 'qonnx.custom_op.general' : '');
  });

  it('holds only ternary weights in the pointwise layers, and as many weights as recorded', () => {
    let weights = 0;
    let ternary = 0;
    for (const [name, { dims, data }] of graph.constants) {
      if (!name.endsWith('.weight') || name.includes('.bn.')) continue;
      weights += data.length;
      if (!name.startsWith('pointwise')) continue;
      ternary += data.length;
      const filterSize = data.length / (dims[0] ?? 0);
      for (let start = 0; start < data.length; start += filterSize) {
        const magnitudes = [...data.slice(start, start + filterSize)].map(Math.abs);
        expect(new Set(magnitudes.filter((value) => value > 0)).size).toBe(1);
      }
    }
    expect({ weights, ternary }).toEqual({
      weights: record.network.weights,
      ternary: record.network.ternaryWeights,
    });
  });

  it('reaches the recorded accuracy when imported and run by the bit-exact reference', () => {
    const path = (name: string): string => fileURLToPath(new URL(`../demo/${name}`, import.meta.url));
    const { network } = importOnnx(committed('digits.onnx'));
    const { values, count } = quantizeSamples(network, loadSamples(path('digits-images.idx3-ubyte.gz')), {
      inputScale: 1 / 256,
    });
    const labels = loadLabels(path('digits-labels.idx1-ubyte.gz'));
    const logits = prepareReference(network).runMany(values, count);
    const right = labels.filter((label, i) => {
      const row = logits.subarray(10 * i, 10 * i + 10);
      return row.indexOf(Math.max(...row)) === label;
    });
    expect(count).toBe(record.test.pictures);
    expect(Math.abs(right.length / count - record.test.top1)).toBeLessThanOrEqual(0.003);
  });

  it('was trained to a useful, imperfect accuracy on the pictures that are committed', () => {
    expect(record.test.pictures).toBe(drawTestSet().count);
    expect(record.test.top1).toBeGreaterThan(0.95);
    expect(record.test.top1).toBeLessThan(0.99);
    expect(Math.abs(record.test.top1 - record.fresh.top1)).toBeLessThan(0.015);
  });
});

describe('the training', () => {
  it('quantizes weights to the codes that the hardware holds', () => {
    const weights = Float32Array.of(0.9, -0.1, 0.2, -1.2, /* second filter */ 4, 4, -4, 0);
    const ternary = quantizeWeights(weights, 2, 'ternary');
    expect([...ternary.codes]).toEqual([1, 0, 0, -1, 1, 1, -1, 0]);
    expect([...ternary.scales]).toEqual([Math.fround(0.6), 3]);
    const perChannel = quantizeWeights(weights, 2, 'int8PerChannel');
    expect([...perChannel.codes]).toEqual([95, -11, 21, -127, 127, 127, -127, 0]);
    expect([...quantizeWeights(weights, 2, 'int8PerTensor').codes]).toEqual([
      29, -3, 6, -38, 127, 127, -127, 0,
    ]);
  });

  it('convolves as written out by hand', () => {
    const shape = { inSize: 3, outSize: 2, inChannels: 1, outChannels: 1, kernel: 3, stride: 2, padding: 1 };
    const picture = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
    const weights = Float32Array.of(1, 2, 4, 8, 16, 32, 64, 128, 256);
    const expected = [
      16 * 1 + 32 * 2 + 128 * 4 + 256 * 5,
      8 * 2 + 16 * 3 + 64 * 5 + 128 * 6,
      2 * 4 + 4 * 5 + 16 * 7 + 32 * 8,
      1 * 5 + 2 * 6 + 8 * 8 + 16 * 9,
    ];
    expect([...convolve({ ...shape, depthwise: false }, picture, weights, 1)]).toEqual(expected);
    expect([...convolve({ ...shape, depthwise: true }, picture, weights, 1)]).toEqual(expected);
  });

  it('computes gradients that agree with finite differences', () => {
    const batch = 16;
    const network = createNetwork(createRandom(3), 'float');
    const { pixels, labels } = drawDigits(4, batch);
    const lossNow = (): number => score(forward(network, pixels, batch, 'batch').logits, labels).loss;
    const trace = forward(network, pixels, batch, 'batch');
    backward(network, trace, score(trace.logits, labels).logitGradient, batch);

    for (const [index, { values, gradient }] of networkParameters(network).entries()) {
      // The whole gradient at once: a small step along it must change the loss by |gradient|^2 per unit.
      const squared = gradient.reduce((sum, g) => sum + g * g, 0);
      const saved = values.slice();
      const step = 1e-3 / Math.sqrt(squared + 1e-12);
      values.forEach((value, i) => (values[i] = value + step * (gradient[i] ?? 0)));
      const above = lossNow();
      saved.forEach((value, i) => (values[i] = value - step * (gradient[i] ?? 0)));
      const below = lossNow();
      values.set(saved);
      const measured = (above - below) / (2 * step);
      expect(Math.abs(measured - squared), `parameter ${index}`).toBeLessThan(0.05 * squared + 1e-5);
    }
  });

  it('learns: a few small steps beat guessing by far, and repeat themselves bit by bit', () => {
    const recipe = { seed: 500, steps: 60, batch: 16, learningRate: 0.02, statisticsBatches: 5 };
    const network = trainNetwork(recipe, () => undefined);
    expect(accuracy(network, drawDigits(9, 200))).toBeGreaterThan(0.2);
    const short = { ...recipe, steps: 5 };
    expect(trainNetwork(short, () => undefined)).toEqual(trainNetwork(short, () => undefined));
  });

  it('quantizes activations to 8-bit unsigned multiples of the scale', () => {
    const network = createNetwork(createRandom(1));
    const block = network.blocks[0];
    if (!block) throw new Error('the network has no blocks');
    block.activationScale[0] = 0.0078125;
    const input = Float32Array.from(drawDigits(1, 1).pixels, (pixel) => pixel / 256);
    const { trace } = forwardBlock(block, input, 1, 'batch');
    const codes = [...trace.output].map((value) => value / 0.0078125);
    expect(codes.every((code) => Number.isInteger(code) && code >= 0 && code <= 255)).toBe(true);
    expect(Math.max(...codes)).toBeGreaterThan(50);
  });
});
