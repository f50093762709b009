export { inq, inqConfigSchema, type InqConfig } from './method.js';
export {
  exponentHistogram,
  inqBits,
  inqLevels,
  levelGrid,
  levelValues,
  nearestLevel,
  rangeRules,
  type InqBits,
  type Levels,
  type RangeRule,
} from './levels.js';
export { growFrozen, magnitudeOrder, partitionRules, randomOrder, type PartitionRule } from './partition.js';
export {
  automaticSchedule,
  checkPortions,
  paperPortions,
  scheduleFor,
  spreadEpochs,
  type Step,
} from './schedule.js';
