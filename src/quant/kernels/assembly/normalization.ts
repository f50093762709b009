/**
 * Sums over rows and batch normalization. Rows are taken in blocks that stay in the cache, four channels at a time down the
 * rows of a block; the blocks are those of ../twin/sizes.ts.
 */
import { loadLanes, multiplyAdd, storeLanes } from './lanes';

const rowBlock: i32 = 128;

export function addBias(y: usize, bias: usize, rows: i32, channels: i32): void {
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < channels; c += 4) {
      const lanes = channels - c;
      const at = y + ((row * channels + c) << 2);
      storeLanes(at, f32x4.add(loadLanes(at, lanes), loadLanes(bias + (c << 2), lanes)), lanes);
    }
  }
}

export function sumRows(x: usize, sums: usize, rows: i32, channels: i32): void {
  memory.fill(sums, 0, channels << 2);
  const line = channels << 2;
  for (let from = 0; from < rows; from += rowBlock) {
    const count = min(rowBlock, rows - from);
    for (let c = 0; c < channels; c += 4) {
      const lanes = channels - c;
      let at = x + ((from * channels + c) << 2);
      let partial = f32x4.splat(0);
      for (let row = 0; row < count; row++) {
        partial = f32x4.add(partial, loadLanes(at, lanes));
        at += line;
      }
      addLanes(sums + (c << 2), partial, lanes);
    }
  }
}

export function statistics(x: usize, mean: usize, variance: usize, rows: i32, channels: i32): void {
  sumRows(x, mean, rows, channels);
  divide(mean, channels, rows);
  memory.fill(variance, 0, channels << 2);
  const line = channels << 2;
  for (let from = 0; from < rows; from += rowBlock) {
    const count = min(rowBlock, rows - from);
    for (let c = 0; c < channels; c += 4) {
      const lanes = channels - c;
      const middle = loadLanes(mean + (c << 2), lanes);
      let at = x + ((from * channels + c) << 2);
      let partial = f32x4.splat(0);
      for (let row = 0; row < count; row++) {
        const centred = f32x4.sub(loadLanes(at, lanes), middle);
        partial = multiplyAdd(partial, centred, centred);
        at += line;
      }
      addLanes(variance + (c << 2), partial, lanes);
    }
  }
  divide(variance, channels, rows);
}

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
  const line = channels << 2;
  for (let from = 0; from < rows; from += rowBlock) {
    const count = min(rowBlock, rows - from);
    for (let c = 0; c < channels; c += 4) {
      const lanes = channels - c;
      const at = c << 2;
      const middle = loadLanes(mean + at, lanes);
      const factor = f32x4.mul(loadLanes(gamma + at, lanes), inverseDeviation(variance + at, lanes, epsilon));
      const shift = loadLanes(beta + at, lanes);
      let place = (from * channels + c) << 2;
      for (let row = 0; row < count; row++) {
        const centred = f32x4.sub(loadLanes(x + place, lanes), middle);
        storeLanes(y + place, f32x4.add(f32x4.mul(centred, factor), shift), lanes);
        place += line;
      }
    }
  }
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
  parameterGradients(x, dy, mean, variance, dGamma, dBeta, rows, channels, epsilon);
  const line = channels << 2;
  const all = f32x4.splat(<f32>rows);
  for (let from = 0; from < rows; from += rowBlock) {
    const count = min(rowBlock, rows - from);
    for (let c = 0; c < channels; c += 4) {
      const lanes = channels - c;
      const at = c << 2;
      const middle = loadLanes(mean + at, lanes);
      const inverse = inverseDeviation(variance + at, lanes, epsilon);
      const factor = f32x4.mul(loadLanes(gamma + at, lanes), inverse);
      const meanGradient = f32x4.div(loadLanes(dBeta + at, lanes), all);
      const slope = f32x4.div(loadLanes(dGamma + at, lanes), all);
      let place = (from * channels + c) << 2;
      for (let row = 0; row < count; row++) {
        const normalized = f32x4.mul(f32x4.sub(loadLanes(x + place, lanes), middle), inverse);
        const centred = f32x4.sub(loadLanes(dy + place, lanes), meanGradient);
        storeLanes(dx + place, f32x4.mul(factor, f32x4.sub(centred, f32x4.mul(normalized, slope))), lanes);
        place += line;
      }
    }
  }
}

/** dBeta = sum of dy, dGamma = sum of dy times the normalized x, in one pass. */
function parameterGradients(
  x: usize,
  dy: usize,
  mean: usize,
  variance: usize,
  dGamma: usize,
  dBeta: usize,
  rows: i32,
  channels: i32,
  epsilon: f32,
): void {
  memory.fill(dGamma, 0, channels << 2);
  memory.fill(dBeta, 0, channels << 2);
  const line = channels << 2;
  for (let from = 0; from < rows; from += rowBlock) {
    const count = min(rowBlock, rows - from);
    for (let c = 0; c < channels; c += 4) {
      const lanes = channels - c;
      const at = c << 2;
      const middle = loadLanes(mean + at, lanes);
      const inverse = inverseDeviation(variance + at, lanes, epsilon);
      let place = (from * channels + c) << 2;
      let gammas = f32x4.splat(0);
      let betas = f32x4.splat(0);
      for (let row = 0; row < count; row++) {
        const gradient = loadLanes(dy + place, lanes);
        const normalized = f32x4.mul(f32x4.sub(loadLanes(x + place, lanes), middle), inverse);
        gammas = multiplyAdd(gammas, gradient, normalized);
        betas = f32x4.add(betas, gradient);
        place += line;
      }
      addLanes(dGamma + at, gammas, lanes);
      addLanes(dBeta + at, betas, lanes);
    }
  }
}

@inline
function inverseDeviation(variance: usize, lanes: i32, epsilon: f32): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.sqrt(f32x4.add(loadLanes(variance, lanes), f32x4.splat(epsilon))));
}

@inline
function addLanes(to: usize, value: v128, lanes: i32): void {
  storeLanes(to, f32x4.add(loadLanes(to, lanes), value), lanes);
}

function divide(values: usize, count: i32, by: i32): void {
  for (let i = 0; i < count; i++) {
    const at = values + (i << 2);
    store<f32>(at, load<f32>(at) / <f32>by);
  }
}
