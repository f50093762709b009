/** im2col and its inverse: runs of neighbouring kernel columns are runs of memory on both sides. */
import { Window, currentWindow, endInside, firstInside } from './window';

export function im2col(x: usize, columns: usize): void {
  const w = currentWindow();
  const line = w.kernelWidth * w.channels;
  const lineBytes = line << 2;
  const inputBytes = (w.width * w.channels) << 2;
  const height = w.height;
  const kernelHeight = w.kernelHeight;
  for (let row = 0; row < w.batch * w.outHeight; row++) {
    const top = (row % w.outHeight) * w.strideY - w.top;
    const picture = (row / w.outHeight) * w.height;
    for (let left = -w.left; left < w.outWidth * w.strideX - w.left; left += w.strideX) {
      const from = firstInside(left) * w.channels;
      const end = endInside(left, w.kernelWidth, w.width) * w.channels;
      if (end - from == line && top >= 0 && top + kernelHeight <= height) {
        let source = rowStart(w, x, picture + top, left);
        for (const last = columns + kernelHeight * lineBytes; columns < last; columns += lineBytes) {
          copy(source, columns, line);
          source += inputBytes;
        }
        continue;
      }
      for (let iy = top; iy < top + w.kernelHeight; iy++) {
        if (iy < 0 || iy >= w.height || from >= end) zero(columns, line);
        else {
          zero(columns, from);
          copy(rowStart(w, x, picture + iy, left) + (from << 2), columns + (from << 2), end - from);
          zero(columns + (end << 2), line - end);
        }
        columns += line << 2;
      }
    }
  }
}

export function col2im(columns: usize, dx: usize): void {
  const w = currentWindow();
  const line = w.kernelWidth * w.channels;
  for (let row = 0; row < w.batch * w.outHeight; row++) {
    const top = (row % w.outHeight) * w.strideY - w.top;
    const picture = (row / w.outHeight) * w.height;
    for (let left = -w.left; left < w.outWidth * w.strideX - w.left; left += w.strideX) {
      const from = firstInside(left) * w.channels;
      const end = endInside(left, w.kernelWidth, w.width) * w.channels;
      for (let iy = top; iy < top + w.kernelHeight; iy++) {
        if (iy >= 0 && iy < w.height && from < end) {
          add(columns + (from << 2), rowStart(w, dx, picture + iy, left) + (from << 2), end - from);
        }
        columns += line << 2;
      }
    }
  }
}

/** Where column `ix` of an input row lies; `ix` may be negative, then only what is inside is touched. */
@inline
function rowStart(w: Window, x: usize, row: i32, ix: i32): usize {
  return x + (((row * w.width + ix) * w.channels) << 2);
}

@inline
function zero(to: usize, count: i32): void {
  const end = to + (count << 2);
  for (; to + 16 <= end; to += 16) v128.store(to, f32x4.splat(0));
  for (; to < end; to += 4) store<f32>(to, 0);
}

@inline
function copy(from: usize, to: usize, count: i32): void {
  const end = to + (count << 2);
  if (count == 3) {
    // The usual width of one channel; a loop costs more than what it does.
    store<u64>(to, load<u64>(from));
    store<u32>(to, load<u32>(from, 8), 8);
    return;
  }
  for (; to + 16 <= end; to += 16) {
    v128.store(to, v128.load(from));
    from += 16;
  }
  for (; to < end; to += 4) {
    store<f32>(to, load<f32>(from));
    from += 4;
  }
}

@inline
function add(from: usize, to: usize, count: i32): void {
  const end = to + (count << 2);
  for (; to + 16 <= end; to += 16) {
    v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
    from += 16;
  }
  for (; to < end; to += 4) {
    store<f32>(to, load<f32>(to) + load<f32>(from));
    from += 4;
  }
}
