/** Pooling, four channels at a time. */
import { loadLanes, storeLanes } from './lanes';
import { Window, currentWindow, endInside, firstInside } from './window';

export function maxPool(x: usize, y: usize, argmax: usize): void {
  const w = currentWindow();
  let out = 0;
  for (let row = 0; row < w.batch * w.outHeight; row++) {
    const top = (row % w.outHeight) * w.strideY - w.top;
    const line = (row / w.outHeight) * w.height + top;
    const endY = endInside(top, w.kernelHeight, w.height);
    for (let ox = 0; ox < w.outWidth; ox++) {
      const left = ox * w.strideX - w.left;
      const endX = endInside(left, w.kernelWidth, w.width);
      const empty = firstInside(top) >= endY || firstInside(left) >= endX;
      for (let c = 0; c < w.channels; c += 4) {
        const lanes = w.channels - c;
        const first = empty ? 0 : ((line + firstInside(top)) * w.width + left + firstInside(left)) * w.channels + c;
        let best = empty ? f32x4.splat(0) : loadLanes(x + (first << 2), lanes);
        let places = empty ? i32x4.splat(-1) : indexes(first);
        for (let ky = firstInside(top); ky < endY; ky++) {
          for (let kx = firstInside(left); kx < endX; kx++) {
            const cell = ((line + ky) * w.width + left + kx) * w.channels + c;
            const value = loadLanes(x + (cell << 2), lanes);
            const greater = f32x4.gt(value, best);
            best = v128.bitselect(value, best, greater);
            places = v128.bitselect(indexes(cell), places, greater);
          }
        }
        storeLanes(y + ((out + c) << 2), best, lanes);
        storeLanes(argmax + ((out + c) << 2), places, lanes);
      }
      out += w.channels;
    }
  }
}

@inline
function indexes(first: i32): v128 {
  return i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
}

export function maxPoolBackward(dy: usize, argmax: usize, dx: usize, outputs: i32, inputs: i32): void {
  memory.fill(dx, 0, inputs << 2);
  for (let out = 0; out < outputs; out++) {
    const index = load<i32>(argmax + (out << 2));
    if (index < 0) continue;
    const at = dx + (index << 2);
    store<f32>(at, load<f32>(at) + load<f32>(dy + (out << 2)));
  }
}

export function avgPool(x: usize, y: usize): void {
  const w = currentWindow();
  const size = f32x4.splat(<f32>(w.kernelHeight * w.kernelWidth));
  for (let row = 0; row < w.batch * w.outHeight; row++) {
    const top = (row % w.outHeight) * w.strideY - w.top;
    const line = (row / w.outHeight) * w.height + top;
    const endY = endInside(top, w.kernelHeight, w.height);
    for (let ox = 0; ox < w.outWidth; ox++) {
      const left = ox * w.strideX - w.left;
      const endX = endInside(left, w.kernelWidth, w.width);
      for (let c = 0; c < w.channels; c += 4) {
        const lanes = w.channels - c;
        let sum = f32x4.splat(0);
        for (let ky = firstInside(top); ky < endY; ky++) {
          for (let kx = firstInside(left); kx < endX; kx++) {
            const cell = ((line + ky) * w.width + left + kx) * w.channels + c;
            sum = f32x4.add(sum, loadLanes(x + (cell << 2), lanes));
          }
        }
        storeLanes(outputAt(w, y, row, ox, c), f32x4.div(sum, size), lanes);
      }
    }
  }
}

export function avgPoolBackward(dy: usize, dx: usize): void {
  const w = currentWindow();
  const size = f32x4.splat(<f32>(w.kernelHeight * w.kernelWidth));
  memory.fill(dx, 0, (w.batch * w.height * w.width * w.channels) << 2);
  for (let row = 0; row < w.batch * w.outHeight; row++) {
    const top = (row % w.outHeight) * w.strideY - w.top;
    const line = (row / w.outHeight) * w.height + top;
    const endY = endInside(top, w.kernelHeight, w.height);
    for (let ox = 0; ox < w.outWidth; ox++) {
      const left = ox * w.strideX - w.left;
      const endX = endInside(left, w.kernelWidth, w.width);
      for (let c = 0; c < w.channels; c += 4) {
        const lanes = w.channels - c;
        const share = f32x4.div(loadLanes(outputAt(w, dy, row, ox, c), lanes), size);
        for (let ky = firstInside(top); ky < endY; ky++) {
          for (let kx = firstInside(left); kx < endX; kx++) {
            const at = dx + ((((line + ky) * w.width + left + kx) * w.channels + c) << 2);
            storeLanes(at, f32x4.add(loadLanes(at, lanes), share), lanes);
          }
        }
      }
    }
  }
}

@inline
function outputAt(w: Window, y: usize, row: i32, ox: i32, c: i32): usize {
  return y + (((row * w.outWidth + ox) * w.channels + c) << 2);
}
