/** Energy of networks in gates, and activity of their designs. */
export { networkEnergy, type LayerEnergy, type NetworkEnergy, type NetworkEnergyOptions } from './network.js';
export { operationEnergyPj } from './model.js';
export type { PeGrid } from './layer.js';
export {
  activityOf,
  mappedActivity,
  requirePictures,
  type Activity,
  type ActivityOptions,
} from './activity.js';
