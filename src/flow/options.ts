/**
 * What the verbs take and give. The same objects serve the command line, a configuration file and the library: one zod
 * schema each, so that every wrong option is reported with its path and what was expected.
 */
import { z } from 'zod';
import type { Counterexample, CoverResult, VerdictKind } from '../formal/index.js';
import { peKinds, type PeKind } from '../accel/index.js';
import type { QuantizeReport, Report } from '../report/index.js';
import { nearestName } from '../synth/index.js';
import type { DoctorEntry } from '../tools/index.js';
import type { CheckOptions, CheckResult } from './check/options.js';
import type { CmvmOptions, CmvmResult } from './cmvm/options.js';
import type { QuantizeOptions, QuantizeResult } from './quantize/options.js';
import type { ReportOptions, ReportResult } from './report/run.js';

export const deviceNames = ['hx8k', 'up5k', 'ecp5-25k', 'ecp5-85k'] as const;
export type DeviceName = (typeof deviceNames)[number];

const unknownDevice = (name: string): string => {
  const near = nearestName(name.toLowerCase(), deviceNames);
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  return `unknown device "${name}"${hint} (known devices: ${deviceNames.join(', ')})`;
};

export const deviceNameSchema = z.enum(deviceNames, { error: ({ input }) => unknownDevice(String(input)) });

const file = z.string().min(1, 'expected the path of a file');
const count = z.int().nonnegative();

/** Rows and columns of processing elements. */
export const arraySizeSchema = z.strictObject({
  rows: z.int().min(1).max(1024),
  columns: z.int().min(1).max(1024),
});

const emitFields = {
  /** ONNX model: QONNX or QCDQ. */
  model: file,
  device: deviceNameSchema,
  array: arraySizeSchema,
  /** Folder that receives the result; earlier results in it stay until the new ones are complete. */
  out: z.string().min(1, 'expected the path of a folder'),
  /** Pictures (IDX or NPY, gzipped or not), for test vectors and verification. */
  samples: file.optional(),
  /** The pictures' classes (IDX or NPY), for the accuracy. */
  labels: file.optional(),
  /** Real value of one step of a sample, for example 1/256 for 8-bit grey. */
  inputScale: z.number().positive().default(1),
  /** Weights, scales and descriptors can be loaded at run time. */
  reloadable: z.boolean().default(false),
  /** The kind of PE that runs every layer but depthwise ones; undefined: what each layer's weight format asks for. */
  pe: z.enum(peKinds).optional(),
  /** With `pe`: weights that it does not represent are rounded to the nearest that it does; else they are refused. */
  roundWeights: z.boolean().optional(),
  /** With `pe` pvq and `roundWeights`: pulses (sum of magnitudes) per weight of a filter; undefined: 1. */
  pvqPulses: z.number().positive().max(64).optional(),
  /** Where tools come from; undefined: configured path, then native, then npm. */
  tools: z.union([z.enum(['npm', 'native']), z.string().min(1)]).optional(),
} as const;

const simFields = {
  samples: file,
  /** How many pictures the in-process simulator compares with the reference. */
  verify: count.default(100),
  /** How many pictures Verilator compares with the reference. */
  verilator: count.default(0),
} as const;

const synthFields = {
  /** Clock constraint in MHz; undefined: as fast as the tools manage. */
  clock: z.number().positive().optional(),
  /** Pin constraints: PCF for iCE40, LPF for ECP5. */
  pcf: file.optional(),
  lpf: file.optional(),
  /** Minutes that one run of a tool may take; undefined: an hour for synthesis, two for place and route. */
  timeLimit: z.number().positive().optional(),
  /** Seed of the placer. */
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1),
} as const;

export const emitOptionsSchema = z.strictObject(emitFields).superRefine(checkTogether);
export const simOptionsSchema = z.strictObject({ ...emitFields, ...simFields }).superRefine(checkTogether);
export const synthOptionsSchema = z
  .strictObject({ ...emitFields, ...synthFields })
  .superRefine(checkTogether);
export const buildOptionsSchema = z
  .strictObject({
    ...{ ...emitFields, ...simFields, ...synthFields },
    /** Pictures over which changes of the mapped netlist's cells are counted (docs/energy.md); undefined: not counted. */
    activity: z.int().min(2).max(1000).optional(),
  })
  .superRefine(checkTogether);
export const proveOptionsSchema = z.strictObject({
  /** `FILE#export`: a component, a Design, a unit or a proof (docs/prove.md); without `#export` the default export. */
  design: file,
  /** The same, to compare with. */
  against: file.optional(),
  /** Clock cycles that are searched, and the longest induction. */
  depth: z.int().min(1).max(10_000).default(20),
  /** Folder for counterexamples. */
  out: z.string().min(1).default('counterexample'),
  /** Minutes that one method may take. */
  timeLimit: z.number().positive().default(1),
  tools: emitFields.tools,
});
export const doctorOptionsSchema = z.strictObject({ tools: emitFields.tools });

export type EmitOptions = z.output<typeof emitOptionsSchema>;
export type SimOptions = z.output<typeof simOptionsSchema>;
export type SynthOptions = z.output<typeof synthOptionsSchema>;
export type BuildOptions = z.output<typeof buildOptionsSchema>;
export type ProveOptions = z.output<typeof proveOptionsSchema>;
export type DoctorOptions = z.output<typeof doctorOptionsSchema>;

/** How a caller follows and stops a verb. */
export interface FlowHooks {
  /** `done` of `total` units of `stage` are finished; called with done = 0 when the stage starts. */
  readonly progress?: (stage: string, done: number, total: number) => void;
  /** Aborted on Ctrl-C: the verb kills its tools, removes what is unfinished and rejects. */
  readonly signal?: AbortSignal;
  /** Makes the text of `report.html`, written beside `report.json`; undefined: no HTML is written. */
  readonly renderReport?: (report: Report) => string;
  /** The same for `quantize`. */
  readonly renderQuantizeReport?: (report: QuantizeReport) => string;
}

/** A check that failed although everything ran: exit code 1. */
export interface Problem {
  /** For example `MISMATCH`, `TIMING_FAILED`, `DOES_NOT_FIT`. */
  readonly code: string;
  /** One sentence: what, where, what to do. */
  readonly message: string;
}

/** What `emit`, `sim`, `synth` and `build` return. */
export interface FlowResult {
  /** The folder with the results. */
  readonly out: string;
  /** Paths of all files written, relative to `out`. */
  readonly files: readonly string[];
  readonly report: Report;
  /** Empty: every check passed. */
  readonly problems: readonly Problem[];
}

export interface DoctorResult {
  readonly entries: readonly DoctorEntry[];
  /** Tools that are missing and without which no iCE40 part can be built; empty: the main job runs. */
  readonly missing: readonly string[];
}

/** One statement that was to be proved, and what came of it. */
export interface ProvedStatement {
  /** For example `mac equals mac_twin`. */
  readonly statement: string;
  /** Covers: `refuted` would be their being unreachable, so they have words of their own. */
  readonly verdict: VerdictKind | CoverResult['outcome'];
  /** Proved, or a cover that is reached. */
  readonly ok: boolean;
  /** One sentence: the method, the depth, the counterexample. */
  readonly detail: string;
  readonly seconds: number;
  readonly counterexample?: Counterexample;
}

/** What `prove` returns. */
export interface ProveResult {
  readonly statements: readonly ProvedStatement[];
  /** Paths of the files written, relative to the working directory. */
  readonly files: readonly string[];
  readonly problems: readonly Problem[];
}

/** The verbs, as `src/flow/index.ts` exports them. A failure is an Error with a string `code` and, unless 2, an `exitCode`. */
export interface Flow {
  emit(options: EmitOptions, hooks: FlowHooks): Promise<FlowResult>;
  sim(options: SimOptions, hooks: FlowHooks): Promise<FlowResult>;
  synth(options: SynthOptions, hooks: FlowHooks): Promise<FlowResult>;
  build(options: BuildOptions, hooks: FlowHooks): Promise<FlowResult>;
  prove(options: ProveOptions, hooks: FlowHooks): Promise<ProveResult>;
  cmvm(options: CmvmOptions, hooks: FlowHooks): Promise<CmvmResult>;
  quantize(options: QuantizeOptions, hooks: FlowHooks): Promise<QuantizeResult>;
  report(options: ReportOptions): Promise<ReportResult>;
  check(options: CheckOptions): Promise<CheckResult>;
  doctor(options: DoctorOptions, hooks: FlowHooks): Promise<DoctorResult>;
}

interface TogetherOptions {
  readonly device: DeviceName;
  readonly samples?: string | undefined;
  readonly labels?: string | undefined;
  readonly pcf?: string | undefined;
  readonly lpf?: string | undefined;
  readonly pe?: PeKind | undefined;
  readonly roundWeights?: boolean | undefined;
  readonly pvqPulses?: number | undefined;
}

function checkTogether(
  { device, samples, labels, pcf, lpf, pe, roundWeights = false, pvqPulses }: TogetherOptions,
  context: z.RefinementCtx,
): void {
  const complain = (option: string, message: string): void => {
    context.addIssue({ code: 'custom', path: [option], message });
  };
  const ecp5 = device.startsWith('ecp5');
  if (ecp5 && pcf !== undefined) complain('pcf', `PCF files are for iCE40; ${device} takes an LPF file`);
  if (!ecp5 && lpf !== undefined) complain('lpf', `LPF files are for ECP5; ${device} takes a PCF file`);
  if (labels !== undefined && samples === undefined) complain('labels', 'labels need samples to go with');
  if (roundWeights && pe === undefined) complain('roundWeights', 'rounding needs --pe to round for');
  if (pvqPulses !== undefined && !(pe === 'pvq' && roundWeights))
    complain('pvqPulses', 'pulses are counted where --pe pvq rounds weights (--round-weights)');
}
