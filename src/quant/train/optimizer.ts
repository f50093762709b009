/** One update of the arena. Weight decay acts on conv weights only, not on biases and batch normalizations. */
import type { Optimizer, Parameter } from './types.js';

export interface OptimizerState {
  /** Momentum, or Adam's first moment; as the arena. */
  readonly first: Float32Array;
  /** Adam's second moment; empty for SGD. */
  readonly second: Float32Array;
  /** Adam's beta1 and beta2 to the power of the steps made. */
  readonly powers: readonly [number, number];
}

export function freshOptimizer({ kind }: Optimizer, count: number): OptimizerState {
  return {
    first: new Float32Array(count),
    second: new Float32Array(kind === 'adam' ? count : 0),
    powers: [1, 1],
  };
}

/** What one step needs beside the optimizer and its state. */
export interface Update {
  readonly values: Float32Array;
  readonly gradients: Float32Array;
  readonly parameters: readonly Parameter[];
  /** As the arena; 1: neither the value nor its moments change (they are cleared). */
  readonly frozen: Uint8Array;
  readonly rate: number;
}

/** Changes `values` and the moments in place. @returns the state for the next step */
export function updateValues(optimizer: Optimizer, state: OptimizerState, update: Update): OptimizerState {
  const powers: OptimizerState['powers'] =
    optimizer.kind === 'sgd'
      ? state.powers
      : [state.powers[0] * optimizer.beta1, state.powers[1] * optimizer.beta2];
  const next = { ...state, powers };
  for (const parameter of update.parameters) {
    const decay = parameter.kind === 'weights' ? optimizer.weightDecay : 0;
    if (optimizer.kind === 'sgd') updateSgd(optimizer.momentum, decay, next, update, parameter);
    else updateAdam(optimizer, decay, next, update, parameter);
  }
  return next;
}

/** m = momentum m + (g + decay w); w -= rate m, as PyTorch's SGD. */
function updateSgd(
  momentum: number,
  decay: number,
  { first }: OptimizerState,
  { values, gradients, frozen, rate }: Update,
  { offset, length }: Parameter,
): void {
  for (let i = offset; i < offset + length; i++) {
    if (frozen[i] === 1) {
      first[i] = 0;
      continue;
    }
    const value = values[i] ?? 0;
    const moment = Math.fround(momentum * (first[i] ?? 0) + (gradients[i] ?? 0) + decay * value);
    first[i] = moment;
    values[i] = value - rate * moment;
  }
}

/** Adam (Kingma and Ba, algorithm 1) with decoupled weight decay (AdamW, Loshchilov and Hutter, algorithm 2). */
function updateAdam(
  { beta1, beta2, epsilon }: Extract<Optimizer, { kind: 'adam' }>,
  decay: number,
  { first, second, powers }: OptimizerState,
  { values, gradients, frozen, rate }: Update,
  { offset, length }: Parameter,
): void {
  const [bias1, bias2] = [1 - powers[0], 1 - powers[1]];
  for (let i = offset; i < offset + length; i++) {
    if (frozen[i] === 1) {
      first[i] = 0;
      second[i] = 0;
      continue;
    }
    const gradient = gradients[i] ?? 0;
    const value = values[i] ?? 0;
    const mean = Math.fround(beta1 * (first[i] ?? 0) + (1 - beta1) * gradient);
    const square = Math.fround(beta2 * (second[i] ?? 0) + (1 - beta2) * gradient * gradient);
    first[i] = mean;
    second[i] = square;
    values[i] = value - rate * (mean / bias1 / (Math.sqrt(square / bias2) + epsilon) + decay * value);
  }
}
