/** Cross entropy in plain TypeScript; equal to WebAssembly in every bit, because both compute it in double precision. */
import type { Kernels } from '../kernels.js';

const { fround } = Math;

export function lossKernels(memory: WebAssembly.Memory): Pick<Kernels, 'crossEntropy' | 'countCorrect'> {
  return {
    crossEntropy: (logits, labels, dLogits, rows, classes, gradientScale) => {
      const f = new Float32Array(memory.buffer);
      const indexes = new Int32Array(memory.buffer);
      let loss = 0;
      for (let row = 0; row < rows; row += 1) {
        const from = (logits >> 2) + row * classes;
        const to = (dLogits >> 2) + row * classes;
        const label = indexes[(labels >> 2) + row] ?? 0;
        const max = f[from + firstGreatest(f, from, classes)] ?? 0;
        let sum = 0;
        for (let c = 0; c < classes; c += 1) sum += expOfNegative((f[from + c] ?? 0) - max);
        loss += logOf(sum) - ((f[from + label] ?? 0) - max);
        for (let c = 0; c < classes; c += 1) {
          const share = expOfNegative((f[from + c] ?? 0) - max) / sum;
          f[to + c] = fround(gradientScale) * (share - (c === label ? 1 : 0));
        }
      }
      return loss;
    },
    countCorrect: (logits, labels, rows, classes) => {
      const f = new Float32Array(memory.buffer);
      const indexes = new Int32Array(memory.buffer);
      let correct = 0;
      for (let row = 0; row < rows; row += 1) {
        const greatest = firstGreatest(f, (logits >> 2) + row * classes, classes);
        if (greatest === indexes[(labels >> 2) + row]) correct += 1;
      }
      return correct;
    },
  };
}

function firstGreatest(f: Float32Array, from: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i += 1) if ((f[from + i] ?? 0) > (f[from + best] ?? 0)) best = i;
  return best;
}

const log2e = 1.4426950408889634;
/** ln 2 in two parts; k * high is exact for the k that occur. */
const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;

/** exp(x) for x <= 0: 2^k times the Taylor polynomial of degree 13 on |r| <= ln 2 / 2. Below -700: 0. */
export function expOfNegative(x: number): number {
  if (!(x > -700)) return Number.isNaN(x) ? x : 0;
  const k = Math.floor(x * log2e + 0.5);
  const r = x - k * ln2High - k * ln2Low;
  let sum = 1;
  for (let i = 13; i > 0; i -= 1) sum = 1 + (sum * r) / i;
  let power = 1;
  for (let i = k; i < 0; i += 1) power *= 0.5;
  return sum * power;
}

/** log(x) for 1 <= x < 2^31: exponent times ln 2 plus the series of atanh. */
export function logOf(x: number): number {
  let mantissa = x;
  let exponent = 0;
  while (mantissa > Math.SQRT2) {
    mantissa *= 0.5;
    exponent += 1;
  }
  const t = (mantissa - 1) / (mantissa + 1);
  let sum = 0;
  for (let i = 21; i > 0; i -= 2) sum = sum * t * t + 1 / i;
  return exponent * ln2High + (exponent * ln2Low + 2 * t * sum);
}
