/** Arithmetic units: hardware (`unit.ts`) and the exact integer function it computes (`model.ts`), same parameters. */
export { UnitParameterError } from './errors.js';
export { ternaryDot, type TernaryDotParams } from './ternary-dot/unit.js';
export { ternaryDotCorrection, ternaryDotModel, type TernaryDotInputs } from './ternary-dot/model.js';
export { macArray, type MacArrayParams } from './mac-array/unit.js';
export { macArrayModel, matrixProduct } from './mac-array/model.js';
export type {
  ColumnsInputs,
  ColumnsSize,
  ColumnsTiming,
  ColumnSum,
  PeKind,
  StreamingInputs,
  StreamingPe,
} from './mac-array/kind.js';
export { ternaryTree, tritCodes } from './ternary-dot/kind.js';
export { ternaryPe, type TernaryPeParams } from './ternary-pe/unit.js';
export { ternaryPeModel, type TernaryPeInputs } from './ternary-pe/model.js';
export { intDot, type IntDotParams } from './int-dot/unit.js';
export { intProduct, productModulePrefix, type IntProductParams } from './int-dot/product.js';
export { recodedDot, type RecodedDotParams } from './recoded-dot/unit.js';
export { recodedDotCorrection, recodedDotModel, type RecodedDotInputs } from './recoded-dot/model.js';
export { intDotModel, type IntDotInputs } from './int-dot/model.js';
export { requantize } from './requantize/unit.js';
export { requantizeShape, tieModes, type RequantizeParams } from './requantize/parameters.js';
export {
  addendFor,
  inputsForContract,
  requantizeByContract,
  requantizeModel,
  requantizeSum,
  type RequantizeContract,
  type RequantizeInputs,
} from './requantize/model.js';
export { cmvm, type CmvmParams } from './cmvm/unit.js';
export { cmvmModel } from './cmvm/model.js';
export { powerOfTwoDot, type PowerOfTwoDotParams } from './power-of-two-dot/unit.js';
export {
  powerOfTwoDotCorrection,
  powerOfTwoDotExact,
  powerOfTwoDotModel,
  type PowerOfTwoDotInputs,
} from './power-of-two-dot/model.js';
export { greatestExponent, powerOfTwoCode, powerOfTwoWeight } from './power-of-two-dot/code.js';
