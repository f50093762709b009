/** Random sizes of windows. */
import fc from 'fast-check';
import type { WindowSizes } from '../kernels.js';

interface Axis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly before: number;
  readonly out: number;
}

/** Padding below the kernel size, different before and after; at least one output. */
const axis: fc.Arbitrary<Axis> = fc
  .record({
    size: fc.integer({ min: 1, max: 9 }),
    kernel: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 2 }),
  })
  .chain((sizes) =>
    fc
      .record({
        before: fc.integer({ min: 0, max: sizes.kernel - 1 }),
        after: fc.integer({ min: 0, max: sizes.kernel - 1 }),
      })
      .map(({ before, after }) => ({
        ...sizes,
        before,
        out: Math.floor((sizes.size + before + after - sizes.kernel) / sizes.stride) + 1,
      })),
  )
  .filter(({ out }) => out >= 1);

export const windows: fc.Arbitrary<WindowSizes> = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    channels: fc.integer({ min: 1, max: 40 }),
    y: axis,
    x: axis,
  })
  .map(({ batch, channels, y, x }) => ({
    batch,
    height: y.size,
    width: x.size,
    channels,
    kernelHeight: y.kernel,
    kernelWidth: x.kernel,
    strideY: y.stride,
    strideX: x.stride,
    top: y.before,
    left: x.before,
    outHeight: y.out,
    outWidth: x.out,
  }));
