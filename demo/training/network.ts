/**
 * The demo's network (PROM style, arXiv 2505.03254): 8-bit first layer, 8-bit depthwise layers, ternary pointwise layers,
 * global average pooling and an 8-bit classifier; 8-bit unsigned activations everywhere.
 */
import type { Random } from '../../src/num/index.js';
import { pictureSize, pixelCount } from '../draw-digits.js';
import type { Block, BlockSpec, BlockTrace, Statistics } from './block.js';
import { backwardBlock, blockParameters, createBlock, forwardBlock, quantizeActivation } from './block.js';
import { convolve, convolveBackward } from './convolution.js';
import type { ConvShape } from './convolution.js';
import type { Parameter } from './parameters.js';
import { collect, createParameter } from './parameters.js';
import type { WeightQuantizer } from './quantizers.js';
import { quantizeWeights } from './quantizers.js';

export const classCount = 10;
/** A pixel p is the real number p / 256. */
export const inputScale = 1 / 256;

type Place = Pick<BlockSpec, 'name' | 'inSize' | 'inChannels' | 'outChannels'>;

const dense3x3 = (place: Place): BlockSpec => ({
  ...place,
  outSize: place.inSize / 2,
  kernel: 3,
  stride: 2,
  padding: 1,
  depthwise: false,
  quantizer: 'int8PerChannel',
});
const depthwise3x3 = (place: Place, stride: number): BlockSpec => ({
  ...place,
  outSize: place.inSize / stride,
  kernel: 3,
  stride,
  padding: 1,
  depthwise: true,
  quantizer: 'int8PerChannel',
});
const pointwise = (place: Place): BlockSpec => ({
  ...place,
  outSize: place.inSize,
  kernel: 1,
  stride: 1,
  padding: 0,
  depthwise: false,
  quantizer: 'ternary',
});

export const blockSpecs: readonly BlockSpec[] = [
  dense3x3({ name: 'stem', inSize: pictureSize, inChannels: 1, outChannels: 8 }),
  depthwise3x3({ name: 'depthwise1', inSize: 8, inChannels: 8, outChannels: 8 }, 1),
  pointwise({ name: 'pointwise1', inSize: 8, inChannels: 8, outChannels: 16 }),
  depthwise3x3({ name: 'depthwise2', inSize: 8, inChannels: 16, outChannels: 16 }, 2),
  pointwise({ name: 'pointwise2', inSize: 4, inChannels: 16, outChannels: 32 }),
];
export const poolSize = 4;

/** The classifier as a convolution on one pixel: [classes][features]. */
export const classifierShape: ConvShape = {
  inSize: 1,
  inChannels: 32,
  outSize: 1,
  outChannels: classCount,
  kernel: 1,
  stride: 1,
  padding: 0,
  depthwise: false,
};

export interface Network {
  readonly blocks: readonly Block[];
  /** Step of the quantizer after the average pooling, as `Block.activationScale`. */
  readonly poolScale: Float32Array;
  readonly classifier: Parameter;
  readonly classifierQuantizer: WeightQuantizer;
  readonly classifierBias: Parameter;
}

/** `float` leaves weights unquantized (for gradient checks); activations stay unquantized while their scale is 0. */
export function createNetwork(random: Random, precision: 'quantized' | 'float' = 'quantized'): Network {
  const specs = blockSpecs.map((spec) =>
    precision === 'float' ? { ...spec, quantizer: 'float' as const } : spec,
  );
  const features = classifierShape.inChannels;
  return {
    blocks: specs.map((spec) => createBlock(spec, random)),
    poolScale: new Float32Array(1),
    classifier: createParameter(
      Float32Array.from({ length: classCount * features }, () => random.between(-1, 1) / Math.sqrt(features)),
    ),
    classifierQuantizer: precision === 'float' ? 'float' : 'int8PerTensor',
    classifierBias: createParameter(new Float32Array(classCount)),
  };
}

export function networkParameters({ blocks, classifier, classifierBias }: Network): readonly Parameter[] {
  return [...blocks.flatMap(blockParameters), classifier, classifierBias];
}

export interface NetworkTrace {
  readonly blocks: readonly { readonly trace: BlockTrace; readonly statistics: Statistics }[];
  readonly pooled: Float32Array;
  readonly features: Float32Array;
  readonly classifierWeights: Float32Array;
  /** [batch][classCount] */
  readonly logits: Float32Array;
}

/** `pixels`: batch pictures of 8-bit grey. */
export function forward(
  network: Network,
  pixels: Uint8Array,
  batch: number,
  statistics: 'batch' | 'running',
): NetworkTrace {
  if (pixels.length !== batch * pixelCount) throw new RangeError('forward: batch and pixels disagree');
  const blocks: NetworkTrace['blocks'][number][] = [];
  let activations: Float32Array = Float32Array.from(pixels, (pixel) => pixel * inputScale);
  for (const block of network.blocks) {
    const result = forwardBlock(block, activations, batch, statistics);
    blocks.push(result);
    activations = result.trace.output;
  }
  const pooled = averagePool(activations, batch);
  const features = pooled.map((value) => quantizeActivation(value, network.poolScale[0] ?? 0));
  const classifierWeights = quantizeWeights(
    network.classifier.values,
    classCount,
    network.classifierQuantizer,
  ).values;
  const logits = convolve(classifierShape, features, classifierWeights, batch);
  for (let i = 0; i < logits.length; i++) {
    logits[i] = (logits[i] ?? 0) + (network.classifierBias.values[i % classCount] ?? 0);
  }
  return { blocks, pooled, features, classifierWeights, logits };
}

/** Collects every parameter's gradient from the gradient with respect to the logits. */
export function backward(
  network: Network,
  trace: NetworkTrace,
  logitGradient: Float32Array,
  batch: number,
): void {
  const biasGradient = new Float32Array(classCount);
  for (let i = 0; i < logitGradient.length; i++) {
    biasGradient[i % classCount] = (biasGradient[i % classCount] ?? 0) + (logitGradient[i] ?? 0);
  }
  collect(network.classifierBias, biasGradient);
  const through = convolveBackward(
    classifierShape,
    trace.features,
    trace.classifierWeights,
    logitGradient,
    batch,
  );
  collect(network.classifier, through.weights);
  let gradient = averagePoolBackward(through.input, batch);
  for (let i = network.blocks.length - 1; i >= 0; i--) {
    const block = network.blocks[i];
    const blockTrace = trace.blocks[i];
    if (block && blockTrace) gradient = backwardBlock(block, blockTrace.trace, gradient, batch);
  }
}

const positions = poolSize * poolSize;

function averagePool(input: Float32Array, batch: number): Float32Array {
  const channels = input.length / batch / positions;
  const output = new Float32Array(batch * channels);
  for (let i = 0; i < input.length; i++) {
    const o = Math.floor(i / (positions * channels)) * channels + (i % channels);
    output[o] = (output[o] ?? 0) + (input[i] ?? 0) / positions;
  }
  return output;
}

/** The step of the pooling quantizer is never clamped (a mean is at most the maximum), so gradients pass unchanged. */
function averagePoolBackward(gradient: Float32Array, batch: number): Float32Array {
  const channels = gradient.length / batch;
  return Float32Array.from({ length: gradient.length * positions }, (_, i) => {
    const o = Math.floor(i / (positions * channels)) * channels + (i % channels);
    return (gradient[o] ?? 0) / positions;
  });
}

/** Mean cross entropy's gradient with respect to the logits, and how many pictures were classified rightly. */
export function score(
  logits: Float32Array,
  labels: Uint8Array,
): { readonly logitGradient: Float32Array; readonly loss: number; readonly correct: number } {
  const batch = labels.length;
  const logitGradient = new Float32Array(logits.length);
  let loss = 0;
  let correct = 0;
  for (let n = 0; n < batch; n++) {
    const row = logits.subarray(n * classCount, (n + 1) * classCount);
    const label = labels[n] ?? 0;
    const greatest = Math.max(...row);
    const weights = Array.from(row, (logit) => exponential(logit - greatest));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    weights.forEach((weight, c) => {
      logitGradient[n * classCount + c] = (weight / total - (c === label ? 1 : 0)) / batch;
    });
    loss -= Math.log((weights[label] ?? 0) / total) / batch;
    if (row.indexOf(greatest) === label) correct++;
  }
  return { logitGradient, loss, correct };
}

/** e^x for x <= 0 by squaring (1 + x / 2^20), so that training gives the same bits on every machine, unlike Math.exp. */
function exponential(x: number): number {
  let result = Math.max(0, 1 + x / 2 ** 20);
  for (let i = 0; i < 20; i++) result *= result;
  return result;
}
