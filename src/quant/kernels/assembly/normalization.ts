/**
 * Sums over rows and batch normalization, in the order of memory: row by row, four channels at a time; what belongs to a
 * channel lies in the scratch memory. Sums are formed in blocks of rows, those of ../twin/sizes.ts.
 */
import { loadLanes, multiplyAdd, storeLanes } from './lanes';
import { scratch } from './scratch';

const rowBlock: i32 = 128;
/** Channels at a time: four arrays of them fit the scratch memory. */
const chunk: i32 = 16384;
const chunkBytes: i32 = chunk * 4;

/** Per channel: the sums of the current block, or a factor; then mean, 1 / deviation, and the sums of a second quantity. */
const sums0: usize = scratch;
const means: usize = scratch + chunkBytes;
const inverses: usize = scratch + 2 * chunkBytes;
const sums1: usize = scratch + 3 * chunkBytes;

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
  for (let first = 0; first < channels; first += chunk) {
    const bytes = min(chunk, channels - first) << 2;
    for (let from = 0; from < rows; from += rowBlock) {
      memory.fill(sums0, 0, bytes);
      const end = min(rows, from + rowBlock);
      for (let row = from; row < end; row++) {
        const line = x + ((row * channels + first) << 2);
        for (let at = 0; at < bytes; at += 16) {
          v128.store(sums0 + at, f32x4.add(v128.load(sums0 + at), loadLanes(line + at, (bytes - at) >> 2)));
        }
      }
      addArray(sums0, sums + (first << 2), bytes);
    }
  }
}

export function statistics(x: usize, mean: usize, variance: usize, rows: i32, channels: i32): void {
  sumRows(x, mean, rows, channels);
  divide(mean, channels, rows);
  memory.fill(variance, 0, channels << 2);
  for (let first = 0; first < channels; first += chunk) {
    const bytes = min(chunk, channels - first) << 2;
    memory.copy(means, mean + (first << 2), bytes);
    for (let from = 0; from < rows; from += rowBlock) {
      memory.fill(sums0, 0, bytes);
      const end = min(rows, from + rowBlock);
      for (let row = from; row < end; row++) {
        const line = x + ((row * channels + first) << 2);
        for (let at = 0; at < bytes; at += 16) {
          const centred = f32x4.sub(loadLanes(line + at, (bytes - at) >> 2), v128.load(means + at));
          v128.store(sums0 + at, multiplyAdd(v128.load(sums0 + at), centred, centred));
        }
      }
      addArray(sums0, variance + (first << 2), bytes);
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
  for (let first = 0; first < channels; first += chunk) {
    const bytes = min(chunk, channels - first) << 2;
    prepare(mean + (first << 2), variance + (first << 2), bytes, epsilon);
    memory.copy(sums0, gamma + (first << 2), bytes);
    memory.copy(sums1, beta + (first << 2), bytes);
    for (let at = 0; at < bytes; at += 16) {
      v128.store(inverses + at, f32x4.mul(v128.load(sums0 + at), v128.load(inverses + at)));
    }
    for (let row = 0; row < rows; row++) {
      const line = (row * channels + first) << 2;
      for (let at = 0; at < bytes; at += 16) {
        const lanes = (bytes - at) >> 2;
        const centred = f32x4.sub(loadLanes(x + line + at, lanes), v128.load(means + at));
        const scaled = f32x4.mul(centred, v128.load(inverses + at));
        storeLanes(y + line + at, f32x4.add(scaled, v128.load(sums1 + at)), lanes);
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
  memory.fill(dGamma, 0, channels << 2);
  memory.fill(dBeta, 0, channels << 2);
  for (let first = 0; first < channels; first += chunk) {
    const bytes = min(chunk, channels - first) << 2;
    const shift = first << 2;
    prepare(mean + shift, variance + shift, bytes, epsilon);
    parameterGradients(x + shift, dy + shift, dGamma + shift, dBeta + shift, rows, channels << 2, bytes);
    inputGradient(x + shift, dy + shift, gamma + shift, dx + shift, dGamma + shift, dBeta + shift, rows, channels << 2, bytes);
  }
}

/** dBeta = sum of dy, dGamma = sum of dy times the normalized x, in one pass. */
function parameterGradients(
  x: usize,
  dy: usize,
  dGamma: usize,
  dBeta: usize,
  rows: i32,
  lineBytes: i32,
  bytes: i32,
): void {
  for (let from = 0; from < rows; from += rowBlock) {
    memory.fill(sums0, 0, bytes);
    memory.fill(sums1, 0, bytes);
    const end = min(rows, from + rowBlock);
    for (let row = from; row < end; row++) {
      const line = row * lineBytes;
      for (let at = 0; at < bytes; at += 16) {
        const lanes = (bytes - at) >> 2;
        const gradient = loadLanes(dy + line + at, lanes);
        const centred = f32x4.sub(loadLanes(x + line + at, lanes), v128.load(means + at));
        const normalized = f32x4.mul(centred, v128.load(inverses + at));
        v128.store(sums0 + at, multiplyAdd(v128.load(sums0 + at), gradient, normalized));
        v128.store(sums1 + at, f32x4.add(v128.load(sums1 + at), gradient));
      }
    }
    addArray(sums0, dGamma, bytes);
    addArray(sums1, dBeta, bytes);
  }
}

/** dx = gamma / deviation * (dy - mean of dy - normalized x * mean of dy times normalized x). */
function inputGradient(
  x: usize,
  dy: usize,
  gamma: usize,
  dx: usize,
  dGamma: usize,
  dBeta: usize,
  rows: i32,
  lineBytes: i32,
  bytes: i32,
): void {
  memory.copy(sums0, dGamma, bytes);
  memory.copy(sums1, dBeta, bytes);
  divide(sums0, bytes >> 2, rows);
  divide(sums1, bytes >> 2, rows);
  for (let row = 0; row < rows; row++) {
    const line = row * lineBytes;
    for (let at = 0; at < bytes; at += 16) {
      const lanes = (bytes - at) >> 2;
      const inverse = v128.load(inverses + at);
      const normalized = f32x4.mul(f32x4.sub(loadLanes(x + line + at, lanes), v128.load(means + at)), inverse);
      const centred = f32x4.sub(loadLanes(dy + line + at, lanes), v128.load(sums1 + at));
      const slope = f32x4.mul(normalized, v128.load(sums0 + at));
      const factor = f32x4.mul(loadLanes(gamma + at, lanes), inverse);
      storeLanes(dx + line + at, f32x4.mul(factor, f32x4.sub(centred, slope)), lanes);
    }
  }
}

/** Mean and 1 / sqrt(variance + epsilon) of the chunk into the scratch memory. */
function prepare(mean: usize, variance: usize, bytes: i32, epsilon: f32): void {
  memory.copy(means, mean, bytes);
  for (let at = 0; at < bytes; at += 16) {
    const deviation = f32x4.sqrt(f32x4.add(loadLanes(variance + at, (bytes - at) >> 2), f32x4.splat(epsilon)));
    v128.store(inverses + at, f32x4.div(f32x4.splat(1), deviation));
  }
}

function addArray(from: usize, to: usize, bytes: i32): void {
  for (let at = 0; at < bytes; at += 4) store<f32>(to + at, load<f32>(to + at) + load<f32>(from + at));
}

function divide(values: usize, count: i32, by: i32): void {
  for (let i = 0; i < count; i++) {
    const at = values + (i << 2);
    store<f32>(at, load<f32>(at) / <f32>by);
  }
}
