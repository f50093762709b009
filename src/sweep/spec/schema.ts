/** The sweep file: what may vary, and what may not be combined. Published as JSON Schema by `nomul sweep schema`. */

import { z } from 'zod';
import { peKinds } from '../../accel/index.js';
import { deviceNames, quantizeMethods } from '../../flow/index.js';

const path = z.string().min(1, 'expected a path');
const name = z.string().regex(/^[\w.+ -]{1,60}$/, 'expected a name of letters, digits, blanks and . _ + -');
const seed = z
  .int()
  .min(0)
  .max(2 ** 31 - 1);
/** Timers count milliseconds in 31 bits: 24 days. */
const minutes = z.number().positive().max(30_000);

/** From and to, both included: 1, 3, 5 with a step of 2; 1, 2, 4, 8 with `times` 2. */
export const rangeSchema = z.union([
  z.strictObject({ from: z.number(), to: z.number(), step: z.number().positive() }),
  z.strictObject({ from: z.number().positive(), to: z.number(), times: z.number().gt(1) }),
]);

/** One number, several, or a range. */
export const numbersSchema = z.union([z.number(), z.array(z.number()).min(1), rangeSchema]);

export const modelSchema = z.strictObject({
  name,
  /** ONNX: quantized (QONNX, QCDQ), or float where every method quantizes. */
  model: path,
  /** Real value of one step of a stored pixel, for example 0.00390625; default: 1, of `data` what suits the data set. */
  inputScale: z.number().positive().optional(),
  /** Pictures for verification and accuracy (IDX or NPY), and their classes. */
  samples: path.optional(),
  labels: path.optional(),
  /** FOLDER or FOLDER:PREFIX with training and test pictures: for methods, and instead of samples and labels. */
  data: path.optional(),
});

const asItCame = z.strictObject({ method: z.literal('as it came') });
const quantizing = z.strictObject({
  method: z.enum(quantizeMethods),
  /** The method's configuration, as in its JSON file. */
  config: z.record(z.string(), z.json()).default({}),
  /** Parameters of the configuration that vary: every combination is a setting of its own. */
  vary: z.record(z.string(), z.union([rangeSchema, z.array(z.json()).min(1)])).default({}),
  epochs: z.int().min(0).max(10_000).optional(),
  validation: z.int().min(1).optional(),
  seed: seed.default(1),
});
export const methodSchema = z.discriminatedUnion('method', [asItCame, quantizing]);

/** PEs of all but depthwise layers. `auto`: what each layer's weight format asks for. */
export const peSchema = z.union([
  z.enum(['auto', ...peKinds]),
  z.strictObject({
    kind: z.enum(['auto', ...peKinds]),
    /** Weights that the kind does not represent are rounded; else such points are infeasible. */
    roundWeights: z.boolean().default(false),
    /** With `pvq` and `roundWeights`: pulses per weight of a filter. */
    pvqPulses: numbersSchema.optional(),
  }),
]);

export const arraySchema = z
  .string()
  .regex(/^[1-9]\d{0,3}x[1-9]\d{0,3}$/, 'expected ROWSxCOLUMNS, for example 8x8');

/** What a constraint compares: one value or several of a dimension. */
const oneOrMore = <T extends z.ZodType>(value: T) => z.union([value, z.array(value).min(1)]);
export const conditionSchema = z.strictObject({
  model: oneOrMore(z.string()).optional(),
  method: oneOrMore(z.string()).optional(),
  pe: oneOrMore(z.string()).optional(),
  array: oneOrMore(arraySchema).optional(),
  rows: z
    .union([oneOrMore(z.int()), z.strictObject({ atLeast: z.int(), atMost: z.int() }).partial()])
    .optional(),
  columns: z
    .union([oneOrMore(z.int()), z.strictObject({ atLeast: z.int(), atMost: z.int() }).partial()])
    .optional(),
  reloadable: z.boolean().optional(),
  device: oneOrMore(z.enum(deviceNames)).optional(),
  clock: oneOrMore(z.number().nullable()).optional(),
});

export const constraintSchema = z.union([
  /** Points that are so must be as `allow` says. */
  z.strictObject({ name: name.optional(), when: conditionSchema.default({}), allow: conditionSchema }),
  /** Points that are so are left out. */
  z.strictObject({ name: name.optional(), exclude: conditionSchema }),
]);

export const sweepFileSchema = z.strictObject({
  $schema: z.string().optional(),
  title: z.string().min(1).max(200),
  models: z.array(modelSchema).min(1),
  methods: z
    .array(methodSchema)
    .min(1)
    .default([{ method: 'as it came' }]),
  pe: z.array(peSchema).min(1).default(['auto']),
  /** A list of sizes, or every combination of rows and columns. */
  arrays: z.union([
    z.array(arraySchema).min(1),
    z.strictObject({ rows: numbersSchema, columns: numbersSchema }),
  ]),
  reloadable: z.array(z.boolean()).min(1).default([false]),
  devices: z.array(z.enum(deviceNames)).min(1),
  /** MHz given to nextpnr; null: what suits the device. */
  clocks: z.union([rangeSchema, z.array(z.number().positive().nullable()).min(1)]).default([null]),
  /** Of nextpnr: how many, spread over 31 bits, or which. */
  seeds: z.union([z.int().min(1).max(1000), z.array(seed).min(1)]).default(1),
  constraints: z.array(constraintSchema).default([]),
  /** Pictures compared bit by bit in the simulator. */
  verify: z.int().nonnegative().default(10),
  /** Energy of the PEs in gates, by a Liberty file (docs/energy.md): operations drawn from the first pictures. */
  energy: z
    .strictObject({
      liberty: path,
      pictures: z.int().min(1).max(10_000).default(8),
      operations: z.int().min(128).max(1_000_000).default(4096),
    })
    .optional(),
  /** Changes of the mapped netlist's cells while it computes so many pictures (docs/energy.md). */
  activity: z.int().min(2).max(1000).optional(),
  /** Pin constraints by device: PCF or LPF. */
  pins: z.partialRecord(z.enum(deviceNames), path).default({}),
  limits: z
    .strictObject({
      /** Minutes that one run of synthesis, or of place and route, may take. */
      synthesisMinutes: minutes.default(60),
      placeMinutes: minutes.default(120),
      /** Minutes that building, and running, the simulation of a netlist for its activity may take. */
      activityMinutes: minutes.default(60),
      /** Minutes that a stage may take beside those; default 1440 for quantize, 120 for each other one. */
      stageMinutes: minutes.optional(),
      /** MiB of memory that one process may use. */
      memoryMiB: z.int().positive().default(8192),
    })
    .prefault({}),
  /** npm, native or a folder, as `--tools`. */
  tools: z.string().min(1).optional(),
});

/** As it is written. */
export type SweepFile = z.input<typeof sweepFileSchema>;
/** With every default filled in. */
export type SweepSpec = z.output<typeof sweepFileSchema>;
export type Condition = z.output<typeof conditionSchema>;
export type Constraint = z.output<typeof constraintSchema>;

/** What `nomul sweep schema` prints: JSON Schema (2020-12) of the file as it is written. */
export const sweepJsonSchema = (): object => z.toJSONSchema(sweepFileSchema, { io: 'input' });
