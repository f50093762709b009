import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileAssembly, moduleSource } from '../../../scripts/compile-assembly.js';
import { createKernels } from './create.js';
import type { Kernels, WindowSizes } from './kernels.js';
import { windows } from './testing/arbitrary.js';
import { floats, inputCount, outputCount, rubbish, runKernel, tapCount } from './testing/run.js';
import { createTwin } from './twin.js';

const wasm = createKernels();
const twin = createTwin();

/** The same arrays through both; all memory, the guards between the arrays included, must agree in every bit. */
function expectEqual(
  inputs: readonly (Float32Array | Int32Array)[],
  call: (kernels: Kernels, pointers: readonly number[]) => unknown,
): void {
  const expected = runKernel(twin, inputs, call);
  const actual = runKernel(wasm, inputs, call);
  expect(actual.result).toBe(expected.result);
  if (Buffer.compare(actual.memory, expected.memory) === 0) return;
  const numbers = (buffer: ArrayBuffer) => new Float32Array(buffer);
  expect(actual.buffers.map(numbers)).toEqual(expected.buffers.map(numbers));
  expect(actual.memory).toEqual(expected.memory);
}

function expectDepthwise(s: number, w: WindowSizes, wanted: boolean): void {
  const x = floats(s, inputCount(w));
  const weights = floats(s + 1, w.channels * tapCount(w));
  expectEqual([x, weights, rubbish(outputCount(w))], (kernels, [from = 0, filter = 0, y = 0]) =>
    kernels.depthwise(from, filter, y, w),
  );
  expectEqual(
    [x, weights, floats(s + 2, outputCount(w)), rubbish(x.length), rubbish(weights.length)],
    (kernels, [from = 0, filter = 0, dy = 0, dx = 0, dWeights = 0]) =>
      kernels.depthwiseBackward(from, filter, dy, wanted ? dx : 0, dWeights, w),
  );
}

function expectNormalization(s: number, r: number, c: number, inPlace: boolean): void {
  const x = floats(s, r * c);
  const mean = floats(s + 1, c);
  const variance = floats(s + 2, c).map(Math.abs);
  const [gamma, beta] = [floats(s + 3, c), floats(s + 4, c)];
  expectEqual([x, beta], (kernels, [y = 0, bias = 0]) => kernels.addBias(y, bias, r, c));
  expectEqual([x, rubbish(c)], (kernels, [from = 0, sums = 0]) => kernels.sumRows(from, sums, r, c));
  expectEqual([x, rubbish(c), rubbish(c)], (kernels, [from = 0, m = 0, v = 0]) =>
    kernels.statistics(from, m, v, r, c),
  );
  expectEqual(
    [x, mean, variance, gamma, beta, rubbish(r * c)],
    (kernels, [from = 0, m = 0, v = 0, g = 0, b = 0, y = 0]) =>
      kernels.normalize(from, m, v, g, b, inPlace ? from : y, r, c, 1e-5),
  );
  const limit = s % 2 === 0 ? Infinity : 0.7;
  expectEqual(
    [x, mean, variance, gamma, beta, rubbish(r * c)],
    (kernels, [from = 0, m = 0, v = 0, g = 0, b = 0, y = 0]) =>
      kernels.normalizeRelu(from, m, v, g, b, inPlace ? from : y, r, c, 1e-5, limit),
  );
  expectEqual(
    [x, floats(s + 5, r * c), mean, variance, gamma, beta, rubbish(r * c), rubbish(c), rubbish(c)],
    (kernels, [from = 0, dy = 0, m = 0, v = 0, g = 0, b = 0, dx = 0, dGamma = 0, dBeta = 0]) => {
      const to = inPlace ? dy : dx;
      kernels.normalizeReluBackward(from, dy, m, v, g, b, to, dGamma, dBeta, r, c, 1e-3, limit);
    },
  );
  expectEqual(
    [x, floats(s + 5, r * c), mean, variance, gamma, rubbish(r * c), rubbish(c), rubbish(c)],
    (kernels, [from = 0, dy = 0, m = 0, v = 0, g = 0, dx = 0, dGamma = 0, dBeta = 0]) =>
      kernels.normalizeBackward(from, dy, m, v, g, inPlace ? dy : dx, dGamma, dBeta, r, c, 1e-3),
  );
}

const seed = fc.integer({ min: 0, max: 1e6 });
const channels = fc.integer({ min: 1, max: 40 });
const runs = { numRuns: 150 };

describe('kernels in WebAssembly equal the twin in every bit', () => {
  it('multiplies matrices of any sizes, beyond one block of depth or columns too', () => {
    const size = fc.oneof(
      { weight: 9, arbitrary: channels },
      { weight: 1, arbitrary: fc.integer({ min: 250, max: 600 }) },
    );
    // Many rows: B is packed; few: it is read where it lies.
    const rows = fc.oneof({ weight: 2, arbitrary: channels }, fc.integer({ min: 65, max: 70 }));
    fc.assert(
      fc.property(seed, rows, size, size, fc.boolean(), (s, m, k, n, accumulate) => {
        const c = accumulate ? floats(s + 2, m * n) : rubbish(m * n);
        const inputs = [floats(s, m * k), floats(s + 1, k * n), c];
        expectEqual(inputs, (kernels, [a = 0, b = 0, to = 0]) =>
          kernels.matmul(a, b, to, m, k, n, accumulate),
        );
        expectEqual(inputs, (kernels, [a = 0, b = 0, to = 0]) =>
          kernels.matmulTransposedA(a, b, to, m, k, n, accumulate),
        );
        expectEqual([floats(s, m * k), rubbish(m * k)], (kernels, [from = 0, to = 0]) =>
          kernels.transpose(from, to, m, k),
        );
      }),
      runs,
    );
  });

  it('gathers and scatters columns', () => {
    fc.assert(
      fc.property(seed, windows, (s, w) => {
        const columns = outputCount(w) * tapCount(w);
        expectEqual([floats(s, inputCount(w)), rubbish(columns)], (kernels, [x = 0, to = 0]) =>
          kernels.im2col(x, to, w),
        );
        expectEqual([floats(s, columns), floats(s + 1, inputCount(w))], (kernels, [from = 0, dx = 0]) =>
          kernels.col2im(from, dx, w),
        );
      }),
      runs,
    );
  });

  it('convolves depthwise, forward and backward', () => {
    fc.assert(
      fc.property(seed, windows, fc.boolean(), (s, w, wanted) => expectDepthwise(s, w, wanted)),
      runs,
    );
  });

  it('convolves depthwise with more weights than the scratch memory holds at once', () => {
    const sizes = { batch: 2, height: 3, width: 4, channels: 37, kernelHeight: 64, kernelWidth: 60 };
    const window = { ...sizes, strideY: 1, strideX: 2, top: 62, left: 58, outHeight: 3, outWidth: 2 };
    expectDepthwise(1, window, true);
  });

  it('sums rows and normalizes them, in place too', () => {
    const rows = fc.integer({ min: 1, max: 300 });
    fc.assert(
      fc.property(seed, rows, channels, fc.boolean(), (s, r, c, inPlace) =>
        expectNormalization(s, r, c, inPlace),
      ),
      runs,
    );
  });

  it('normalizes and rectifies in one pass as in two, forward and backward', () => {
    const [rows, count, limit] = [150, 18, 0.7];
    const arrays = (s: number): readonly Float32Array[] => [
      floats(s, rows * count),
      floats(s + 1, rows * count),
      floats(s + 2, count),
      floats(s + 3, count).map(Math.abs),
      floats(s + 4, count),
      floats(s + 5, count),
      ...[rows * count, rows * count, count, count].map(rubbish),
    ];
    const steps = (fused: boolean) => (kernels: Kernels, pointers: readonly number[]) => {
      const [x = 0, dy = 0, m = 0, v = 0, g = 0, b = 0, y = 0, dx = 0, dGamma = 0, dBeta = 0] = pointers;
      if (fused) {
        kernels.normalizeRelu(x, m, v, g, b, y, rows, count, 1e-5, limit);
        kernels.normalizeReluBackward(x, dy, m, v, g, b, dx, dGamma, dBeta, rows, count, 1e-5, limit);
        return;
      }
      kernels.normalize(x, m, v, g, b, y, rows, count, 1e-5);
      kernels.relu(y, y, rows * count, limit);
      kernels.reluBackward(y, dy, dx, rows * count, limit);
      kernels.normalizeBackward(x, dx, m, v, g, dx, dGamma, dBeta, rows, count, 1e-5);
    };
    const [once, twice] = [true, false].map((fused) => runKernel(wasm, arrays(1), steps(fused)).memory);
    expect(once).toEqual(twice);
  });

  it('rectifies, quantizes and adds, in place too', () => {
    const limit = fc.constantFrom(Infinity, 6, 1, 0.7);
    const scale = fc.constantFrom(1, 0.5, 0.1, 1 / 3, 2e-3);
    fc.assert(
      fc.property(
        seed,
        fc.integer({ min: 1, max: 70 }),
        limit,
        scale,
        fc.boolean(),
        (s, n, most, step, signed) => {
          const [lo, hi] = signed ? [-8, 7] : [0, 15];
          const inputs = [floats(s, n), floats(s + 1, n), rubbish(n)];
          for (const target of [1, 2]) {
            expectEqual(inputs, (kernels, p) => kernels.relu(p[0] ?? 0, p[target] ?? 0, n, most));
            expectEqual(inputs, (kernels, p) =>
              kernels.reluBackward(p[0] ?? 0, p[1] ?? 0, p[target] ?? 0, n, most),
            );
            expectEqual(inputs, (kernels, p) =>
              kernels.fakeQuantize(p[0] ?? 0, p[target] ?? 0, n, step, lo, hi),
            );
            expectEqual(inputs, (kernels, p) =>
              kernels.fakeQuantizeBackward(p[0] ?? 0, p[1] ?? 0, p[target] ?? 0, n, step, lo, hi),
            );
          }
          expectEqual(inputs, (kernels, [x = 0, y = 0]) => kernels.addInto(x, y, n));
        },
      ),
      runs,
    );
  });

  it('pools, forward and backward', () => {
    fc.assert(
      fc.property(seed, windows, (s, w) => {
        const x = floats(s, inputCount(w));
        const pooled = [x, rubbish(outputCount(w)), new Int32Array(outputCount(w))];
        expectEqual(pooled, (kernels, [from = 0, y = 0, places = 0]) => kernels.maxPool(from, y, places, w));
        expectEqual(pooled, (kernels, [from = 0, y = 0]) => kernels.avgPool(from, y, w));
        expectEqual(
          [...pooled, floats(s + 1, outputCount(w)), rubbish(x.length)],
          (kernels, [from = 0, y = 0, places = 0, dy = 0, dx = 0]) => {
            kernels.maxPool(from, y, places, w);
            kernels.maxPoolBackward(dy, places, dx, outputCount(w), inputCount(w));
          },
        );
        expectEqual([floats(s, outputCount(w)), rubbish(x.length)], (kernels, [dy = 0, dx = 0]) =>
          kernels.avgPoolBackward(dy, dx, w),
        );
      }),
      runs,
    );
  });

  it('computes cross entropy, also of logits far apart, and counts what is right', () => {
    const spread = fc.constantFrom(0, 1, 30, 1e4);
    fc.assert(
      fc.property(seed, fc.integer({ min: 1, max: 9 }), channels, spread, (s, rows, classes, factor) => {
        const logits = floats(s, rows * classes).map((value) => value * factor);
        const labels = Int32Array.from({ length: rows }, (_, row) => (s + row) % classes);
        const inputs = [logits, labels, rubbish(rows * classes)];
        expectEqual(inputs, (kernels, [x = 0, y = 0, dx = 0]) =>
          kernels.crossEntropy(x, y, dx, rows, classes, 1 / rows),
        );
        expectEqual(inputs, (kernels, [x = 0, y = 0]) => kernels.countCorrect(x, y, rows, classes));
      }),
      runs,
    );
  });
});

describe('the carried WebAssembly module', () => {
  it('is what its sources compile to', () => {
    const root = resolve(import.meta.dirname, '../../..');
    const bytes = compileAssembly('src/quant/kernels/assembly/index.ts', root);
    const carried = readFileSync(resolve(import.meta.dirname, 'kernels-wasm.ts'), 'utf8');
    expect(moduleSource('kernelsWasm', bytes) === carried).toBe(true);
  });

  it('refuses a depthwise kernel that its scratch memory cannot hold', () => {
    const sizes = { batch: 1, height: 1, width: 1, channels: 1, kernelHeight: 65, kernelWidth: 64 };
    const window = { ...sizes, strideY: 1, strideX: 1, top: 0, left: 0, outHeight: 1, outWidth: 1 };
    expect(() => wasm.kernels.depthwise(0, 0, 0, window)).toThrow('4096 positions');
  });
});
