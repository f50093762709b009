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
export { ternaryChain, type TernaryChainParams } from './ternary-chain/unit.js';
export { ternaryChains } from './ternary-chain/kind.js';
export { ternaryChainCodes } from './ternary-chain/codes.js';
export { ternaryChainCorrection, ternaryChainModel, type TernaryChainInputs } from './ternary-chain/model.js';
export { ternaryChainCost, type TernaryCost } from './ternary-chain/cost.js';
export { ternaryFusedTreeCost } from './ternary-fused-tree/cost.js';
export { ternaryGroupsCost, type GroupsCost } from './ternary-groups/cost.js';
export { ternaryGroups } from './ternary-groups/kind.js';
export { groupCandidates } from './ternary-groups/candidates.js';
export { ternaryGroupsCorrection, ternaryGroupsModel } from './ternary-groups/model.js';
export { packTrits, unpackTrits } from './trit-pack/model.js';
export { tritDecoder } from './trit-pack/unit.js';
export { ternarySkip, type TernarySkipParams } from './ternary-skip/unit.js';
export { skipEntries, ternarySkipModel, type SkipEntry } from './ternary-skip/model.js';
export { ternaryFusedTree, type TernaryFusedTreeParams } from './ternary-fused-tree/unit.js';
export { ternaryFusedTrees } from './ternary-fused-tree/kind.js';
export { ternaryFusedTreeCodes } from './ternary-fused-tree/codes.js';
export {
  ternaryFusedTreeCorrection,
  ternaryFusedTreeModel,
  ternaryFusedTreeSum,
  type TernaryFusedTreeInputs,
} from './ternary-fused-tree/model.js';
export { ternaryPe, type TernaryPeParams } from './ternary-pe/unit.js';
export { ternaryPeModel, type TernaryPeInputs } from './ternary-pe/model.js';
export { intDot, type IntDotParams } from './int-dot/unit.js';
export { intProduct, productModulePrefix, type IntProductParams } from './int-dot/product.js';
export { intMac } from './int-mac/unit.js';
export { intMacModel, type IntMacInputs } from './int-mac/model.js';
export type { IntMacParams } from './int-mac/parameters.js';
export { intPair } from './int-pair/unit.js';
export { intPairModel, type IntPairInputs } from './int-pair/model.js';
export { pairPacking, type IntPairParams } from './int-pair/packing.js';
export { intMacCost } from './int-mac/cost.js';
export { recodedDotCost } from './recoded-dot/cost.js';
export { mac16Chain, mult18Tree } from './int-mac/kinds.js';
export { recodedTree } from './recoded-dot/kind.js';
export {
  digitDot,
  recodedDot,
  recodeWeight,
  type DigitDotParams,
  type RecodedDotParams,
} from './recoded-dot/unit.js';
export { recodedDotCorrection, recodedDotModel, type RecodedDotInputs } from './recoded-dot/model.js';
export { intDotModel, type IntDotInputs } from './int-dot/model.js';
export { requantize } from './requantize/unit.js';
export { requantizeConstant, type RequantizeConstantParams } from './requantize-constant/unit.js';
export { requantizeSerial, type RequantizeSerialParams } from './requantize-serial/unit.js';
export {
  requantizeSerialCycles,
  requantizeSerialModel,
  serialInputsForContract,
} from './requantize-serial/model.js';
export { requantizeThresholds, type RequantizeThresholdsParams } from './requantize-thresholds/unit.js';
export { staircaseModel, staircaseOf, type Staircase } from './requantize-thresholds/thresholds.js';
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
export { sumModulePrefix } from './cmvm/sums.js';
export { cmvmModel } from './cmvm/model.js';
export { inputRange } from './cmvm/adder-graph.js';
export { cmvmFolded, type CmvmFoldedParams } from './cmvm-folded/unit.js';
export { cmvmFoldedModel, foldCycles, inGroups, type Fold } from './cmvm-folded/model.js';
export { powerOfTwoDot, type PowerOfTwoDotParams } from './power-of-two-dot/unit.js';
export {
  powerOfTwoDotCorrection,
  powerOfTwoDotExact,
  powerOfTwoDotModel,
  type PowerOfTwoDotInputs,
} from './power-of-two-dot/model.js';
export { flaggedCode, greatestExponent, powerOfTwoCode, powerOfTwoWeight } from './power-of-two-dot/code.js';
export { powerOfTwoTree } from './power-of-two-dot/kind.js';
export { approxMultiplier } from './approx-multiplier/unit.js';
export {
  approxMultiplierModel,
  productTable,
  type ApproxMultiplierInputs,
} from './approx-multiplier/model.js';
export type { ApproxKind, ApproxMultiplierParams, Compensation } from './approx-multiplier/parameters.js';
export { approxProductRange, approxProductType } from './approx-multiplier/product-type.js';
export {
  exactTable,
  operandValues,
  productTableIndex,
  type ProductType,
  type TableOperands,
} from './approx-multiplier/table.js';
export { errorMetrics, type ErrorMetrics, type OperandDistribution } from './approx-multiplier/metrics.js';
export { tableDot, type TableDotParams } from './table-dot/unit.js';
export { tableProduct, tableProductRange, type TableProductParams } from './table-dot/product.js';
export { tableDotModel, type TableDotInputs } from './table-dot/model.js';
export { signMagnitudeDot, type SignMagnitudeDotParams } from './sign-magnitude-dot/unit.js';
export { signMagnitudeDotModel, type SignMagnitudeDotInputs } from './sign-magnitude-dot/model.js';
export type { GateLetter, Netlist } from './approx-netlist/netlist.js';
export { truthTable } from './approx-netlist/evaluate.js';
export { netlistFromText, netlistText } from './approx-netlist/text.js';
export { approxCatalogue, type CatalogueEntry, type StoredPath } from './approx-search/catalogue.js';
export { catalogueTasks, type CatalogueTask } from './approx-search/tasks.js';
export { searchPath, type PathMember, type PathTask } from './approx-search/path.js';
export {
  sumOfGates,
  nandEquivalents,
  type CostFunction,
  type GateCosts,
  type GateView,
} from './approx-search/costs.js';
export { lutCost } from './approx-search/lut-cost.js';
export { powerOfTwoChain, type PowerOfTwoChainParams } from './power-of-two-chain/unit.js';
export {
  powerOfTwoChainCorrection,
  powerOfTwoChainModel,
  type PowerOfTwoChainInputs,
} from './power-of-two-chain/model.js';
export { powerOfTwoChains } from './power-of-two-chain/kind.js';
export { powerOfTwoPe, type PowerOfTwoPeParams } from './power-of-two-pe/unit.js';
export { powerOfTwoPeModel, type PowerOfTwoPeInputs } from './power-of-two-pe/model.js';
export { pvqBitLayer, type PvqBitLayerParams } from './pvq-bit-layer/unit.js';
export { pvqBitLayerModel } from './pvq-bit-layer/model.js';
export {
  bitLayerCode,
  bitLayerCycles,
  packedCode as packedBitLayerCode,
  type BitLayerWeights,
  type CodeWord,
} from './pvq-bit-layer/code.js';
export { pvqPulse, type PvqPulseParams } from './pvq-pulse/unit.js';
export { pvqPulseModel } from './pvq-pulse/model.js';
export { pvqTree, type PvqTreeParams } from './pvq-tree/unit.js';
export { pvqTreeModel, type PvqTreeInputs } from './pvq-tree/model.js';
export { pvqDecoder, type PvqDecoderParams } from './pvq-decoder/unit.js';
export { pvqDecoderModel } from './pvq-decoder/model.js';
export { pvqRunDecoder, type PvqRunDecoderParams } from './pvq-run-decoder/unit.js';
export { pvqRunDecoderModel } from './pvq-run-decoder/model.js';
export { powerOfTwoDotCost, type UnitCost } from './power-of-two-dot/cost.js';
export { powerOfTwoChainCost } from './power-of-two-chain/cost.js';
export { powerOfTwoPeCost } from './power-of-two-pe/cost.js';
export {
  adderStructures,
  termSum,
  termSumModel,
  type AdderStructure,
  type TermSumParams,
} from './compressor-tree/unit.js';
export { cheapestAdder } from './compressor-tree/choice.js';
export { unitSynthesis, type RecordedChoice, type UnitSynthesis, type UnitTarget } from './synthesis.js';
export { pvqBitLayerCost, type BitLayerSize } from './pvq-bit-layer/cost.js';
export { pvqPulseCost, type PulseSize } from './pvq-pulse/cost.js';
export { pvqTreeCost } from './pvq-tree/cost.js';
export { pvqDecoderCost } from './pvq-decoder/cost.js';
export { pvqRunDecoderCost } from './pvq-run-decoder/cost.js';
export { requantizeSerialCost } from './requantize-serial/cost.js';
export { requantizeConstantCost } from './requantize-constant/cost.js';
export { requantizeThresholdsCost } from './requantize-thresholds/cost.js';
export { termSumCost } from './compressor-tree/cost.js';
export { cmvmFoldedCost } from './cmvm-folded/cost.js';
export { intPairCost } from './int-pair/cost.js';
export { approxMultiplierCost } from './approx-multiplier/cost.js';
export { tableDotCost } from './table-dot/cost.js';
export { signMagnitudeDotCost } from './sign-magnitude-dot/cost.js';
