/** What a command line says, in checked form. */
import type {
  BuildOptions,
  CheckOptions,
  CmvmOptions,
  DoctorOptions,
  EmitOptions,
  ProveOptions,
  QuantizeOptions,
  ReportOptions,
  SimOptions,
  SynthOptions,
} from '../flow/index.js';

import type { SearchOptions } from '../sweep/index.js';
import type { SweepRequest } from './sweep-verbs.js';

/** How results and progress are printed. */
export interface Printing {
  readonly json: boolean;
  readonly quiet: boolean;
}

/** A command line that was understood. */
export type Request = { readonly printing: Printing } & (
  | { readonly verb: 'emit'; readonly options: EmitOptions }
  | { readonly verb: 'sim'; readonly options: SimOptions }
  | { readonly verb: 'synth'; readonly options: SynthOptions }
  | { readonly verb: 'build'; readonly options: BuildOptions }
  | { readonly verb: 'prove'; readonly options: ProveOptions }
  | { readonly verb: 'cmvm'; readonly options: CmvmOptions }
  | { readonly verb: 'quantize'; readonly options: QuantizeOptions }
  | { readonly verb: 'report'; readonly options: ReportOptions }
  | { readonly verb: 'check'; readonly options: CheckOptions }
  | { readonly verb: 'sweep'; readonly request: SweepRequest }
  | { readonly verb: 'search'; readonly options: SearchOptions }
  | { readonly verb: 'doctor'; readonly options: DoctorOptions }
  /** `--help` or `--version`: the text to print. */
  | { readonly verb: 'help'; readonly text: string }
);
