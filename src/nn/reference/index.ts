export {
  prepareLayer,
  prepareReference,
  runLayer,
  runReference,
  traceReference,
  type ReferenceRunner,
} from './runner.js';
export type { LayerContext, LayerKernel } from './kernel.js';
