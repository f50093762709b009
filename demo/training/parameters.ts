/** Trained numbers and the Adam optimizer (Kingma and Ba, arXiv 1412.6980). */

export interface Parameter {
  readonly values: Float32Array;
  /** Filled by the backward pass, emptied by `adamStep`. */
  readonly gradient: Float32Array;
  readonly mean: Float32Array;
  readonly square: Float32Array;
}

export function createParameter(values: Float32Array): Parameter {
  const zeros = (): Float32Array => new Float32Array(values.length);
  return { values, gradient: zeros(), mean: zeros(), square: zeros() };
}

/** Adds `gradient` to what the parameter has collected. */
export function collect(parameter: Parameter, gradient: Float32Array): void {
  for (let i = 0; i < gradient.length; i++) {
    parameter.gradient[i] = (parameter.gradient[i] ?? 0) + (gradient[i] ?? 0);
  }
}

const meanDecay = 0.9;
const squareDecay = 0.999;

/** Moves every parameter against its gradient; `step` counts from 1. Empties the gradients. */
export function adamStep(parameters: readonly Parameter[], learningRate: number, step: number): void {
  const meanCorrection = 1 - power(meanDecay, step);
  const squareCorrection = 1 - power(squareDecay, step);
  for (const { values, gradient, mean, square } of parameters) {
    for (let i = 0; i < values.length; i++) {
      const g = gradient[i] ?? 0;
      const m = meanDecay * (mean[i] ?? 0) + (1 - meanDecay) * g;
      const s = squareDecay * (square[i] ?? 0) + (1 - squareDecay) * g * g;
      mean[i] = m;
      square[i] = s;
      values[i] =
        (values[i] ?? 0) - (learningRate * (m / meanCorrection)) / (Math.sqrt(s / squareCorrection) + 1e-8);
    }
    gradient.fill(0);
  }
}

/** base^exponent for a positive integer exponent, by multiplications only: equal on every machine. */
function power(base: number, exponent: number): number {
  let result = 1;
  for (let square = base, rest = exponent; rest > 0; square *= square, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
  }
  return result;
}
