/** im2col and its inverse: runs of neighbouring kernel columns are runs of memory on both sides. */
import { Window, currentWindow, endInside, firstInside } from './window';

export function im2col(x: usize, columns: usize): void {
  const w = currentWindow();
  const line = w.kernelWidth * w.channels;
  const outputs = w.batch * w.outHeight * w.outWidth;
  for (let output = 0; output < outputs; output++) {
    const top = startY(w, output);
    const left = startX(w, output);
    const from = firstInside(left) * w.channels;
    const end = endInside(left, w.kernelWidth, w.width) * w.channels;
    for (let ky = 0; ky < w.kernelHeight; ky++) {
      const iy = top + ky;
      if (iy < 0 || iy >= w.height || from >= end) zero(columns, line);
      else {
        zero(columns, from);
        copy(rowStart(w, x, output, iy, left) + (from << 2), columns + (from << 2), end - from);
        zero(columns + (end << 2), line - end);
      }
      columns += line << 2;
    }
  }
}

export function col2im(columns: usize, dx: usize): void {
  const w = currentWindow();
  const line = w.kernelWidth * w.channels;
  const outputs = w.batch * w.outHeight * w.outWidth;
  for (let output = 0; output < outputs; output++) {
    const top = startY(w, output);
    const left = startX(w, output);
    const from = firstInside(left) * w.channels;
    const end = endInside(left, w.kernelWidth, w.width) * w.channels;
    for (let ky = 0; ky < w.kernelHeight; ky++) {
      const iy = top + ky;
      if (iy >= 0 && iy < w.height && from < end) {
        add(columns + (from << 2), rowStart(w, dx, output, iy, left) + (from << 2), end - from);
      }
      columns += line << 2;
    }
  }
}

@inline
function startX(w: Window, output: i32): i32 {
  return (output % w.outWidth) * w.strideX - w.left;
}

@inline
function startY(w: Window, output: i32): i32 {
  return ((output / w.outWidth) % w.outHeight) * w.strideY - w.top;
}

/** Where column `ix` of input row `iy` lies; `ix` may be negative, then only what is inside is touched. */
@inline
function rowStart(w: Window, x: usize, output: i32, iy: i32, ix: i32): usize {
  const picture = output / (w.outWidth * w.outHeight);
  return x + (((picture * w.height + iy) * w.width + ix) * w.channels << 2);
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
