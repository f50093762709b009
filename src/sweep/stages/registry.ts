/** The stages that a sweep consists of. */

import { activityStage } from './activity.js';
import { emitStage } from './emit.js';
import { energyStage } from './energy.js';
import { evaluateStage } from './evaluate.js';
import { placeStage } from './place.js';
import { quantizeStage } from './quantize.js';
import { simulateStage } from './simulate.js';
import type { StageRegistry } from './stage.js';
import { synthesizeStage } from './synthesize.js';
import type { ToolTexts } from './tools.js';

/** `tools` go into the keys; a worker, which is given keys, needs none. */
export const flowStages = (tools: ToolTexts = {}): StageRegistry => [
  quantizeStage,
  evaluateStage,
  emitStage,
  simulateStage,
  synthesizeStage(tools),
  placeStage(tools),
  energyStage(tools),
  activityStage(tools),
];
