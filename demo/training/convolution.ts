/**
 * Convolution on batches of NHWC pictures, forward and backward: patches are gathered into a matrix, so that a dense
 * layer is one matrix product. Weights are [outChannels][tap][inChannels], or [channels][tap] when depthwise.
 */
import { multiplyByTransposed, transpose } from './matrix.js';

export interface ConvShape {
  /** Square pictures in and out, square kernel. */
  readonly inSize: number;
  readonly inChannels: number;
  readonly outSize: number;
  readonly outChannels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly depthwise: boolean;
}

export function weightCount({ kernel, inChannels, outChannels, depthwise }: ConvShape): number {
  return outChannels * kernel * kernel * (depthwise ? 1 : inChannels);
}

/** Multiply-accumulates for one picture, padding included. */
export function macCount(shape: ConvShape): number {
  return weightCount(shape) * shape.outSize * shape.outSize;
}

/** input [batch][inSize][inSize][inChannels] -> [batch][outSize][outSize][outChannels] */
export function convolve(
  shape: ConvShape,
  input: Float32Array,
  weights: Float32Array,
  batch: number,
): Float32Array {
  const patches = gather(shape, input, batch);
  if (!shape.depthwise) return multiplyByTransposed(patches, weights, weights.length / shape.outChannels);

  const channels = shape.outChannels;
  const taps = shape.kernel * shape.kernel;
  const output = new Float32Array(patches.length / taps);
  for (let position = 0; position < output.length / channels; position++) {
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let tap = 0; tap < taps; tap++) {
        sum += (patches[(position * taps + tap) * channels + c] ?? 0) * (weights[c * taps + tap] ?? 0);
      }
      output[position * channels + c] = sum;
    }
  }
  return output;
}

export interface ConvGradients {
  readonly input: Float32Array;
  readonly weights: Float32Array;
}

/** Gradients of a loss with respect to input and weights, given its gradient with respect to the output. */
export function convolveBackward(
  shape: ConvShape,
  input: Float32Array,
  weights: Float32Array,
  outputGradient: Float32Array,
  batch: number,
): ConvGradients {
  const patches = gather(shape, input, batch);
  const channels = shape.outChannels;
  if (!shape.depthwise) {
    const patchSize = weights.length / channels;
    const positions = outputGradient.length / channels;
    const patchGradient = multiplyByTransposed(outputGradient, transpose(weights, patchSize), channels);
    return {
      input: scatter(shape, patchGradient, batch),
      weights: multiplyByTransposed(
        transpose(outputGradient, channels),
        transpose(patches, patchSize),
        positions,
      ),
    };
  }
  const taps = shape.kernel * shape.kernel;
  const patchGradient = new Float32Array(patches.length);
  const weightGradient = new Float32Array(weights.length);
  for (let position = 0; position < outputGradient.length / channels; position++) {
    for (let c = 0; c < channels; c++) {
      const gradient = outputGradient[position * channels + c] ?? 0;
      for (let tap = 0; tap < taps; tap++) {
        const p = (position * taps + tap) * channels + c;
        const w = c * taps + tap;
        weightGradient[w] = (weightGradient[w] ?? 0) + gradient * (patches[p] ?? 0);
        patchGradient[p] = gradient * (weights[w] ?? 0);
      }
    }
  }
  return { input: scatter(shape, patchGradient, batch), weights: weightGradient };
}

/** [batch][inSize][inSize][inChannels] -> [batch][outSize][outSize][tap][inChannels], padding as zeros. */
function gather(shape: ConvShape, input: Float32Array, batch: number): Float32Array {
  if (isPointwise(shape)) return input;
  const { inChannels } = shape;
  const sources = tapSources(shape);
  const patches = new Float32Array(batch * sources.length * inChannels);
  const pictureLength = input.length / batch;
  let target = 0;
  for (let n = 0; n < batch; n++) {
    for (const source of sources) {
      if (source >= 0) {
        for (let c = 0; c < inChannels; c++) patches[target + c] = input[n * pictureLength + source + c] ?? 0;
      }
      target += inChannels;
    }
  }
  return patches;
}

/** The transpose of `gather`: adds every patch element to the input element that it came from. */
function scatter(shape: ConvShape, patches: Float32Array, batch: number): Float32Array {
  if (isPointwise(shape)) return patches;
  const { inSize, inChannels } = shape;
  const sources = tapSources(shape);
  const pictureLength = inSize * inSize * inChannels;
  const input = new Float32Array(batch * pictureLength);
  let from = 0;
  for (let n = 0; n < batch; n++) {
    for (const source of sources) {
      if (source >= 0) {
        const base = n * pictureLength + source;
        for (let c = 0; c < inChannels; c++)
          input[base + c] = (input[base + c] ?? 0) + (patches[from + c] ?? 0);
      }
      from += inChannels;
    }
  }
  return input;
}

function isPointwise({ kernel, stride, padding }: ConvShape): boolean {
  return kernel === 1 && stride === 1 && padding === 0;
}

/** For every output position and tap of one picture: where its input element starts, -1 in the padding. */
function tapSources({ inSize, inChannels, outSize, kernel, stride, padding }: ConvShape): Int32Array {
  const sources = new Int32Array(outSize * outSize * kernel * kernel).fill(-1);
  let next = 0;
  for (let y = 0; y < outSize; y++) {
    for (let x = 0; x < outSize; x++) {
      for (let ky = 0; ky < kernel; ky++) {
        for (let kx = 0; kx < kernel; kx++) {
          const inY = y * stride + ky - padding;
          const inX = x * stride + kx - padding;
          const inside = inY >= 0 && inY < inSize && inX >= 0 && inX < inSize;
          if (inside) sources[next] = (inY * inSize + inX) * inChannels;
          next++;
        }
      }
    }
  }
  return sources;
}
