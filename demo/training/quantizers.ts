/** How trained real numbers become the few integers that the hardware multiplies with. */

/**
 * - `ternary`: codes -1, 0, 1; one scale per output channel, the mean of |w| (PROM, arXiv 2505.03254, after BitNet b1.58).
 * - `int8PerChannel`, `int8PerTensor`: codes -127 .. 127; scale max|w| / 127.
 * - `float`: no quantization, for gradient checks.
 */
export type WeightQuantizer = 'ternary' | 'int8PerChannel' | 'int8PerTensor' | 'float';

export interface QuantizedWeights {
  /** Same order as the weights. Empty for `float`. */
  readonly codes: Int8Array;
  /** One per output channel (all equal for `int8PerTensor`), exactly representable as float32. */
  readonly scales: Float32Array;
  /** code * scale, or the weights themselves for `float`. */
  readonly values: Float32Array;
}

/** `weights` holds `channelCount` filters of equal length, one after another. */
export function quantizeWeights(
  weights: Float32Array,
  channelCount: number,
  quantizer: WeightQuantizer,
): QuantizedWeights {
  const scales = new Float32Array(channelCount).fill(1);
  if (quantizer === 'float') return { codes: new Int8Array(0), scales, values: weights };

  const filterSize = weights.length / channelCount;
  const greatestCode = quantizer === 'ternary' ? 1 : 127;
  for (let channel = 0; channel < channelCount; channel++) {
    const filter = weights.subarray(channel * filterSize, (channel + 1) * filterSize);
    scales[channel] = quantizer === 'ternary' ? meanMagnitude(filter) : greatestMagnitude(filter) / 127;
  }
  if (quantizer === 'int8PerTensor') scales.fill(Math.max(...scales));

  const codes = new Int8Array(weights.length);
  const values = new Float32Array(weights.length);
  for (let i = 0; i < weights.length; i++) {
    const scale = scales[Math.floor(i / filterSize)] ?? 0;
    const code = Math.min(greatestCode, Math.max(-greatestCode, Math.round((weights[i] ?? 0) / scale)));
    codes[i] = code;
    values[i] = code * scale;
  }
  return { codes, scales, values };
}

function meanMagnitude(filter: Float32Array): number {
  return Math.max(1e-8, filter.reduce((sum, weight) => sum + Math.abs(weight), 0) / filter.length);
}

function greatestMagnitude(filter: Float32Array): number {
  return Math.max(
    1e-8,
    filter.reduce((greatest, weight) => Math.max(greatest, Math.abs(weight)), 0),
  );
}
