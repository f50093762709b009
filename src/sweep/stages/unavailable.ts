/** Measurements beside a point's way to its placement: what cannot be measured is told, and the point stands without it. */

import { z } from 'zod';
import { AccelError } from '../../accel/index.js';
import { FlowError } from '../../flow/index.js';
import type { JsonObject } from '../canonical.js';
import type { Outcome } from './stage.js';

/** Stages that nothing else depends on, and whose failure is not the point's. */
export const measurements: readonly string[] = ['energy', 'activity'];

export const unavailableSchema = z.object({ unavailable: z.string() });

/** Of networks and pictures, not of the machine: they are the same the next time. */
const reasons: readonly string[] = ['NO_CIRCUIT', 'NO_SAMPLES', 'NETLIST_DIFFERS'];

/** @throws whatever `compute` throws beside AccelError and what FlowError has of such reasons */
export const orUnavailable = async (compute: () => Promise<JsonObject>): Promise<Outcome> => {
  try {
    return { kind: 'done', outputs: await compute() };
  } catch (error) {
    if (error instanceof AccelError || (error instanceof FlowError && reasons.includes(error.code)))
      return { kind: 'done', outputs: { unavailable: error.message } };
    throw error;
  }
};
