/**
 * The float32 kernels of the training engine, NHWC, on one linear memory: pointers are byte offsets, 16-byte aligned.
 * Implemented twice: in WebAssembly SIMD (assembly/) and in plain TypeScript (twin.ts), the oracle of the property tests.
 * Outputs never overlap inputs unless said so.
 */

/** Window of a convolution or pooling: output pixel (y, x) reads input rows y * strideY - top ... */
export interface WindowSizes {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly top: number;
  readonly left: number;
  readonly outHeight: number;
  readonly outWidth: number;
}

export interface Kernels {
  /** c[m][n] = a[m][k] * b[k][n], added to c when `accumulate`. */
  matmul(a: number, b: number, c: number, m: number, k: number, n: number, accumulate: boolean): void;
  /** c[m][n] = sum over k of a[k][m] * b[k][n]: weight gradients. Added to c when `accumulate`. */
  matmulTransposedA(
    a: number,
    b: number,
    c: number,
    m: number,
    k: number,
    n: number,
    accumulate: boolean,
  ): void;
  /** to[column][row] = from[row][column]. */
  transpose(from: number, to: number, rows: number, columns: number): void;
  /** columns[pixel][ky][kx][channel]; outside the picture: 0. */
  im2col(x: number, columns: number, window: WindowSizes): void;
  /** dx += the inverse of im2col. */
  col2im(columns: number, dx: number, window: WindowSizes): void;
  /** Weights [channel][ky][kx]. */
  depthwise(x: number, weights: number, y: number, window: WindowSizes): void;
  /** dx and dWeights are overwritten; dx 0: not wanted. */
  depthwiseBackward(
    x: number,
    weights: number,
    dy: number,
    dx: number,
    dWeights: number,
    window: WindowSizes,
  ): void;
  /** y[row][channel] += bias[channel], in place. */
  addBias(y: number, bias: number, rows: number, channels: number): void;
  /** sums[channel] = sum over rows. */
  sumRows(x: number, sums: number, rows: number, channels: number): void;
  /** Mean and biased variance per channel, in two passes. */
  statistics(x: number, mean: number, variance: number, rows: number, channels: number): void;
  /** y = gamma (x - mean) / sqrt(variance + epsilon) + beta; in place allowed. */
  normalize(
    x: number,
    mean: number,
    variance: number,
    gamma: number,
    beta: number,
    y: number,
    rows: number,
    channels: number,
    epsilon: number,
  ): void;
  /** `normalize`, then `relu`. */
  normalizeRelu(
    x: number,
    mean: number,
    variance: number,
    gamma: number,
    beta: number,
    y: number,
    rows: number,
    channels: number,
    epsilon: number,
    limit: number,
  ): void;
  /** Backward of train-mode normalization (mean and variance are of this x). dx may be dy. */
  normalizeBackward(
    x: number,
    dy: number,
    mean: number,
    variance: number,
    gamma: number,
    dx: number,
    dGamma: number,
    dBeta: number,
    rows: number,
    channels: number,
    epsilon: number,
  ): void;
  /** Backward of `normalizeRelu` in training: dy is that of the ReLU. dx may be dy. */
  normalizeReluBackward(
    x: number,
    dy: number,
    mean: number,
    variance: number,
    gamma: number,
    beta: number,
    dx: number,
    dGamma: number,
    dBeta: number,
    rows: number,
    channels: number,
    epsilon: number,
    limit: number,
  ): void;
  /** y = min(max(x, 0), limit), limit may be Infinity; -0 and NaN stay; in place allowed. */
  relu(x: number, y: number, count: number, limit: number): void;
  /** dx = dy where 0 < y < limit (y: the output), else 0; in place on dy allowed. */
  reluBackward(y: number, dy: number, dx: number, count: number, limit: number): void;
  /** y = scale * clamp(roundHalfEven(x / scale), lo, hi); in place allowed. */
  fakeQuantize(x: number, y: number, count: number, scale: number, lo: number, hi: number): void;
  /** dx = dy where lo <= x / scale <= hi (straight through), else 0; x: the quantizer's input. */
  fakeQuantizeBackward(
    x: number,
    dy: number,
    dx: number,
    count: number,
    scale: number,
    lo: number,
    hi: number,
  ): void;
  /** argmax: int32 index into x per output element. */
  maxPool(x: number, y: number, argmax: number, window: WindowSizes): void;
  /** dx (inputs elements) is overwritten. */
  maxPoolBackward(dy: number, argmax: number, dx: number, outputs: number, inputs: number): void;
  avgPool(x: number, y: number, window: WindowSizes): void;
  /** dx is overwritten. */
  avgPoolBackward(dy: number, dx: number, window: WindowSizes): void;
  /** y += x. */
  addInto(x: number, y: number, count: number): void;
  /**
   * Softmax cross entropy of logits [rows][classes] with int32 labels: dLogits = gradientScale * (softmax - one hot).
   * The exponential is our own polynomial, so that every machine has the same bits.
   * @returns the sum (not the mean) of the rows' losses
   */
  crossEntropy(
    logits: number,
    labels: number,
    dLogits: number,
    rows: number,
    classes: number,
    gradientScale: number,
  ): number;
  /** Rows whose greatest logit (the first of equals) is the label. */
  countCorrect(logits: number, labels: number, rows: number, classes: number): number;
}

/** Kernels with the memory they work on. The caller lays out and grows the memory; a view is taken anew after growth. */
export interface KernelInstance {
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
  /** First byte that is the caller's, a multiple of 16; what lies below is the kernels' scratch memory. */
  readonly heapBase: number;
}
