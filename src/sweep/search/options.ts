/** What `nomul search` takes. */

import { z } from 'zod';
import { arraySizeSchema, deviceNameSchema, quantizeMethods } from '../../flow/index.js';

const file = z.string().min(1, 'expected a path');
const bits = z.int().min(2).max(8);

/** The formats that are tried on each layer. */
export const formatChoicesSchema = z.strictObject({
  intBits: z.array(bits).min(1).default([8, 6, 4, 3, 2]),
  ternary: z.boolean().default(true),
  powerOfTwoBits: z.array(z.literal([2, 3, 4, 5])).default([5, 4, 3]),
  pvqRatios: z.array(z.number().min(0.01).max(1000)).default([1, 1.5, 2]),
  factors: z
    .array(z.strictObject({ bits, rate: z.number().min(1).max(1000) }))
    .default([{ bits: 6, rate: 1.5 }]),
  /** Approximate multipliers for integer layers, where energy is minimized. */
  approximate: z.boolean().default(true),
});

export const searchOptionsSchema = z.strictObject({
  /** ONNX file with a float network. */
  model: file,
  /** Folder of the data set, `:PREFIX` appended where the folder holds several. */
  data: file,
  inputScale: z.number().positive().optional(),
  /** Training pictures kept back: everything is chosen by them. */
  validation: z.int().min(1).optional(),
  target: deviceNameSchema,
  /** Points of accuracy (percent of the pictures) that the integer network may lose against the float network. */
  maxLoss: z.number().min(0).max(100).default(1),
  /** Standard errors of the loss on the validation pictures that must lie within `maxLoss` too; 0 takes the loss at its word. */
  margin: z.number().min(0).max(10).default(1),
  minimize: z.enum(['luts', 'energy', 'latency']).default('luts'),
  /** Sizes of the array to choose from. */
  arrays: z
    .array(arraySizeSchema)
    .min(1)
    .default([{ rows: 8, columns: 8 }]),
  /** Widths of stored activations to choose from. */
  activationBits: z.array(bits).min(1).default([8]),
  formats: formatChoicesSchema.prefault({}),
  /** Cycles from picture to picture that must not be exceeded; undefined: no limit. */
  maxCycles: z.int().positive().optional(),
  /** Of products and sums, nJ per picture; and lookup tables: as estimated before anything is built. */
  maxEnergy: z.number().positive().optional(),
  maxLuts: z.int().positive().optional(),
  /** Re-training of the chosen network, and of each network that is tried on the way (undefined: half as long). */
  epochs: z.int().min(0).max(10_000).default(4),
  trialEpochs: z.int().min(0).max(10_000).optional(),
  /** Cells of a Liberty file: energies of gates at work; undefined: published energies per operation. */
  liberty: file.optional(),
  /** Methods whose networks stand beside the result, re-trained as long; `singles` takes results of `nomul quantize` instead. */
  compare: z.array(z.enum(quantizeMethods)).default(['prom', 'inq', 'factorize', 'pvq', 'fames']),
  singles: z.array(file).default([]),
  /** Pictures on which the accelerator is compared with the reference, in process and in Verilator. */
  verify: z.int().nonnegative().default(20),
  verilator: z.int().nonnegative().default(0),
  /** Seeds of place and route; the median counts. */
  placeSeeds: z.int().min(1).max(64).default(3),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1),
  tools: z.union([z.enum(['npm', 'native']), z.string().min(1)]).optional(),
  /** Folder that receives the result; what was tried stands in `OUT.trials`, so that the same call goes on. */
  out: file,
});

export type SearchOptions = z.output<typeof searchOptionsSchema>;
export type Objective = SearchOptions['minimize'];
