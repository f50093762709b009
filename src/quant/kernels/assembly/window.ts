/** WindowSizes of ../kernels.ts as twelve int32 in memory, and the clipping of windows at the edge. */

@unmanaged
export class Window {
  batch: i32;
  height: i32;
  width: i32;
  channels: i32;
  kernelHeight: i32;
  kernelWidth: i32;
  strideY: i32;
  strideX: i32;
  top: i32;
  left: i32;
  outHeight: i32;
  outWidth: i32;
}

const place: usize = memory.data(48, 16);

/** Where the caller writes the twelve numbers before calling a kernel with a window. */
export function windowPlace(): usize {
  return place;
}

@inline
export function currentWindow(): Window {
  return changetype<Window>(place);
}

/** First kernel position inside the picture, for a window that starts at `start`. */
@inline
export function firstInside(start: i32): i32 {
  return max(0, -start);
}

/** One past the last kernel position inside the picture. */
@inline
export function endInside(start: i32, kernel: i32, size: i32): i32 {
  return min(kernel, size - start);
}
