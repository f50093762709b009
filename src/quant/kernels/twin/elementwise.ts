/** Element by element kernels in plain TypeScript; equal to WebAssembly in every bit. */
import type { Kernels } from '../kernels.js';

const { fround } = Math;

export function elementwiseKernels(
  memory: WebAssembly.Memory,
): Pick<Kernels, 'relu' | 'reluBackward' | 'fakeQuantize' | 'fakeQuantizeBackward' | 'addInto'> {
  const map = (to: number, count: number, value: (f: Float32Array, i: number) => number): void => {
    const f = new Float32Array(memory.buffer);
    for (let i = 0; i < count; i += 1) f[(to >> 2) + i] = value(f, i);
  };
  return {
    relu: (x, y, count, limit) => map(y, count, (f, i) => rectified(f[(x >> 2) + i] ?? 0, fround(limit))),
    reluBackward: (y, dy, dx, count, limit) =>
      map(dx, count, (f, i) => {
        const out = f[(y >> 2) + i] ?? 0;
        return out > 0 && out < fround(limit) ? (f[(dy >> 2) + i] ?? 0) : 0;
      }),
    fakeQuantize: (x, y, count, scale, lo, hi) =>
      map(y, count, (f, i) => {
        const code = roundHalfEven(fround((f[(x >> 2) + i] ?? 0) / fround(scale)));
        return fround(scale) * Math.min(Math.max(code, fround(lo)), fround(hi));
      }),
    fakeQuantizeBackward: (x, dy, dx, count, scale, lo, hi) =>
      map(dx, count, (f, i) => {
        const code = fround((f[(x >> 2) + i] ?? 0) / fround(scale));
        return code >= fround(lo) && code <= fround(hi) ? (f[(dy >> 2) + i] ?? 0) : 0;
      }),
    addInto: (x, y, count) => map(y, count, (f, i) => (f[(y >> 2) + i] ?? 0) + (f[(x >> 2) + i] ?? 0)),
  };
}

/** As f32x4.pmax and pmin. */
export function rectified(x: number, limit: number): number {
  const least = x < 0 ? 0 : x;
  return limit < least ? limit : least;
}

/** As f32x4.nearest, the sign of zero included. */
function roundHalfEven(x: number): number {
  const up = Math.round(x);
  return up - x === 0.5 && up % 2 !== 0 ? up - 1 : up;
}
