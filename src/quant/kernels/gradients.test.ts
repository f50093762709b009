/** The backward kernels against an automatic differentiation that is not ours. */
import { beforeAll, describe, expect, it } from 'vitest';
import { createKernels } from './create.js';
import type { Kernels, WindowSizes } from './kernels.js';
import {
  convolutionGradients,
  crossEntropyGradient,
  normalizationGradients,
  poolGradient,
  startOracle,
} from './testing/oracle.js';
import {
  floats,
  inputCount,
  outputCount,
  rubbish,
  runKernel,
  tapCount,
  type NumberArray,
} from './testing/run.js';

const wasm = createKernels();

const run = (
  inputs: readonly NumberArray[],
  call: (kernels: Kernels, pointers: readonly number[]) => unknown,
): readonly Float32Array[] => runKernel(wasm, inputs, call).buffers.map((buffer) => new Float32Array(buffer));

function expectClose(actual: Float32Array | undefined, expected: Float32Array | undefined): void {
  expect(actual?.length).toBe(expected?.length);
  const most = Math.max(...(expected ?? []).map(Math.abs));
  expect(most).toBeGreaterThan(0);
  const error = Math.max(...(actual ?? []).map((value, i) => Math.abs(value - (expected?.[i] ?? NaN))));
  expect(error).toBeLessThanOrEqual(2e-5 * most);
}

/** 3 by 2 kernel, padding on three sides. */
const window = (stride: number, channels: number): WindowSizes => ({
  ...{ batch: 2, height: 7, width: 6, channels, kernelHeight: 3, kernelWidth: 2 },
  ...{ strideY: stride, strideX: stride, top: 1, left: 1 },
  ...{ outHeight: stride === 1 ? 7 : 4, outWidth: stride === 1 ? 6 : 3 },
});

describe('backward kernels agree with jax-js', () => {
  beforeAll(startOracle);

  it.each([1, 2])('convolution by columns, stride %i', (stride) => {
    const w = window(stride, 5);
    const filters = 7;
    const depth = tapCount(w) * w.channels;
    const pixels = outputCount(w) / w.channels;
    const x = floats(1, inputCount(w));
    const weights = floats(2, filters * depth);
    const dy = floats(3, pixels * filters);
    const [, , , , , dx, dWeights] = run(
      [
        x,
        weights,
        dy,
        rubbish(pixels * depth),
        rubbish(pixels * depth),
        new Float32Array(x.length),
        rubbish(weights.length),
        rubbish(weights.length),
      ],
      (kernels, [px = 0, pw = 0, pdy = 0, columns = 0, dColumns = 0, pdx = 0, pdw = 0, pt = 0]) => {
        kernels.im2col(px, columns, w);
        kernels.matmulTransposedA(columns, pdy, pt, depth, pixels, filters, false);
        kernels.transpose(pt, pdw, depth, filters);
        kernels.matmul(pdy, pw, dColumns, pixels, filters, depth, false);
        kernels.col2im(dColumns, pdx, w);
      },
    );
    const [expectedX, expectedWeights] = convolutionGradients(w, filters, false, x, weights, dy);
    expectClose(dx, expectedX);
    expectClose(dWeights, expectedWeights);
  });

  it.each([1, 2])('depthwise convolution, stride %i', (stride) => {
    const w = window(stride, 18);
    const x = floats(4, inputCount(w));
    const weights = floats(5, w.channels * tapCount(w));
    const dy = floats(6, outputCount(w));
    const [, , , dx, dWeights] = run(
      [x, weights, dy, rubbish(x.length), rubbish(weights.length)],
      (kernels, [px = 0, pw = 0, pdy = 0, pdx = 0, pdw = 0]) =>
        kernels.depthwiseBackward(px, pw, pdy, pdx, pdw, w),
    );
    const [expectedX, expectedWeights] = convolutionGradients(w, w.channels, true, x, weights, dy);
    expectClose(dx, expectedX);
    expectClose(dWeights, expectedWeights);
  });

  it('pooling of numbers that are mostly negative', () => {
    const w: WindowSizes = { ...window(2, 6), top: 0, left: 0, outHeight: 3, outWidth: 3 };
    const x = floats(7, inputCount(w)).map((value, i) => value - 1.5 + i * 1e-3);
    const dy = floats(8, outputCount(w));
    const places = new Int32Array(dy.length);
    const [, , , , dMax, dMean] = run(
      [x, dy, rubbish(dy.length), places, rubbish(x.length), rubbish(x.length)],
      (kernels, [px = 0, pdy = 0, y = 0, argmax = 0, max = 0, mean = 0]) => {
        kernels.maxPool(px, y, argmax, w);
        kernels.maxPoolBackward(pdy, argmax, max, outputCount(w), inputCount(w));
        kernels.avgPoolBackward(pdy, mean, w);
      },
    );
    expectClose(dMax, poolGradient(w, 'max', x, dy));
    expectClose(dMean, poolGradient(w, 'mean', x, dy));
  });

  it('batch normalization in training', () => {
    const [rows, channels, epsilon] = [150, 11, 1e-3];
    const x = floats(9, rows * channels);
    const gamma = floats(10, channels);
    const beta = floats(11, channels);
    const dy = floats(12, rows * channels);
    const small = rubbish(channels);
    const [, , , , , dx, dGamma, dBeta] = run(
      [x, dy, gamma, small, small, rubbish(x.length), small, small],
      (kernels, [px = 0, pdy = 0, g = 0, mean = 0, variance = 0, pdx = 0, pg = 0, pb = 0]) => {
        kernels.statistics(px, mean, variance, rows, channels);
        kernels.normalizeBackward(px, pdy, mean, variance, g, pdx, pg, pb, rows, channels, epsilon);
      },
    );
    const expected = normalizationGradients(rows, channels, epsilon, [x, gamma, beta], dy);
    [dx, dGamma, dBeta].forEach((actual, i) => expectClose(actual, expected[i]));
  });

  it('softmax cross entropy', () => {
    const [rows, classes] = [9, 10];
    const logits = floats(13, rows * classes).map((value) => 3 * value);
    const labels = Int32Array.from({ length: rows }, (_, row) => (row * 7) % classes);
    const [, , dLogits] = run([logits, labels, rubbish(logits.length)], (kernels, [x = 0, y = 0, dx = 0]) =>
      kernels.crossEntropy(x, y, dx, rows, classes, 1),
    );
    expectClose(dLogits, crossEntropyGradient(rows, classes, logits, labels));
  });
});
