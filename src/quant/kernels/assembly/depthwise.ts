/**
 * Depthwise convolution in groups of 16 channels, whose weights lie repacked in the scratch memory: [group][ky][kx][16]; as
 * many groups at a time as fit. Output and input gradient are the same gathering with other steps.
 */
import { loadLanes, multiplyAdd, storeLanes } from './lanes';
import { scratch } from './scratch';
import { Window, currentWindow, endInside, firstInside } from './window';

const group: i32 = 16;
const groupBytes: i32 = 64;
/** Kernel positions of all groups that fit the scratch memory. */
const positions: i32 = 4096;

export function depthwise(x: usize, weights: usize, y: usize): void {
  const w = currentWindow();
  const chunk = chunkChannels(w);
  for (let from = 0; from < w.channels; from += chunk) {
    const end = min(w.channels, from + chunk);
    packWeights(w, weights, from, end);
    for (let picture = 0; picture < w.batch; picture++) {
      for (let oy = 0; oy < w.outHeight; oy++) {
        for (let c = from; c < end; c += group) outputRow(w, x, y, picture, oy, c, packedGroup(w, c - from), end - c);
      }
    }
  }
}

@inline
function outputRow(
  w: Window,
  x: usize,
  y: usize,
  picture: i32,
  oy: i32,
  c: i32,
  packed: usize,
  lanes: i32,
): void {
  const pixel = w.channels << 2;
  const weightLine = w.kernelWidth * groupBytes;
  const top = oy * w.strideY - w.top;
  const fromY = firstInside(top);
  const countY = endInside(top, w.kernelHeight, w.height) - fromY;
  const line = x + (c << 2) + (picture * w.height + top + fromY) * w.width * pixel;
  let to = y + (c << 2) + (picture * w.outHeight + oy) * w.outWidth * pixel;
  let left = -w.left;
  for (let ox = 0; ox < w.outWidth; ox++) {
    const fromX = firstInside(left);
    const countX = endInside(left, w.kernelWidth, w.width) - fromX;
    const filter = packed + fromY * weightLine + fromX * groupBytes;
    const source = line + (left + fromX) * pixel;
    gather(source, w.width * pixel, pixel, filter, weightLine, groupBytes, countY, countX, to, lanes);
    to += pixel;
    left += w.strideX;
  }
}

/** Channels whose packed weights fit, a multiple of the group. */
@inline
function chunkChannels(w: Window): i32 {
  return (positions / (w.kernelHeight * w.kernelWidth)) * group;
}

/** Where the group of channel `c`, counted from the chunk's first, lies. */
@inline
function packedGroup(w: Window, c: i32): usize {
  return scratch + (c / group) * w.kernelHeight * w.kernelWidth * groupBytes;
}

/** dx of every input pixel: the outputs whose window covers it; kernel positions rise, output positions fall. */
export function depthwiseInputGradient(weights: usize, dy: usize, dx: usize): void {
  const w = currentWindow();
  const chunk = chunkChannels(w);
  for (let from = 0; from < w.channels; from += chunk) {
    const end = min(w.channels, from + chunk);
    packWeights(w, weights, from, end);
    for (let picture = 0; picture < w.batch; picture++) {
      for (let iy = 0; iy < w.height; iy++) {
        for (let c = from; c < end; c += group) inputRow(w, dy, dx, picture, iy, c, packedGroup(w, c - from), end - c);
      }
    }
  }
}

@inline
function inputRow(
  w: Window,
  dy: usize,
  dx: usize,
  picture: i32,
  iy: i32,
  c: i32,
  packed: usize,
  lanes: i32,
): void {
  const pixel = w.channels << 2;
  const weightLine = w.kernelWidth * groupBytes;
  const y = iy + w.top;
  const fromY = firstCovering(y, w.strideY, w.outHeight);
  const countY = coveringCount(fromY, y, w.strideY, w.kernelHeight);
  const line = dy + (c << 2) + (picture * w.outHeight + quotient(y - fromY, w.strideY)) * w.outWidth * pixel;
  let to = dx + (c << 2) + (picture * w.height + iy) * w.width * pixel;
  for (let x = w.left; x < w.left + w.width; x++) {
    const fromX = firstCovering(x, w.strideX, w.outWidth);
    const countX = coveringCount(fromX, x, w.strideX, w.kernelWidth);
    const filter = packed + fromY * weightLine + fromX * groupBytes;
    const source = line + quotient(x - fromX, w.strideX) * pixel;
    gather(
      source,
      -w.outWidth * pixel,
      -pixel,
      filter,
      w.strideY * weightLine,
      w.strideX * groupBytes,
      countY,
      countX,
      to,
      lanes,
    );
    to += pixel;
  }
}

/** The least kernel position k with (at - k) a multiple of the stride and its output inside. */
@inline
function firstCovering(at: i32, stride: i32, outputs: i32): i32 {
  const least = at - (outputs - 1) * stride;
  if (least >= 0) return least;
  return at - quotient(at, stride) * stride;
}

/** How many of first, first + stride ... lie in the kernel and belong to an output at 0 or after. */
@inline
function coveringCount(first: i32, at: i32, stride: i32, kernel: i32): i32 {
  const last = min(at, kernel - 1);
  return last < first ? 0 : quotient(last - first, stride) + 1;
}

/** Most strides are 1 or 2, and a division costs as much as dozens of sums. The value is not negative, or a multiple. */
@inline
function quotient(value: i32, stride: i32): i32 {
  if (stride == 1) return value;
  return stride == 2 ? value >> 1 : value / stride;
}

/** to[lanes] = sum over countY x countX positions of source times weight. */
@inline
function gather(
  source: usize,
  sourceLine: i32,
  sourceStep: i32,
  weights: usize,
  weightLine: i32,
  weightStep: i32,
  countY: i32,
  countX: i32,
  to: usize,
  lanes: i32,
): void {
  if (lanes >= group) {
    gatherGroup(source, sourceLine, sourceStep, weights, weightLine, weightStep, countY, countX, to);
    return;
  }
  for (let lane = 0; lane < lanes; lane += 4) {
    const at = lane << 2;
    gatherVector(
      source + at,
      sourceLine,
      sourceStep,
      weights + at,
      weightLine,
      weightStep,
      countY,
      countX,
      to + at,
      lanes - lane,
    );
  }
}

@inline
function gatherGroup(
  source: usize,
  sourceLine: i32,
  sourceStep: i32,
  weights: usize,
  weightLine: i32,
  weightStep: i32,
  countY: i32,
  countX: i32,
  to: usize,
): void {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (let ky = 0; ky < countY; ky++) {
    let value = source;
    let weight = weights;
    let kx = 0;
    if (countX == 3) {
      // The usual width, without a loop: the branches of so short a one cost as much as its sums.
      const second = value + sourceStep;
      const secondWeight = weight + weightStep;
      s0 = multiplyAdd(s0, v128.load(value), v128.load(weight));
      s1 = multiplyAdd(s1, v128.load(value, 16), v128.load(weight, 16));
      s2 = multiplyAdd(s2, v128.load(value, 32), v128.load(weight, 32));
      s3 = multiplyAdd(s3, v128.load(value, 48), v128.load(weight, 48));
      s0 = multiplyAdd(s0, v128.load(second), v128.load(secondWeight));
      s1 = multiplyAdd(s1, v128.load(second, 16), v128.load(secondWeight, 16));
      s2 = multiplyAdd(s2, v128.load(second, 32), v128.load(secondWeight, 32));
      s3 = multiplyAdd(s3, v128.load(second, 48), v128.load(secondWeight, 48));
      value = second + sourceStep;
      weight = secondWeight + weightStep;
      kx = 2;
    }
    for (; kx < countX; kx++) {
      s0 = multiplyAdd(s0, v128.load(value), v128.load(weight));
      s1 = multiplyAdd(s1, v128.load(value, 16), v128.load(weight, 16));
      s2 = multiplyAdd(s2, v128.load(value, 32), v128.load(weight, 32));
      s3 = multiplyAdd(s3, v128.load(value, 48), v128.load(weight, 48));
      value += sourceStep;
      weight += weightStep;
    }
    source += sourceLine;
    weights += weightLine;
  }
  v128.store(to, s0);
  v128.store(to, s1, 16);
  v128.store(to, s2, 32);
  v128.store(to, s3, 48);
}

@inline
function gatherVector(
  source: usize,
  sourceLine: i32,
  sourceStep: i32,
  weights: usize,
  weightLine: i32,
  weightStep: i32,
  countY: i32,
  countX: i32,
  to: usize,
  lanes: i32,
): void {
  let sum = f32x4.splat(0);
  for (let ky = 0; ky < countY; ky++) {
    let value = source;
    let weight = weights;
    for (let kx = 0; kx < countX; kx++) {
      sum = multiplyAdd(sum, loadLanes(value, lanes), v128.load(weight));
      value += sourceStep;
      weight += weightStep;
    }
    source += sourceLine;
    weights += weightLine;
  }
  storeLanes(to, sum, lanes);
}

/** scratch[group][ky][kx][16] from weights[channel][ky][kx], channels from ... end. */
function packWeights(w: Window, weights: usize, from: i32, end: i32): void {
  const taps = w.kernelHeight * w.kernelWidth;
  for (let c = from; c < end; c++) {
    const to = packedGroup(w, c - from) + (((c - from) % group) << 2);
    for (let tap = 0; tap < taps; tap++) {
      store<f32>(to + tap * groupBytes, load<f32>(weights + ((c * taps + tap) << 2)));
    }
  }
}

/** The inverse of packWeights. */
function unpackWeights(w: Window, weights: usize, from: i32, end: i32): void {
  const taps = w.kernelHeight * w.kernelWidth;
  for (let c = from; c < end; c++) {
    const at = packedGroup(w, c - from) + (((c - from) % group) << 2);
    for (let tap = 0; tap < taps; tap++) {
      store<f32>(weights + ((c * taps + tap) << 2), load<f32>(at + tap * groupBytes));
    }
  }
}

/** Sums of each output row from 0 along x, added to scratch[group][ky][kx][16] row by row. */
export function depthwiseWeightGradient(x: usize, dy: usize, dWeights: usize): void {
  const w = currentWindow();
  const chunk = chunkChannels(w);
  for (let from = 0; from < w.channels; from += chunk) {
    const end = min(w.channels, from + chunk);
    memory.fill(scratch, 0, positions * groupBytes);
    for (let row = 0; row < w.batch * w.outHeight; row++) {
      const top = (row % w.outHeight) * w.strideY - w.top;
      const last = endInside(top, w.kernelHeight, w.height);
      const first = (row / w.outHeight) * w.height + top;
      for (let c = from; c < end; c += group) {
        const packed = packedGroup(w, c - from);
        for (let ky = firstInside(top); ky < last; ky++) {
          for (let kx = 0; kx < w.kernelWidth; kx++) {
            const sums = packed + (ky * w.kernelWidth + kx) * groupBytes;
            rowGradient(w, x, dy, first + ky, row, kx, c, sums, end - c);
          }
        }
      }
    }
    unpackWeights(w, dWeights, from, end);
  }
}

/** The part of output row `row` in a kernel position of column kx, which reads input row `line`. */
@inline
function rowGradient(
  w: Window,
  x: usize,
  dy: usize,
  line: i32,
  row: i32,
  kx: i32,
  c: i32,
  sums: usize,
  lanes: i32,
): void {
  const shift = w.left - kx;
  const from = shift > 0 ? quotient(shift + w.strideX - 1, w.strideX) : 0;
  const last = w.width - 1 + shift;
  const end = last < 0 ? 0 : min(w.outWidth, quotient(last, w.strideX) + 1);
  const value = x + (((line * w.width + from * w.strideX - shift) * w.channels + c) << 2);
  const gradient = dy + (((row * w.outWidth + from) * w.channels + c) << 2);
  const step = w.channels << 2;
  if (lanes >= group) correlateGroup(value, w.strideX * step, gradient, step, end - from, sums);
  else {
    for (let lane = 0; lane < lanes; lane += 4) {
      const at = lane << 2;
      correlateVector(value + at, w.strideX * step, gradient + at, step, end - from, sums + at, lanes - lane);
    }
  }
}

@inline
function correlateGroup(x: usize, xStep: i32, dy: usize, step: i32, count: i32, sums: usize): void {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (let i = 0; i < count; i++) {
    s0 = multiplyAdd(s0, v128.load(x), v128.load(dy));
    s1 = multiplyAdd(s1, v128.load(x, 16), v128.load(dy, 16));
    s2 = multiplyAdd(s2, v128.load(x, 32), v128.load(dy, 32));
    s3 = multiplyAdd(s3, v128.load(x, 48), v128.load(dy, 48));
    x += xStep;
    dy += step;
  }
  v128.store(sums, f32x4.add(v128.load(sums), s0));
  v128.store(sums, f32x4.add(v128.load(sums, 16), s1), 16);
  v128.store(sums, f32x4.add(v128.load(sums, 32), s2), 32);
  v128.store(sums, f32x4.add(v128.load(sums, 48), s3), 48);
}

@inline
function correlateVector(
  x: usize,
  xStep: i32,
  dy: usize,
  step: i32,
  count: i32,
  sums: usize,
  lanes: i32,
): void {
  let sum = f32x4.splat(0);
  for (let i = 0; i < count; i++) {
    sum = multiplyAdd(sum, loadLanes(x, lanes), loadLanes(dy, lanes));
    x += xStep;
    dy += step;
  }
  v128.store(sums, f32x4.add(v128.load(sums), sum));
}
