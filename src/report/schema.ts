/**
 * `report.json`: everything a run measured. Numbers say what they rest on: `estimated` (computed before any tool ran),
 * `simulated`, `synthesized` (netlist) or `placed` (place and route). null: not measured by this run.
 */
import { z } from 'zod';

export const reportSchemaVersion = 1;

const count = z.int().nonnegative();
const measure = z.number().nonnegative();
const shape = z.tuple([count, count, count]);

export const basisSchema = z.enum(['estimated', 'simulated', 'synthesized', 'placed']);

export const layerSchema = z.strictObject({
  name: z.string(),
  /** As people say it: `3x3 convolution`, `depthwise 3x3`, `pointwise`, `average pool` ... */
  kind: z.string(),
  /** The processing elements that run the layer: `ternary`, `int8` ... */
  peKind: z.string(),
  /** [height, width, channels] */
  inputShape: shape,
  outputShape: shape,
  macs: count,
  /** macs divided by the rows times columns of the array, whatever unit runs the layer. */
  idealCycles: measure,
  cycles: count,
  /** Share of the cycles in which its processing elements do useful work, 0 .. 1. */
  utilization: z.number().min(0).max(1),
  /** Bits of one weight as stored; 0 for layers without weights. */
  weightBits: measure,
  basis: basisSchema,
});

export const roundedLayerSchema = z.strictObject({
  layer: z.string(),
  weights: count,
  /** Weights whose value, scaled back, is another one. */
  changed: count,
  /** In steps of the model's own weights. */
  largestChange: measure,
  meanChange: measure,
});

export const equalitySchema = z.strictObject({
  /** For example `nomul simulator`, `verilator`, `Icarus with the mapped netlist`. */
  simulator: z.string(),
  pictures: count,
  cycles: count,
  /** Outputs that differ from the bit-exact reference. */
  mismatches: count,
});

/** Means over pictures that were run back to back; activity, not energy (docs/energy.md). */
export const activitySchema = z.strictObject({
  /** By kind of cell of the mapped netlist: how many, and how often their outputs change for one picture. */
  cells: z.array(z.strictObject({ cell: z.string(), count, toggles: measure })),
  cyclesPerPicture: measure,
  /** Over which the means were taken. */
  pictures: count,
  simulator: z.string(),
});

export const cyclesSchema = z.strictObject({ predicted: count, simulated: count.nullable() });

export const resourceSchema = z.strictObject({
  luts: count,
  registers: count,
  blockRams: count,
  dsps: count,
});

export const deviceSchema = z.strictObject({
  name: z.string(),
  ...resourceSchema.shape,
  /** What the resource numbers rest on. */
  basis: basisSchema,
  /** After place and route. */
  fmaxMHz: measure.nullable(),
  /** What the part offers; null: unknown. */
  available: resourceSchema.nullable(),
});

export const clockSchema = z.strictObject({
  requestedMHz: measure.nullable(),
  /** null: not placed, or no clock was asked for. */
  met: z.boolean().nullable(),
  criticalPath: z
    .strictObject({
      delayNs: measure,
      /** From register to register, in the user's own signal names. */
      steps: z.array(z.strictObject({ signal: z.string(), kind: z.string(), delayNs: z.number() })),
    })
    .nullable(),
});

export const arraySchema = z.strictObject({
  rows: count,
  columns: count,
  /** Processing elements of rows x columns. */
  peKind: z.string(),
  /** Units that work beside the array, for example int8 multipliers for depthwise layers. */
  unitsBeside: z.array(z.strictObject({ kind: z.string(), count })),
});

export const reportSchema = z.strictObject({
  schemaVersion: z.literal(reportSchemaVersion),
  generator: z.strictObject({ name: z.string(), version: z.string() }),
  verb: z.enum(['emit', 'sim', 'synth', 'build']),
  /** Options as the run understood them, for reading. */
  options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** Files the results depend on; a report whose inputs changed is stale. */
  inputs: z.array(z.strictObject({ role: z.string(), file: z.string(), sha256: z.string() })),
  tools: z.array(z.strictObject({ tool: z.string(), origin: z.string(), version: z.string() })),
  network: z.strictObject({
    name: z.string(),
    inputShape: shape,
    outputCount: count,
    macs: count,
    weights: count,
    /** Storage of all weights. */
    weightBits: count,
  }),
  array: arraySchema,
  layers: z.array(layerSchema),
  /** Layers whose weights were rounded (`--round-weights`): what is built is not the model as it came. */
  roundedWeights: z.array(roundedLayerSchema).default([]),
  /** top1: share of right answers, 0 .. 1. null: no labels. */
  accuracy: z.strictObject({ top1: z.number().min(0).max(1), pictures: count }).nullable(),
  equality: z.array(equalitySchema),
  /** The mapped netlist against the reference. null: not simulated. */
  netlist: equalitySchema.nullable(),
  /** null: not asked for, or not to be had. */
  activity: activitySchema.nullable().default(null),
  /** null: neither estimated nor built. */
  device: deviceSchema.nullable(),
  clock: clockSchema,
  /** From the first pixel in to the last logit out. */
  latencyCycles: cyclesSchema,
  /** From one picture's start to the next one's. */
  initiationInterval: cyclesSchema,
  inferencesPerSecond: measure.nullable(),
  inferencesPerSecondBasis: basisSchema.nullable(),
  /** Checks that failed; empty: all passed. */
  problems: z.array(z.strictObject({ code: z.string(), message: z.string() })),
});

export type Basis = z.output<typeof basisSchema>;
export type Report = z.output<typeof reportSchema>;
export type ReportLayer = z.output<typeof layerSchema>;
export type ReportEquality = z.output<typeof equalitySchema>;
export type ReportDevice = z.output<typeof deviceSchema>;

/** A report that this version cannot read. */
export class ReportError extends Error {
  override readonly name = 'ReportError';
  readonly exitCode = 2;
  constructor(
    readonly code: 'REPORT_VERSION' | 'REPORT_INVALID',
    message: string,
  ) {
    super(message);
  }
}

/** Checks a parsed `report.json`. Throws ReportError on an unknown version or a wrong field, naming the field. */
export function parseReport(json: unknown): Report {
  const version = z.object({ schemaVersion: z.unknown() }).safeParse(json);
  if (version.success && version.data.schemaVersion !== reportSchemaVersion) {
    const found = JSON.stringify(version.data.schemaVersion);
    throw new ReportError(
      'REPORT_VERSION',
      `the report has schema version ${found}, this nomul reads version ${reportSchemaVersion}; build it again`,
    );
  }
  const result = reportSchema.safeParse(json);
  if (result.success) return result.data;
  throw new ReportError('REPORT_INVALID', `not a nomul report:\n${z.prettifyError(result.error)}`);
}

/** JSON Schema (2020-12) of `report.json`, for editors and other programs. */
export function reportJsonSchema(): unknown {
  return z.toJSONSchema(reportSchema);
}
