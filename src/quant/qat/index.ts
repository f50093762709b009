export { bitsSchema, calibrationSchema, parseConfig, trainingSchema } from './config.js';
export {
  byName,
  projectionsOf,
  uniformQuantizer,
  type QuantizationPlan,
  type WeightQuantizer,
} from './plan.js';
export { withSession, type PhaseSummary, type Session, type SessionOptions } from './session.js';
export { stopWhenAsked } from './stop.js';
