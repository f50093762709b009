/** Refusals of a combination are results: this network cannot be had so. Everything else that goes wrong is a failure. */

import { AccelError } from '../../accel/index.js';
import { DoesNotFit, NoLegalPlacement } from '../../synth/index.js';
import type { JsonObject } from '../canonical.js';
import type { Infeasible, Outcome } from './stage.js';

type Refusal = AccelError | DoesNotFit | NoLegalPlacement;

const isRefusal = (error: unknown): error is Refusal =>
  error instanceof AccelError || error instanceof DoesNotFit || error instanceof NoLegalPlacement;

/** @throws whatever `compute` throws beside refusals */
export const orInfeasible = async <T>(compute: () => Promise<T>): Promise<T | Infeasible> => {
  try {
    return await compute();
  } catch (error) {
    if (isRefusal(error)) return { kind: 'infeasible', reason: error.message };
    throw error;
  }
};

/** The same as a stage's outcome. */
export const infeasibleOr = (compute: () => Promise<JsonObject> | JsonObject): Promise<Outcome> =>
  orInfeasible(async () => ({ kind: 'done', outputs: await compute() }));
