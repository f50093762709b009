/**
 * The float network that is trained and quantized: plain immutable data. Tensors are NHWC with N left out, so a shape is
 * [height, width, channels]. Every node has one output, which bears the node's name.
 */
import type { Padding, Shape, WeightFormat } from '../../nn/index.js';

interface NodeBase {
  /** Name of the source's node, as the user knows it; also the name of its output. */
  readonly name: string;
}

interface Window {
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [y: number, x: number];
  readonly padding: Padding;
}

/** Convolution of any kind; a fully connected layer is one whose kernel covers the whole input, without padding. */
export interface ConvNode extends NodeBase, Window {
  readonly kind: 'conv';
  readonly input: string;
  /** One filter per channel, output channels = input channels. */
  readonly depthwise: boolean;
  readonly inChannels: number;
  readonly outChannels: number;
  /** [outChannels][kernelHeight][kernelWidth][inChannels], or [channels][kernelHeight][kernelWidth] when depthwise. */
  readonly weights: Float32Array;
  /** Per output channel. */
  readonly bias?: Float32Array;
}

/** y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, per channel. */
export interface BatchNormNode extends NodeBase {
  readonly kind: 'batchNorm';
  readonly input: string;
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly mean: Float32Array;
  /** Biased variance of the training pictures. */
  readonly variance: Float32Array;
  readonly epsilon: number;
}

/** y = min(max(x, 0), max); ReLU6 has max 6. */
export interface ReluNode extends NodeBase {
  readonly kind: 'relu';
  readonly input: string;
  readonly max?: number;
}

/** Padding never wins. */
export interface MaxPoolNode extends NodeBase, Window {
  readonly kind: 'maxPool';
  readonly input: string;
}

/** Sum over the window divided by its size, padding included as zeros. Global pooling: the kernel is the whole input. */
export interface AvgPoolNode extends NodeBase, Window {
  readonly kind: 'avgPool';
  readonly input: string;
}

export interface AddNode extends NodeBase {
  readonly kind: 'add';
  readonly inputs: readonly [string, string];
}

export type FloatNode = ConvNode | BatchNormNode | ReluNode | MaxPoolNode | AvgPoolNode | AddNode;

export interface FloatModel {
  readonly name: string;
  /** Name of the input tensor. */
  readonly input: string;
  readonly inputShape: Shape;
  /** In execution order; the last one's output are the logits, [1, 1, classes]. */
  readonly nodes: readonly FloatNode[];
}

/** real = scale * code; `bits` bits, two's complement when signed. Zero point 0 (src/nn allows others, the methods use none). */
export interface ActivationGrid {
  readonly bits: number;
  readonly signed: boolean;
  readonly scale: number;
}

/** real = scale * code. */
export interface WeightGrid {
  /** In the node's order. */
  readonly codes: Int16Array;
  /** One entry for the layer, or one per output channel. */
  readonly scales: Float32Array;
  /** Two's complement width of the codes. */
  readonly bits: number;
  readonly format: WeightFormat;
}

/** An approximate multiplier: entry [act code][weight code] (two's complement bits of both), as `tableIndex` of src/nn has it. */
export interface ProductTable {
  readonly name: string;
  readonly table: readonly number[];
  /** JSON: what computes the table, where that is known (docs/fames.md). */
  readonly circuit?: unknown;
}

/**
 * What every method returns and what is written to ONNX: the float model (its weights equal code * scale wherever `weights`
 * names the node), and the grids.
 */
export interface QuantizedModel {
  readonly model: FloatModel;
  readonly input: ActivationGrid;
  /** By conv node; every conv node is listed. */
  readonly weights: Readonly<Record<string, WeightGrid>>;
  /** By node whose output is stored as integers: every node of `quantizationPoints(model)`. */
  readonly activations: Readonly<Record<string, ActivationGrid>>;
  /** By conv node; absent: exact products. */
  readonly products: Readonly<Record<string, ProductTable>>;
}
