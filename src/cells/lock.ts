/** The model of a phase-locked loop: it says when its clock is steady. */
import type { ExternalModel } from '../hdl/index.js';

export interface LockOptions {
  /** Cycles of the reference clock until the model locks; default 16. Silicon takes far longer. */
  readonly lockCycles?: number;
}

interface LockPins {
  /** The clock output, which is 0 in the model. */
  readonly clock: string;
  readonly reset: string;
  /** The value of the reset pin that resets. */
  readonly active: bigint;
}

/** `LOCK` is 1 after `cycles` cycles of the reference clock without reset, counted from power-up. */
export const lockModel = ({ clock, reset, active }: LockPins, cycles: number): ExternalModel => ({
  init: () => 0,
  outputs: (_, count) => ({ [clock]: 0n, LOCK: count === cycles ? 1n : 0n }),
  clock: (inputs, count) =>
    inputs[reset] === active || typeof count !== 'number' ? 0 : Math.min(count + 1, cycles),
});
