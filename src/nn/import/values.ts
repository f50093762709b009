import type { AvgPoolLayer, ConvLayer, MaxPoolLayer, Padding, Shape } from '../ir.js';
import type { Tensor } from '../onnx/tensor.js';

/** Integer codes behind a quantized constant: tensor = integers * scale, element by element. */
export interface Codes {
  readonly integers: Tensor;
  /** As many elements as `integers`. */
  readonly scale: Tensor;
  /** Signed width that holds every code the quantizer allows. */
  readonly bits: number;
}

export interface ConstantValue {
  readonly kind: 'constant';
  readonly tensor: Tensor;
  readonly codes?: Codes;
  /** Of integer constants: what their type or a Clip allows. */
  readonly limits?: { readonly lo: number; readonly hi: number };
}

/** The network's input before its quantizer: real = sample * gain + offset. */
export interface RealValue {
  readonly kind: 'real';
  readonly dims: readonly number[];
  readonly gain: number;
  readonly offset: number;
  readonly padding?: Padding;
}

/** A quantized tensor of the integer network. `dims` are ONNX's: [1, C, H, W], or a vector in C, H, W order. */
export interface ActivationValue {
  readonly kind: 'activation';
  readonly tensor: string;
  readonly dims: readonly number[];
  /** Zeros (real 0) around it, to be folded into the consumer. */
  readonly padding?: Padding;
}

/** Elementwise real function per channel; composed in order. */
export type Step =
  | { readonly kind: 'affine'; readonly gain: Float64Array; readonly offset: Float64Array }
  | { readonly kind: 'clamp'; readonly lo: number; readonly hi: number };

export type ConvSource = Omit<ConvLayer, 'requantize' | 'bias' | 'output'>;
export type PoolSource = Omit<AvgPoolLayer, 'requantize' | 'output'>;

export interface AddSource {
  readonly kind: 'add';
  readonly name: string;
  readonly inputs: readonly [string, string];
}

export type PoolAfter = Pick<MaxPoolLayer, 'name' | 'kernel' | 'stride' | 'padding'>;

/**
 * The accumulators of a layer (for an add: the real sum) and what is done to them before the quantizer that will close the
 * layer. For conv and pooling the first step turns accumulators into real numbers.
 */
export interface PendingValue {
  readonly kind: 'pending';
  readonly source: ConvSource | PoolSource | AddSource;
  readonly shape: Shape;
  readonly dims: readonly number[];
  readonly steps: readonly Step[];
  /** Max poolings commute with rising steps and quantizers, so they run after them, on integers. */
  readonly poolsAfter: readonly PoolAfter[];
}

/** Output of QuantizeLinear (and Clip) before its DequantizeLinear. */
export interface CodesValue {
  readonly kind: 'codes';
  readonly of: RealValue | PendingValue | ActivationValue;
  readonly scale: number;
  readonly zeroPoint: number;
  readonly signed: boolean;
  readonly lo: number;
  readonly hi: number;
}

export type Value = ConstantValue | RealValue | ActivationValue | PendingValue | CodesValue;

/** What closes a layer: the integers a real number becomes. */
export interface Quantization {
  /** Of the quantizer node, for messages. */
  readonly name: string;
  readonly scale: number;
  readonly zeroPoint: number;
  readonly bits: number;
  readonly signed: boolean;
  readonly lo: number;
  readonly hi: number;
  /** Real to integer, clamped; monotone. */
  readonly code: (real: number) => number;
  readonly bipolar: boolean;
  /** Ties to even: what InputTransform does. */
  readonly halfEven: boolean;
}
