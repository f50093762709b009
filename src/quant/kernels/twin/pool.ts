/** Pooling in plain TypeScript; equal to WebAssembly in every bit. */
import type { Kernels, WindowSizes } from '../kernels.js';
import { insideRange } from './sizes.js';

const { fround } = Math;

export function poolKernels(
  memory: WebAssembly.Memory,
): Pick<Kernels, 'maxPool' | 'maxPoolBackward' | 'avgPool' | 'avgPoolBackward'> {
  return {
    maxPool: (x, y, argmax, window) => {
      const f = new Float32Array(memory.buffer);
      const indexes = new Int32Array(memory.buffer);
      eachOutput(window, (out, cells) => {
        let best = cells[0] ?? -1;
        for (const cell of cells) if ((f[(x >> 2) + cell] ?? 0) > (f[(x >> 2) + best] ?? 0)) best = cell;
        f[(y >> 2) + out] = best < 0 ? 0 : (f[(x >> 2) + best] ?? 0);
        indexes[(argmax >> 2) + out] = best;
      });
    },
    maxPoolBackward: (dy, argmax, dx, outputs, inputs) => {
      const f = new Float32Array(memory.buffer);
      const indexes = new Int32Array(memory.buffer);
      f.fill(0, dx >> 2, (dx >> 2) + inputs);
      for (let out = 0; out < outputs; out += 1) {
        const index = indexes[(argmax >> 2) + out] ?? -1;
        if (index >= 0) f[(dx >> 2) + index] = (f[(dx >> 2) + index] ?? 0) + (f[(dy >> 2) + out] ?? 0);
      }
    },
    avgPool: (x, y, window) => {
      const f = new Float32Array(memory.buffer);
      eachOutput(window, (out, cells) => {
        let sum = 0;
        for (const cell of cells) sum = fround(sum + (f[(x >> 2) + cell] ?? 0));
        f[(y >> 2) + out] = sum / (window.kernelHeight * window.kernelWidth);
      });
    },
    avgPoolBackward: (dy, dx, window) => {
      const f = new Float32Array(memory.buffer);
      const { batch, height, width, channels } = window;
      f.fill(0, dx >> 2, (dx >> 2) + batch * height * width * channels);
      eachOutput(window, (out, cells) => {
        const share = fround((f[(dy >> 2) + out] ?? 0) / (window.kernelHeight * window.kernelWidth));
        for (const cell of cells) f[(dx >> 2) + cell] = (f[(dx >> 2) + cell] ?? 0) + share;
      });
    },
  };
}

/** Every output element with the input elements under its window that lie inside the picture, in the order of [ky][kx]. */
function eachOutput(w: WindowSizes, visit: (out: number, cells: readonly number[]) => void): void {
  for (let row = 0; row < w.batch * w.outHeight; row += 1) {
    const oy = row % w.outHeight;
    const picture = (row - oy) / w.outHeight;
    const [fromY, toY] = insideRange(oy, w.strideY, w.top, w.kernelHeight, w.height);
    for (let ox = 0; ox < w.outWidth; ox += 1) {
      const [fromX, toX] = insideRange(ox, w.strideX, w.left, w.kernelWidth, w.width);
      for (let c = 0; c < w.channels; c += 1) {
        const cells: number[] = [];
        for (let ky = fromY; ky < toY; ky += 1) {
          const line = (picture * w.height + oy * w.strideY - w.top + ky) * w.width + ox * w.strideX - w.left;
          for (let kx = fromX; kx < toX; kx += 1) cells.push((line + kx) * w.channels + c);
        }
        visit((row * w.outWidth + ox) * w.channels + c, cells);
      }
    }
  }
}
