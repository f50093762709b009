/** `search.json`: what a search looked at, tried and chose. */

import { z } from 'zod';
import { layerFormatSchema } from '../../quant/index.js';

const count = z.int().nonnegative();
const amount = z.number().nonnegative();
const share = z.number().min(0).max(1);

const arraySchema = z.strictObject({ rows: count, columns: count });

const designSchema = z.strictObject({
  array: arraySchema,
  /** The engines the array was planned with: `ternary + shift4 + int8`. */
  engines: z.string(),
  activationBits: count,
  formats: z.record(z.string(), layerFormatSchema),
  /** Layers whose multipliers are approximate. */
  approximate: z.array(z.string()),
  /** Predicted change of the mean loss (nats). */
  predictedLoss: amount,
  /** Sums of measured units, marked so: the chosen design is synthesized as a whole. */
  estimatedLuts: z.number(),
  /** Whether the sum holds a value between two measured ones. */
  interpolated: z.boolean(),
  /** Exact, from picture to picture. */
  cycles: count,
  energyPj: amount,
});

const lossSchema = z.strictObject({ share: z.number(), standardError: amount });

/** What a network is made of: formats of its convolutions, widest stored activations, epochs of re-training. */
const settingSchema = z.strictObject({ formats: z.string(), activationBits: count, epochs: count });

/** A network on the target, as measured. null: it does not fit. */
const costsSchema = z.strictObject({
  luts: count.nullable(),
  /** Median over the seeds of place and route. */
  fmaxMHz: amount.nullable(),
  cycles: count.nullable(),
  energyPj: amount,
});

export const searchReportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  nomul: z.string(),
  options: z.record(z.string(), z.unknown()),
  model: z.strictObject({ file: z.string(), sha256: z.string() }),
  data: z.strictObject({ name: z.string(), train: count, validation: count, test: count }),
  /** Of the float network. */
  float: z.strictObject({ validation: share, test: share }),
  /** What an energy is: gates of a library at work, or published energies per operation. */
  energyBasis: z.enum(['gates', 'operations']),
  /** By array and width of the stored activations. */
  spaces: z.array(
    z.strictObject({
      array: arraySchema,
      activationBits: count,
      activationLoss: amount,
      layers: z.array(
        z.strictObject({
          name: z.string(),
          options: z.array(z.strictObject({ format: z.string(), predictedLoss: amount, energyPj: amount })),
        }),
      ),
    }),
  ),
  /** The table of units: LUTs of a column of an engine on the target, synthesized. */
  units: z.array(z.strictObject({ unit: z.string(), luts: count })),
  designs: count,
  /** Everything trained on the way; accuracy of the integer network on validation pictures. */
  tried: z.array(
    z.strictObject({
      ...{ design: designSchema, epochs: count, accuracy: share, loss: lossSchema },
      /** Of training and judging, when that was done: an earlier call, perhaps. */
      cpuSeconds: amount,
    }),
  ),
  chosen: z.strictObject({
    design: designSchema,
    /** Whether the loss asked for is kept on the validation pictures, with the margin asked for. */
    met: z.boolean(),
    /** Against the float network, on the validation pictures, as a share of them. */
    loss: lossSchema,
    setting: settingSchema,
    accuracy: z.strictObject({ validation: share, test: share }),
    costs: costsSchema,
  }),
  singles: z.array(
    z.strictObject({
      method: z.string(),
      setting: settingSchema,
      accuracy: share,
      costs: costsSchema,
      reason: z.string().nullable(),
    }),
  ),
});

export type SearchReport = z.output<typeof searchReportSchema>;
