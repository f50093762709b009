/** Sums over rows and batch normalization in plain TypeScript; equal to WebAssembly in every bit. */
import type { Kernels } from '../kernels.js';
import { rectified } from './elementwise.js';
import { rowBlock } from './sizes.js';

const { fround, sqrt } = Math;

export function normalizationKernels(
  memory: WebAssembly.Memory,
): Pick<
  Kernels,
  | 'addBias'
  | 'sumRows'
  | 'statistics'
  | 'normalize'
  | 'normalizeRelu'
  | 'normalizeBackward'
  | 'normalizeReluBackward'
> {
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
      const value = normalizing(f, { x, mean, variance, gamma, beta, channels, epsilon });
      for (let at = 0; at < rows * channels; at += 1) f[(y >> 2) + at] = value(at);
    },
    normalizeRelu: (x, mean, variance, gamma, beta, y, rows, channels, epsilon, limit) => {
      const f = floats();
      const value = normalizing(f, { x, mean, variance, gamma, beta, channels, epsilon });
      for (let at = 0; at < rows * channels; at += 1) f[(y >> 2) + at] = rectified(value(at), fround(limit));
    },
    normalizeBackward: (x, dy, mean, variance, gamma, dx, dGamma, dBeta, rows, channels, epsilon) => {
      const f = floats();
      const gradient = (at: number) => f[(dy >> 2) + at] ?? 0;
      backward(f, { x, mean, variance, gamma, channels, epsilon }, gradient, [dx, dGamma, dBeta], rows);
    },
    normalizeReluBackward: (
      ...[x, dy, mean, variance, gamma, beta, dx, dGamma, dBeta, rows, channels, epsilon, limit]
    ) => {
      const f = floats();
      const value = normalizing(f, { x, mean, variance, gamma, beta, channels, epsilon });
      const gradient = (at: number) => {
        const y = value(at);
        return y > 0 && y < fround(limit) ? (f[(dy >> 2) + at] ?? 0) : 0;
      };
      backward(f, { x, mean, variance, gamma, channels, epsilon }, gradient, [dx, dGamma, dBeta], rows);
    },
  };
}

/** Pointers and sizes as the kernels have them. */
interface Normalization {
  readonly x: number;
  readonly mean: number;
  readonly variance: number;
  readonly gamma: number;
  readonly channels: number;
  readonly epsilon: number;
}

/** The normalized value at an index of x; x may be overwritten element by element. */
function normalizing(
  f: Float32Array,
  { x, mean, variance, gamma, beta, channels, epsilon }: Normalization & { readonly beta: number },
): (at: number) => number {
  const factors = Float32Array.from(
    { length: channels },
    (_, c) => (f[(gamma >> 2) + c] ?? 0) * inverseDeviation(f, (variance >> 2) + c, epsilon),
  );
  return (at) => {
    const c = at % channels;
    const centred = fround((f[(x >> 2) + at] ?? 0) - (f[(mean >> 2) + c] ?? 0));
    return fround(fround(centred * (factors[c] ?? 0)) + (f[(beta >> 2) + c] ?? 0));
  };
}

function backward(
  f: Float32Array,
  { x, mean, variance, gamma, channels, epsilon }: Normalization,
  gradient: (at: number) => number,
  [dx, dGamma, dBeta]: readonly [dx: number, dGamma: number, dBeta: number],
  rows: number,
): void {
  const inverse = Float32Array.from({ length: channels }, (_, c) =>
    inverseDeviation(f, (variance >> 2) + c, epsilon),
  );
  const normalized = (at: number, c: number) =>
    fround(fround((f[(x >> 2) + at] ?? 0) - (f[(mean >> 2) + c] ?? 0)) * (inverse[c] ?? 0));
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
