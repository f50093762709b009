/** The loop of INQ: freeze a portion on its levels, train the rest again. */
import { convNodes, type FloatModel } from '../model/index.js';
import { byName, type PhaseSummary, type Session } from '../qat/index.js';
import type { FrozenWeights } from '../train/index.js';
import { inqLevels, nearestLevel, type InqBits, type Levels, type RangeRule } from './levels.js';
import { growFrozen, magnitudeOrder, randomOrder, type PartitionRule } from './partition.js';
import type { Step } from './schedule.js';

/** How one layer's weights get onto their levels. */
export interface Layer {
  readonly name: string;
  /** Fixed at the start: later ones of a moving maximum would not contain what is frozen already. */
  readonly levels: Levels;
  /** Order in which weights are frozen; undefined: by magnitude, as it is at each step. */
  readonly order?: Uint32Array;
}

export interface LayerOptions {
  readonly bits: InqBits;
  readonly range: RangeRule;
  readonly partition: PartitionRule;
}

export const layersOf = (model: FloatModel, options: LayerOptions, seed: number): readonly Layer[] =>
  convNodes(model).map((node, i): Layer => {
    const layer = { name: node.name, levels: inqLevels(node.weights, options.bits, options.range) };
    if (options.partition === 'magnitude') return layer;
    return { ...layer, order: randomOrder(node.weights.length, seed * 1000 + i) };
  });

/** Freezes and re-trains step by step; after the last step every weight is on its level. */
export async function quantizeStepwise(
  session: Session,
  layers: readonly Layer[],
  steps: readonly Step[],
): Promise<readonly PhaseSummary[]> {
  let frozen: FrozenWeights = byName(
    layers.map(({ name }) => name),
    (name) => new Uint8Array(session.trainer.weights(name).length),
  );
  const phases: PhaseSummary[] = [];
  for (const { portion, epochs } of steps) {
    frozen = freeze(session, layers, frozen, portion);
    if (epochs > 0) phases.push(await session.retrain(`${(100 * portion).toFixed(1)} %`, epochs));
  }
  return phases;
}

/** Grows the frozen set of every layer to the portion and puts what is new in it on its level. */
function freeze(
  { trainer }: Session,
  layers: readonly Layer[],
  before: FrozenWeights,
  portion: number,
): FrozenWeights {
  const frozen = Object.fromEntries(
    layers.map(({ name, levels, order }) => {
      const weights = trainer.weights(name);
      const old = before[name] ?? new Uint8Array(weights.length);
      const grown = growFrozen(old, order ?? magnitudeOrder(weights), portion);
      grown.forEach((bit, i) => {
        if (bit === 1 && old[i] === 0) weights[i] = nearestLevel(weights[i] ?? 0, levels);
      });
      return [name, grown];
    }),
  );
  trainer.setFrozen(frozen);
  return frozen;
}
