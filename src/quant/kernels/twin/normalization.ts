/** Sums over rows and batch normalization in plain TypeScript; equal to WebAssembly in every bit. */
import type { Kernels } from '../kernels.js';
import { rowBlock } from './sizes.js';

const { fround, sqrt } = Math;

export function normalizationKernels(
  memory: WebAssembly.Memory,
): Pick<Kernels, 'addBias' | 'sumRows' | 'statistics' | 'normalize' | 'normalizeBackward'> {
  const floats = () => new Float32Array(memory.buffer);
  return {
    addBias: (y, bias, rows, channels) => {
      const f = floats();
      for (let i = 0; i < rows * channels; i += 1) {
        f[(y >> 2) + i] = (f[(y >> 2) + i] ?? 0) + (f[(bias >> 2) + (i % channels)] ?? 0);
      }
    },
    sumRows: (x, sums, rows, channels) => {
      const f = floats();
      sumInBlocks(f, sums >> 2, rows, channels, (at) => f[(x >> 2) + at] ?? 0);
    },
    statistics: (x, mean, variance, rows, channels) => {
      const f = floats();
      const centred = (at: number, c: number) => fround((f[(x >> 2) + at] ?? 0) - (f[(mean >> 2) + c] ?? 0));
      sumInBlocks(f, mean >> 2, rows, channels, (at) => f[(x >> 2) + at] ?? 0);
      for (let c = 0; c < channels; c += 1) f[(mean >> 2) + c] = (f[(mean >> 2) + c] ?? 0) / rows;
      sumInBlocks(f, variance >> 2, rows, channels, (at, c) => fround(centred(at, c) * centred(at, c)));
      for (let c = 0; c < channels; c += 1) f[(variance >> 2) + c] = (f[(variance >> 2) + c] ?? 0) / rows;
    },
    normalize: (x, mean, variance, gamma, beta, y, rows, channels, epsilon) => {
      const f = floats();
      for (let c = 0; c < channels; c += 1) {
        const factor = fround((f[(gamma >> 2) + c] ?? 0) * inverseDeviation(f, (variance >> 2) + c, epsilon));
        const m = f[(mean >> 2) + c] ?? 0;
        const b = f[(beta >> 2) + c] ?? 0;
        for (let at = c; at < rows * channels; at += channels) {
          f[(y >> 2) + at] = fround(fround((f[(x >> 2) + at] ?? 0) - m) * factor) + b;
        }
      }
    },
    normalizeBackward: (x, dy, mean, variance, gamma, dx, dGamma, dBeta, rows, channels, epsilon) => {
      const f = floats();
      const inverse = Float32Array.from({ length: channels }, (_, c) =>
        inverseDeviation(f, (variance >> 2) + c, epsilon),
      );
      const normalized = (at: number, c: number) =>
        fround(fround((f[(x >> 2) + at] ?? 0) - (f[(mean >> 2) + c] ?? 0)) * (inverse[c] ?? 0));
      const gradient = (at: number) => f[(dy >> 2) + at] ?? 0;
      sumInBlocks(f, dBeta >> 2, rows, channels, gradient);
      sumInBlocks(f, dGamma >> 2, rows, channels, (at, c) => fround(gradient(at) * normalized(at, c)));
      for (let c = 0; c < channels; c += 1) {
        const factor = fround((f[(gamma >> 2) + c] ?? 0) * (inverse[c] ?? 0));
        const meanGradient = fround((f[(dBeta >> 2) + c] ?? 0) / rows);
        const slope = fround((f[(dGamma >> 2) + c] ?? 0) / rows);
        for (let at = c; at < rows * channels; at += channels) {
          const centred = fround(gradient(at) - meanGradient);
          f[(dx >> 2) + at] = factor * fround(centred - fround(normalized(at, c) * slope));
        }
      }
    },
  };
}

function inverseDeviation(f: Float32Array, variance: number, epsilon: number): number {
  return fround(1 / fround(sqrt(fround((f[variance] ?? 0) + fround(epsilon)))));
}

/** sums[channel] = sum of term(row * channels + channel, channel): blocks of rows from 0, then the blocks in order. */
function sumInBlocks(
  f: Float32Array,
  sums: number,
  rows: number,
  channels: number,
  term: (at: number, channel: number) => number,
): void {
  for (let c = 0; c < channels; c += 1) {
    let total = 0;
    for (let from = 0; from < rows; from += rowBlock) {
      let partial = 0;
      for (let row = from; row < Math.min(rows, from + rowBlock); row += 1) {
        partial = fround(partial + term(row * channels + c, c));
      }
      total = fround(total + partial);
    }
    f[sums + c] = total;
  }
}
