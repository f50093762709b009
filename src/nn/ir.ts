/**
 * The integer network: what every stage after quantization agrees on (design, section 3). Plain immutable data, no float
 * after the input quantizer. Tensors are NHWC with N = 1, so a shape is [height, width, channels].
 */

export type Shape = readonly [height: number, width: number, channels: number];

/** real = scale * (q - zeroPoint), q stored in `bits` bits, two's complement when `signed`. */
export interface IntegerTensor {
  readonly name: string;
  readonly shape: Shape;
  readonly bits: number;
  readonly signed: boolean;
  readonly scale: number;
  readonly zeroPoint: number;
}

export type Rounding = 'halfUp' | 'halfAwayFromZero' | 'halfEven' | 'gemmlowp';

/**
 * y = clamp(round((acc * multiplier + addend) / 2^shift) + zeroPoint, lo, hi), per output channel (arrays of one entry per
 * channel). The bias lives in `addend`, in units of 2^-shift output steps, so that folding a batch normalization loses no
 * precision. |multiplier| < 2^31, |acc * multiplier + addend| < 2^53, 0 <= shift <= 47.
 * `gemmlowp` is the exception: TFLite's saturating doubling high multiply and rounding right shift, addend = 0.
 */
export interface Requantize {
  readonly multiplier: readonly number[];
  readonly addend: readonly number[];
  readonly shift: readonly number[];
  readonly rounding: Rounding;
  readonly zeroPoint: number;
  readonly lo: number;
  readonly hi: number;
}

export interface Padding {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

export type WeightFormat = 'int' | 'ternary' | 'powerOfTwo' | 'pvq';
/**
 * `table` products (approximate multipliers) come with FAMES. `circuit`: JSON that says what computes the table (docs/fames.md);
 * whoever builds hardware from it checks that it does.
 */
export type Product =
  'exact' | { readonly table: readonly number[]; readonly hash: string; readonly circuit?: unknown };

interface LayerBase {
  /** Name of the source's node, as the user knows it. */
  readonly name: string;
  /** Names of tensors. */
  readonly output: string;
}

/**
 * Convolution of any kind; a fully connected layer is one whose kernel covers the whole input.
 * acc = sum over taps and channels of (x - zx) * w + bias; padding inserts zx (contributes 0).
 */
export interface ConvLayer extends LayerBase {
  readonly kind: 'conv';
  readonly input: string;
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [y: number, x: number];
  readonly padding: Padding;
  /** `depthwise`: one filter per channel, output channels = input channels. */
  readonly depthwise: boolean;
  /** [outChannels][kernelHeight][kernelWidth][inChannels], or [channels][kernelHeight][kernelWidth] when depthwise. */
  readonly weights: Int16Array;
  readonly weightBits: number;
  readonly weightFormat: WeightFormat;
  readonly product: Product;
  /** Per output channel, added to the accumulator. All zero where `requantize` carries the bias. */
  readonly bias: readonly number[];
  /** Undefined: the accumulator itself is the output (logits). */
  readonly requantize?: Requantize;
}

/**
 * acc = sum over the window of (x - zx); padding contributes 0. A 1x1 window is a plain rescale or clamp.
 */
export interface AvgPoolLayer extends LayerBase {
  readonly kind: 'avgPool';
  readonly input: string;
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [y: number, x: number];
  readonly padding: Padding;
  /** One entry per channel. */
  readonly requantize: Requantize;
}

/** Greatest value in the window; padding never wins. Output type equals input type. */
export interface MaxPoolLayer extends LayerBase {
  readonly kind: 'maxPool';
  readonly input: string;
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [y: number, x: number];
  readonly padding: Padding;
}

/** y = clamp(round(((a - za) * multiplierA + (b - zb) * multiplierB) / 2^shift) + zeroPoint, lo, hi); rounding as in Requantize, not gemmlowp. */
export interface AddLayer extends LayerBase {
  readonly kind: 'add';
  readonly inputs: readonly [string, string];
  readonly multiplierA: number;
  readonly multiplierB: number;
  readonly shift: number;
  readonly rounding: Exclude<Rounding, 'gemmlowp'>;
  readonly zeroPoint: number;
  readonly lo: number;
  readonly hi: number;
}

export type IntegerLayer = ConvLayer | AvgPoolLayer | MaxPoolLayer | AddLayer;

/** How a real-valued sample becomes the input tensor: q = clamp(roundHalfEven((sample * gain + offset) / scale) + zeroPoint). */
export interface InputTransform {
  readonly gain: number;
  readonly offset: number;
  readonly lo: number;
  readonly hi: number;
}

export interface IntegerNetwork {
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly inputTransform: InputTransform;
  readonly tensors: Readonly<Record<string, IntegerTensor>>;
  /** In execution order. */
  readonly layers: readonly IntegerLayer[];
}
