export { prom, promConfigSchema, type PromConfig } from './method.js';
export {
  ternaryCodes,
  ternaryGrid,
  ternaryScale,
  ternaryScaleRules,
  type TernaryScaleRule,
} from './ternary.js';
