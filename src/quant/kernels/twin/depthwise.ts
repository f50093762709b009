/** Depthwise convolution in plain TypeScript; equal to WebAssembly in every bit. */
import type { Kernels, WindowSizes } from '../kernels.js';
import { insideRange } from './sizes.js';

const { fround } = Math;

export function depthwiseKernels(
  memory: WebAssembly.Memory,
): Pick<Kernels, 'depthwise' | 'depthwiseBackward'> {
  return {
    depthwise: (x, weights, y, window) =>
      forward(new Float32Array(memory.buffer), x >> 2, weights >> 2, y >> 2, window),
    depthwiseBackward: (x, weights, dy, dx, dWeights, window) => {
      const f = new Float32Array(memory.buffer);
      if (dx !== 0) inputGradient(f, weights >> 2, dy >> 2, dx >> 2, window);
      weightGradient(f, x >> 2, dy >> 2, dWeights >> 2, window);
    },
  };
}

/** Sums in the order of [ky][kx], positions outside the picture left out. */
function forward(f: Float32Array, x: number, weights: number, y: number, w: WindowSizes): void {
  const { height, width, channels, kernelHeight, kernelWidth } = w;
  let to = y;
  for (let row = 0; row < w.batch * w.outHeight; row += 1) {
    const oy = row % w.outHeight;
    const picture = (row - oy) / w.outHeight;
    const [fromY, toY] = insideRange(oy, w.strideY, w.top, kernelHeight, height);
    for (let ox = 0; ox < w.outWidth; ox += 1) {
      const [fromX, toX] = insideRange(ox, w.strideX, w.left, kernelWidth, width);
      for (let c = 0; c < channels; c += 1) {
        let sum = 0;
        for (let ky = fromY; ky < toY; ky += 1) {
          for (let kx = fromX; kx < toX; kx += 1) {
            const pixel =
              (picture * height + oy * w.strideY - w.top + ky) * width + ox * w.strideX - w.left + kx;
            const value = f[x + pixel * channels + c] ?? 0;
            const weight = f[weights + (c * kernelHeight + ky) * kernelWidth + kx] ?? 0;
            sum = fround(sum + fround(value * weight));
          }
        }
        f[to] = sum;
        to += 1;
      }
    }
  }
}

/** Each input pixel gathers, in the order of [ky][kx], from the outputs whose window covers it. */
function inputGradient(f: Float32Array, weights: number, dy: number, dx: number, w: WindowSizes): void {
  const { height, width, channels, kernelHeight, kernelWidth } = w;
  const outputs = (at: number, before: number, stride: number, size: number, kernel: number) =>
    Array.from({ length: kernel }, (_, k) => ({ k, out: (at + before - k) / stride })).filter(
      ({ out }) => Number.isInteger(out) && out >= 0 && out < size,
    );
  for (let pixel = 0; pixel < w.batch * height * width; pixel += 1) {
    const ix = pixel % width;
    const iy = ((pixel - ix) / width) % height;
    const picture = (pixel - ix - iy * width) / (width * height);
    const rows = outputs(iy, w.top, w.strideY, w.outHeight, kernelHeight);
    const columns = outputs(ix, w.left, w.strideX, w.outWidth, kernelWidth);
    for (let c = 0; c < channels; c += 1) {
      let sum = 0;
      for (const { k: ky, out: oy } of rows) {
        for (const { k: kx, out: ox } of columns) {
          const value = f[dy + ((picture * w.outHeight + oy) * w.outWidth + ox) * channels + c] ?? 0;
          const weight = f[weights + (c * kernelHeight + ky) * kernelWidth + kx] ?? 0;
          sum = fround(sum + fround(value * weight));
        }
      }
      f[dx + pixel * channels + c] = sum;
    }
  }
}

/** One sum per output row from 0 along x, then the rows are added up. */
function weightGradient(f: Float32Array, x: number, dy: number, dWeights: number, w: WindowSizes): void {
  const { height, width, channels, kernelHeight, kernelWidth } = w;
  f.fill(0, dWeights, dWeights + channels * kernelHeight * kernelWidth);
  for (let row = 0; row < w.batch * w.outHeight; row += 1) {
    const oy = row % w.outHeight;
    const picture = (row - oy) / w.outHeight;
    for (let ky = 0; ky < kernelHeight; ky += 1) {
      const iy = oy * w.strideY - w.top + ky;
      if (iy < 0 || iy >= height) continue;
      for (let kx = 0; kx < kernelWidth; kx += 1) {
        for (let c = 0; c < channels; c += 1) {
          let sum = 0;
          for (let ox = 0; ox < w.outWidth; ox += 1) {
            const ix = ox * w.strideX - w.left + kx;
            if (ix < 0 || ix >= width) continue;
            const value = f[x + ((picture * height + iy) * width + ix) * channels + c] ?? 0;
            sum = fround(sum + fround(value * (f[dy + (row * w.outWidth + ox) * channels + c] ?? 0)));
          }
          const at = dWeights + (c * kernelHeight + ky) * kernelWidth + kx;
          f[at] = (f[at] ?? 0) + sum;
        }
      }
    }
  }
}
