/** im2col and its inverse in plain TypeScript; equal to WebAssembly in every bit. */
import type { Kernels, WindowSizes } from '../kernels.js';

export function columnKernels(memory: WebAssembly.Memory): Pick<Kernels, 'im2col' | 'col2im'> {
  return {
    im2col: (x, columns, window) => {
      const f = new Float32Array(memory.buffer);
      eachTap(window, (tap, pixel) => {
        const to = (columns >> 2) + tap * window.channels;
        if (pixel < 0) f.fill(0, to, to + window.channels);
        else {
          const from = (x >> 2) + pixel * window.channels;
          f.copyWithin(to, from, from + window.channels);
        }
      });
    },
    col2im: (columns, dx, window) => {
      const f = new Float32Array(memory.buffer);
      eachTap(window, (tap, pixel) => {
        if (pixel < 0) return;
        const from = (columns >> 2) + tap * window.channels;
        const to = (dx >> 2) + pixel * window.channels;
        for (let c = 0; c < window.channels; c += 1) f[to + c] = (f[to + c] ?? 0) + (f[from + c] ?? 0);
      });
    },
  };
}

/** Every kernel position of every output pixel, in order, with the input pixel it reads; -1: outside the picture. */
function eachTap(window: WindowSizes, visit: (tap: number, pixel: number) => void): void {
  const { batch, height, width, kernelHeight, kernelWidth, strideY, strideX, top, left } = window;
  let tap = 0;
  for (let picture = 0; picture < batch; picture += 1) {
    for (let oy = 0; oy < window.outHeight; oy += 1) {
      for (let ox = 0; ox < window.outWidth; ox += 1) {
        for (let ky = 0; ky < kernelHeight; ky += 1) {
          for (let kx = 0; kx < kernelWidth; kx += 1) {
            const iy = oy * strideY - top + ky;
            const ix = ox * strideX - left + kx;
            const inside = iy >= 0 && iy < height && ix >= 0 && ix < width;
            visit(tap, inside ? (picture * height + iy) * width + ix : -1);
            tap += 1;
          }
        }
      }
    }
  }
}
