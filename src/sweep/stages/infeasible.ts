/** Refusals of a combination are results: this network cannot be had so. Everything else that goes wrong is a failure. */

import { AccelError } from '../../accel/index.js';
import { DoesNotFit } from '../../synth/index.js';
import type { JsonObject } from '../canonical.js';
import type { Outcome } from './stage.js';

/** @throws whatever `compute` throws beside AccelError and DoesNotFit */
export const infeasibleOr = async (compute: () => Promise<JsonObject> | JsonObject): Promise<Outcome> => {
  try {
    return { kind: 'done', outputs: await compute() };
  } catch (error) {
    if (error instanceof AccelError || error instanceof DoesNotFit)
      return { kind: 'infeasible', reason: error.message };
    throw error;
  }
};
