/**
 * Batch normalization, alone and with the ReLU that follows it: per block of rows and eight channels what belongs to the
 * channels stays in registers. Backward, the ReLU's mask is computed again from x, by the same operations as forward.
 */
import { loadLanes, multiplyAdd, storeLanes } from './lanes';
import { rowBlock } from './sums';

const group: i32 = 8;
/**
 * Bytes of rows at a time where nothing is summed: they stay in the first-level cache while one group follows another, and less
 * than a page, because a processor takes a load for dependent on an earlier store that lies the same in another page.
 */
const nearBytes: i32 = 2048;

export function normalize(
  x: usize,
  mean: usize,
  variance: usize,
  gamma: usize,
  beta: usize,
  y: usize,
  rows: i32,
  channels: i32,
  epsilon: f32,
): void {
  forward(x, mean, variance, gamma, beta, y, rows, channels, epsilon, false, 0);
}

export function normalizeRelu(
  x: usize,
  mean: usize,
  variance: usize,
  gamma: usize,
  beta: usize,
  y: usize,
  rows: i32,
  channels: i32,
  epsilon: f32,
  limit: f32,
): void {
  forward(x, mean, variance, gamma, beta, y, rows, channels, epsilon, true, limit);
}

export function normalizeBackward(
  x: usize,
  dy: usize,
  mean: usize,
  variance: usize,
  gamma: usize,
  dx: usize,
  dGamma: usize,
  dBeta: usize,
  rows: i32,
  channels: i32,
  epsilon: f32,
): void {
  backward(x, dy, mean, variance, gamma, 0, dx, dGamma, dBeta, rows, channels, epsilon, false, 0);
}

export function normalizeReluBackward(
  x: usize,
  dy: usize,
  mean: usize,
  variance: usize,
  gamma: usize,
  beta: usize,
  dx: usize,
  dGamma: usize,
  dBeta: usize,
  rows: i32,
  channels: i32,
  epsilon: f32,
  limit: f32,
): void {
  backward(x, dy, mean, variance, gamma, beta, dx, dGamma, dBeta, rows, channels, epsilon, true, limit);
}

@inline
function forward(
  x: usize,
  mean: usize,
  variance: usize,
  gamma: usize,
  beta: usize,
  y: usize,
  rows: i32,
  channels: i32,
  epsilon: f32,
  rectified: bool,
  limit: f32,
): void {
  const line = channels << 2;
  const way = y - x;
  const most = f32x4.splat(limit);
  const near = max(4, nearBytes / line);
  for (let from = 0; from < rows; from += near) {
    const start = x + from * line;
    const end = start + min(near, rows - from) * line;
    let c = 0;
    for (; c + group <= channels; c += group) {
      const at = c << 2;
      const m0 = v128.load(mean + at);
      const m1 = v128.load(mean + at, 16);
      const factor0 = f32x4.mul(v128.load(gamma + at), inverseDeviation(variance + at, 4, epsilon));
      const factor1 = f32x4.mul(v128.load(gamma + at, 16), inverseDeviation(variance + at + 16, 4, epsilon));
      const shift0 = v128.load(beta + at);
      const shift1 = v128.load(beta + at, 16);
      for (let value = start + at; value < end; value += line) {
        const to = value + way;
        const y0 = f32x4.add(f32x4.mul(f32x4.sub(v128.load(value), m0), factor0), shift0);
        const y1 = f32x4.add(f32x4.mul(f32x4.sub(v128.load(value, 16), m1), factor1), shift1);
        v128.store(to, rectified ? clamp(y0, most) : y0);
        v128.store(to, rectified ? clamp(y1, most) : y1, 16);
      }
    }
    for (; c < channels; c += 4) {
      const at = c << 2;
      const lanes = channels - c;
      const m = loadLanes(mean + at, lanes);
      const factor = f32x4.mul(loadLanes(gamma + at, lanes), inverseDeviation(variance + at, lanes, epsilon));
      const shift = loadLanes(beta + at, lanes);
      for (let value = start + at; value < end; value += line) {
        const y0 = f32x4.add(f32x4.mul(f32x4.sub(loadLanes(value, lanes), m), factor), shift);
        storeLanes(value + way, rectified ? clamp(y0, most) : y0, lanes);
      }
    }
  }
}

@inline
function clamp(value: v128, most: v128): v128 {
  return f32x4.pmin(f32x4.pmax(value, f32x4.splat(0)), most);
}

@inline
function backward(
  x: usize,
  dy: usize,
  mean: usize,
  variance: usize,
  gamma: usize,
  beta: usize,
  dx: usize,
  dGamma: usize,
  dBeta: usize,
  rows: i32,
  channels: i32,
  epsilon: f32,
  rectified: bool,
  limit: f32,
): void {
  memory.fill(dGamma, 0, channels << 2);
  memory.fill(dBeta, 0, channels << 2);
  const line = channels << 2;
  for (let from = 0; from < rows; from += rowBlock) {
    const end = min(rows, from + rowBlock) * line;
    let c = 0;
    for (; rectified && c + 4 <= channels; c += 4) {
      const at = c << 2;
      const start = from * line + at;
      const inverse = inverseDeviation(variance + at, 4, epsilon);
      const factor = f32x4.mul(v128.load(gamma + at), inverse);
      rectifiedGradients(
        x + start, x + end, dy - x, line, v128.load(mean + at), inverse, factor, v128.load(beta + at),
        f32x4.splat(limit), dGamma + at, dBeta + at,
      );
    }
    for (; !rectified && c + group <= channels; c += group) {
      const at = c << 2;
      const start = from * line + at;
      gradientsOfGroup(x + start, x + end, dy - x, line, mean + at, variance + at, dGamma + at, dBeta + at, epsilon);
    }
    for (; c < channels; c += 4) {
      const at = c << 2;
      const start = from * line + at;
      gradientsOfVector(
        x + start, x + end, dy - x, line, mean + at, variance + at, gamma + at, beta + at, dGamma + at, dBeta + at,
        epsilon, rectified, limit, channels - c,
      );
    }
  }
  const near = max(4, nearBytes / line);
  for (let from = 0; from < rows; from += near) {
    const end = min(rows, from + near) * line;
    for (let c = 0; c < channels; c += 4) {
      const at = c << 2;
      const start = from * line + at;
      inputGradient(
        x + start, x + end, dy - x, dx - x, line, mean + at, variance + at, gamma + at, beta + at, dGamma + at,
        dBeta + at, rows, epsilon, rectified, limit, channels - c,
      );
    }
  }
}

/**
 * Adds a block's part of dBeta = sum of dy and dGamma = sum of dy times the normalized x: four channels with their ReLU. In a
 * function of its own, with eight values that stay the same or are sums, so that the loop has them all in registers.
 */
function rectifiedGradients(
  value: usize,
  end: usize,
  way: usize,
  line: i32,
  mean: v128,
  inverse: v128,
  factor: v128,
  shift: v128,
  most: v128,
  dGamma: usize,
  dBeta: usize,
): void {
  let slopes = f32x4.splat(0);
  let sums = slopes;
  for (; value < end; value += line) {
    const centred = f32x4.sub(v128.load(value), mean);
    const gradient = passed(v128.load(value + way), centred, factor, shift, most);
    slopes = multiplyAdd(slopes, gradient, f32x4.mul(centred, inverse));
    sums = f32x4.add(sums, gradient);
  }
  v128.store(dGamma, f32x4.add(v128.load(dGamma), slopes));
  v128.store(dBeta, f32x4.add(v128.load(dBeta), sums));
}

/** The same of eight channels without ReLU. */
@inline
function gradientsOfGroup(
  value: usize,
  end: usize,
  way: usize,
  line: i32,
  mean: usize,
  variance: usize,
  dGamma: usize,
  dBeta: usize,
  epsilon: f32,
): void {
  const m0 = v128.load(mean);
  const m1 = v128.load(mean, 16);
  const inverse0 = inverseDeviation(variance, 4, epsilon);
  const inverse1 = inverseDeviation(variance + 16, 4, epsilon);
  let slopes0 = f32x4.splat(0);
  let slopes1 = slopes0;
  let sums0 = slopes0;
  let sums1 = slopes0;
  for (; value < end; value += line) {
    const dy0 = v128.load(value + way);
    const dy1 = v128.load(value + way, 16);
    slopes0 = multiplyAdd(slopes0, dy0, f32x4.mul(f32x4.sub(v128.load(value), m0), inverse0));
    slopes1 = multiplyAdd(slopes1, dy1, f32x4.mul(f32x4.sub(v128.load(value, 16), m1), inverse1));
    sums0 = f32x4.add(sums0, dy0);
    sums1 = f32x4.add(sums1, dy1);
  }
  v128.store(dGamma, f32x4.add(v128.load(dGamma), slopes0));
  v128.store(dGamma, f32x4.add(v128.load(dGamma, 16), slopes1), 16);
  v128.store(dBeta, f32x4.add(v128.load(dBeta), sums0));
  v128.store(dBeta, f32x4.add(v128.load(dBeta, 16), sums1), 16);
}

/** The same of the last one to seven. */
@inline
function gradientsOfVector(
  value: usize,
  end: usize,
  way: usize,
  line: i32,
  mean: usize,
  variance: usize,
  gamma: usize,
  beta: usize,
  dGamma: usize,
  dBeta: usize,
  epsilon: f32,
  rectified: bool,
  limit: f32,
  lanes: i32,
): void {
  const most = f32x4.splat(limit);
  const m = loadLanes(mean, lanes);
  const inverse = inverseDeviation(variance, lanes, epsilon);
  const factor = rectified ? f32x4.mul(loadLanes(gamma, lanes), inverse) : m;
  const shift = rectified ? loadLanes(beta, lanes) : m;
  let slopes = f32x4.splat(0);
  let sums = slopes;
  for (; value < end; value += line) {
    const centred = f32x4.sub(loadLanes(value, lanes), m);
    const all = loadLanes(value + way, lanes);
    const gradient = rectified ? passed(all, centred, factor, shift, most) : all;
    slopes = multiplyAdd(slopes, gradient, f32x4.mul(centred, inverse));
    sums = f32x4.add(sums, gradient);
  }
  storeLanes(dGamma, f32x4.add(loadLanes(dGamma, lanes), slopes), lanes);
  storeLanes(dBeta, f32x4.add(loadLanes(dBeta, lanes), sums), lanes);
}

/** dx = gamma / deviation * (dy - mean of dy - normalized x * mean of dy times normalized x). */
@inline
function inputGradient(
  value: usize,
  end: usize,
  way: usize,
  wayTo: usize,
  line: i32,
  mean: usize,
  variance: usize,
  gamma: usize,
  beta: usize,
  dGamma: usize,
  dBeta: usize,
  rows: i32,
  epsilon: f32,
  rectified: bool,
  limit: f32,
  lanes: i32,
): void {
  const most = f32x4.splat(limit);
  const size = f32x4.splat(<f32>rows);
  const m = loadLanes(mean, lanes);
  const inverse = inverseDeviation(variance, lanes, epsilon);
  const factor = f32x4.mul(loadLanes(gamma, lanes), inverse);
  const shift = rectified ? loadLanes(beta, lanes) : m;
  const slope = f32x4.div(loadLanes(dGamma, lanes), size);
  const meanGradient = f32x4.div(loadLanes(dBeta, lanes), size);
  if (lanes >= 4) {
    for (; value < end; value += line) {
      const centred = f32x4.sub(v128.load(value), m);
      const all = v128.load(value + way);
      const gradient = rectified ? passed(all, centred, factor, shift, most) : all;
      const along = f32x4.mul(f32x4.mul(centred, inverse), slope);
      v128.store(value + wayTo, f32x4.mul(factor, f32x4.sub(f32x4.sub(gradient, meanGradient), along)));
    }
    return;
  }
  for (; value < end; value += line) {
    const centred = f32x4.sub(loadLanes(value, lanes), m);
    const all = loadLanes(value + way, lanes);
    const gradient = rectified ? passed(all, centred, factor, shift, most) : all;
    const along = f32x4.mul(f32x4.mul(centred, inverse), slope);
    storeLanes(value + wayTo, f32x4.mul(factor, f32x4.sub(f32x4.sub(gradient, meanGradient), along)), lanes);
  }
}

/** The gradient where the normalized value, computed as forward, lies between 0 and the limit. */
@inline
function passed(gradient: v128, centred: v128, factor: v128, shift: v128, most: v128): v128 {
  const value = f32x4.add(f32x4.mul(centred, factor), shift);
  return v128.and(gradient, v128.and(f32x4.gt(value, f32x4.splat(0)), f32x4.lt(value, most)));
}

@inline
function inverseDeviation(variance: usize, lanes: i32, epsilon: f32): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.sqrt(f32x4.add(loadLanes(variance, lanes), f32x4.splat(epsilon))));
}
