export { factorizeConfigSchema, type FactorizeConfig, type FactorizeSettings } from './config.js';
export { factorize } from './method.js';
export { factorizeModel, withFactors, type FactorizeOptions, type FactorizedModel } from './model.js';
export { gridQuantizer } from './grid-quantizer.js';
export {
  factorizeLayer,
  productOfFactors,
  type FactorBits,
  type FactorizedLayer,
  type LayerErrors,
  type LayerOptions,
} from './layer.js';
export {
  chosenLayers,
  excludedByDefault,
  factorizableLayers,
  rankOf,
  type FactorizableLayer,
} from './layers.js';
export { bopModel, ranksWithin, totalBops, type BopModel, type BopWidths } from './budget.js';
export {
  quantizeByAdmm,
  quantizeFactors,
  type AdmmOptions,
  type QuantizedFactor,
  type QuantizedFactors,
} from './admm.js';
export { cpAls, randomFactors, type CpOptions } from './cp.js';
export { correctErrorPreserving, type EpcOptions } from './epc.js';
export { bestScale, scaleCandidates } from './quantizer.js';
export { syntheticTensor } from './synthetic.js';
export {
  relativeError as tensorError,
  termNorms,
  unfold,
  type DenseTensor,
  type Factors,
  type Unfolded,
} from './tensor.js';
