/** One function per verb: the library behind the command line. */
export * from './options.js';
export { FlowError } from './errors.js';
export { build, emit, sim, synth } from './run.js';
export { doctor } from './doctor.js';
export { prove } from './prove.js';
export { importModule as loadModule } from './load-design.js';
export { runCmvm as cmvm } from './cmvm/run.js';
export { cmvmOptionsSchema, type CmvmOptions, type CmvmResult } from './cmvm/options.js';
export { cmvmReportSchema, type CmvmReport } from './cmvm/report.js';
export { runQuantize as quantize } from './quantize/run.js';
export {
  quantizeMethods,
  quantizeOptionsSchema,
  type QuantizeMethod,
  type QuantizeOptions,
  type QuantizeResult,
} from './quantize/options.js';
export { implement, type Implementation, type ImplementOptions } from './implement.js';
export { builtInCatalogue, evoapproxCatalogue } from './catalogue/index.js';
export {
  activityOf,
  mappedActivity,
  networkEnergy,
  operationEnergyPj,
  type Activity,
  type ActivityOptions,
  type LayerEnergy,
  type NetworkEnergy,
  type NetworkEnergyOptions,
} from './energy/index.js';
export {
  makeHardware,
  multiplierModules,
  planHardware,
  type Hardware,
  type PlannedHardware,
} from './hardware.js';
export { readQuantizeInputs, type QuantizeInputs } from './quantize/inputs.js';
export { multipliersFor } from './quantize/methods.js';
export { accuracyOfIntegers, recognizedByIntegers } from './quantize/accuracy.js';
export { openFolder, type OutputFolder } from './folder.js';
export { version } from './version.js';
export { layersOf } from './report-data.js';
export {
  accuracyOf,
  expectationOf,
  recognized,
  shareOf,
  verifyInProcess,
  type Expectation,
} from './verify.js';
export {
  runReport as report,
  reportOptionsSchema,
  type ReportOptions,
  type ReportResult,
} from './report/run.js';
export { runCheck as check } from './check/run.js';
export { checkOptionsSchema, type CheckOptions, type CheckResult } from './check/options.js';
export { map as mapHardware, requireTools } from './place.js';
