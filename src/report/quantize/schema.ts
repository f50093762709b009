/** `report.json` of `nomul quantize`. */
import { z } from 'zod';

const count = z.int().nonnegative();
const amount = z.number().nonnegative();

/** Costs of one picture. */
const costs = {
  macs: count,
  /** Products of two operands that are left (a ternary or power-of-two weight needs none, a pyramid one per sum). */
  multiplications: count,
  /** MACs x weight bits x activation bits. */
  bops: count,
  weights: count,
  /** Of the weights: at their stored width, and packed (five trits to a byte, pyramid indices). */
  storageBits: amount,
  packedBits: amount,
  /** Published energies per operation, 45 nm (docs/prom.md); not a measurement of hardware. */
  energyPj: amount,
} as const;

export const quantizeLayerSchema = z.strictObject({
  name: z.string(),
  kind: z.enum(['conv', 'pointwise', 'depthwise', 'fullyConnected']),
  format: z.enum(['int', 'ternary', 'powerOfTwo', 'pvq']),
  /** Name of the approximate multiplier; null: exact products. */
  product: z.string().nullable(),
  weightBits: count,
  activationBits: count,
  /** ||float weights - quantized weights|| / ||float weights||; null where the layer replaces another one. */
  error: amount.nullable(),
  zeroWeights: count,
  /** Codes and how often each occurs, ascending. */
  histogram: z.array(z.tuple([z.int(), count])),
  ...costs,
});

export const quantizeReportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  nomul: z.string(),
  method: z.string(),
  /** With every default filled in. */
  config: z.record(z.string(), z.unknown()),
  epochs: count,
  seed: count,
  model: z.strictObject({ file: z.string(), sha256: z.string(), name: z.string() }),
  data: z.strictObject({ name: z.string(), train: count, validation: count, test: count }),
  /** Of the test pictures: the float network before, the integer network after (its exact integers, as the hardware). */
  accuracy: z.strictObject({ before: amount, after: amount, pictures: count }),
  layers: z.array(quantizeLayerSchema),
  totals: z.strictObject(costs),
  /** The float network with 16-bit weights and products, for comparison. */
  float16: z.strictObject({ storageBits: count, energyPj: amount }),
  /** What the method has to say: ranks, portions, choices ... */
  details: z.record(z.string(), z.unknown()),
  files: z.strictObject({
    qonnx: z.string(),
    /** null: codes that do not fit int8. */
    qcdq: z.string().nullable(),
  }),
});

export type QuantizeReport = z.output<typeof quantizeReportSchema>;
export type QuantizeReportLayer = z.output<typeof quantizeLayerSchema>;
