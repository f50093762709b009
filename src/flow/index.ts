/** One function per verb: the library behind the command line. */
export * from './options.js';
export { FlowError } from './errors.js';
export { build, emit, sim, synth } from './run.js';
export { doctor } from './doctor.js';
export { prove } from './prove.js';
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
