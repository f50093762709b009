/** The networks that the methods are measured on, untrained. */
import type { Shape } from '../../nn/index.js';
import { modelBuilder, type ModelBuilder } from './build.js';
import type { FloatModel } from './ir.js';

export interface NetworkOptions {
  /** [height, width, channels] of a picture. */
  readonly shape?: Shape;
  /** Default 10. */
  readonly classes?: number;
  /** Of the initial weights. Default 1. */
  readonly seed?: number;
}

const normalized = (builder: ModelBuilder): ModelBuilder => builder.batchNorm().relu();

/** Depthwise 3 x 3 and pointwise convolution, batch normalization and ReLU after each (MobileNet, arXiv 1704.04861). */
const separable = (builder: ModelBuilder, outChannels: number, stride: number): ModelBuilder =>
  normalized(normalized(builder.depthwise({ stride })).pointwise(outChannels));

const classifier = (builder: ModelBuilder, classes: number): FloatModel =>
  builder.globalAvgPool().fullyConnected(classes).build();

/**
 * Depthwise-separable net for 28 x 28 pictures: stem 3 x 3 x 16 with stride 2, four separable blocks (32, 64 with stride 2,
 * 64, 64 channels), global average pooling, fully connected. 13,962 parameters for 28 x 28 x 1 and 10 classes.
 */
export function dsNet({ shape = [28, 28, 1], classes = 10, seed = 1 }: NetworkOptions = {}): FloatModel {
  const builder = normalized(modelBuilder('dsnet', shape, seed).conv(16, { stride: 2 }));
  separable(separable(separable(separable(builder, 32, 1), 64, 2), 64, 1), 64, 1);
  return classifier(builder, classes);
}

/** The same idea for the 8 x 8 digits (papers.md 1.5): stem 3 x 3 x 16, blocks of 32, 64 with stride 2, 64 channels. */
export function digitsNet({ shape = [8, 8, 1], classes = 10, seed = 1 }: NetworkOptions = {}): FloatModel {
  const builder = normalized(modelBuilder('digitsnet', shape, seed).conv(16));
  separable(separable(separable(builder, 32, 1), 64, 2), 64, 1);
  return classifier(builder, classes);
}

/**
 * ResNet-8 as in MLPerf Tiny (image classification): stem 3 x 3, three stacks of two 3 x 3 convolutions with `width`,
 * 2 `width`, 4 `width` channels, the last two with stride 2 and a 1 x 1 shortcut with bias, global average pooling.
 */
export function resNet8({
  shape = [32, 32, 3],
  classes = 10,
  width = 16,
  seed = 1,
}: NetworkOptions & { readonly width?: number } = {}): FloatModel {
  const builder = normalized(modelBuilder('resnet8', shape, seed).conv(width));
  for (const stack of [0, 1, 2]) residual(builder, width * 2 ** stack, stack === 0 ? 1 : 2);
  return classifier(builder, classes);
}

function residual(builder: ModelBuilder, channels: number, stride: number): void {
  const input = builder.last;
  normalized(builder.conv(channels, { stride })).conv(channels).batchNorm();
  const body = builder.last;
  const shortcut = stride === 1 ? input : builder.pointwise(channels, { input, stride, bias: true }).last;
  builder.add(shortcut, { input: body }).relu();
}
