/** A network in quantization-aware training: what PROM, INQ and the uniform baselines do alike. */
import { withGridWeights } from '../calibrate/index.js';
import type { MethodContext } from '../method.js';
import type { QuantizedModel } from '../model/index.js';
import { createTrainer, type Recipe, type Trainer, type TrainOptions } from '../train/index.js';
import { stopWhenAsked, stopped } from './stop.js';
import { checkpointFiles } from './checkpoints.js';
import type { TrainingConfig } from './config.js';
import { projectionsOf, setGrids, weightGrids, type QuantizationPlan } from './plan.js';

export interface SessionOptions {
  /** Of the method, for phases, checkpoints and messages. */
  readonly method: string;
  /** As parsed; `training` is its part for the engine. */
  readonly config: { readonly training: TrainingConfig };
  readonly plan: QuantizationPlan;
}

/** What one phase of re-training came to, for the report. */
export interface PhaseSummary {
  readonly phase: string;
  readonly epochs: readonly { readonly loss: number; readonly accuracy?: number }[];
}

export interface Session {
  readonly trainer: Trainer;
  /**
   * Trains for some epochs, the rate starting anew, grids calibrated before each. A phase that its checkpoint says is
   * finished returns at once, with the weights of its end. @throws QuantError QT207 when the signal stops it
   */
  retrain(phase: string, epochs: number): Promise<PhaseSummary>;
  /** Statistics and activation grids for the weights as they are now; the network on its grids. */
  finish(): Promise<QuantizedModel>;
}

/** Opens a trainer, lets the method work with it, closes it. @throws QuantError QT100 when the data does not fit */
export async function withSession<Result>(
  context: MethodContext,
  options: SessionOptions,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const trainer = await createTrainer(context.model);
  try {
    return await work(createSession(context, options, trainer));
  } finally {
    await trainer.close();
  }
}

function createSession(context: MethodContext, options: SessionOptions, trainer: Trainer): Session {
  const { method, config, plan } = options;
  const { train } = context.data;
  const checkpointOf = checkpointFiles(context, method, config);
  const phases: string[] = [];

  const retrain: Session['retrain'] = async (phase, epochs) => {
    stopWhenAsked(context, method, phase);
    const number = phases.push(phase);
    // A run that goes on within an epoch does not call beforeEpoch, and what measured before may have left other quantizers.
    trainer.setQuantizers({ input: context.input, projections: projectionsOf(plan) });
    const summary = await trainer.train(train, recipeOf(context, config.training, epochs, number), {
      ...trainOptions(context, `${method} ${phase}`, checkpointOf(number)),
      beforeEpoch: async () => {
        await setGrids(trainer, context, plan);
      },
    });
    if (summary.stopped) throw stopped(context, method, phase);
    return { phase, epochs: summary.epochs.map(withoutSeconds) };
  };

  const finish: Session['finish'] = async () => {
    stopWhenAsked(context, method, 'calibration');
    const activations = await setGrids(trainer, context, plan);
    await trainer.reestimate(train);
    const weights = weightGrids(trainer, plan);
    return {
      model: withGridWeights(trainer.model(), weights),
      input: context.input,
      weights,
      activations,
      products: {},
    };
  };

  return { trainer, retrain, finish };
}

/** Every phase shuffles and augments differently, and the same in every run with the seed. */
function recipeOf(context: MethodContext, training: TrainingConfig, epochs: number, phase: number): Recipe {
  const { batch, momentum, weightDecay, rate, floor } = training;
  const augmentation = training.augmentation ?? context.augmentation;
  return {
    epochs,
    batch,
    optimizer: { kind: 'sgd', momentum, weightDecay },
    schedule: { kind: 'cosine', rate, floor },
    seed: context.seed * 1000 + phase,
    ...(augmentation && { augmentation }),
  };
}

const trainOptions = (
  context: MethodContext,
  phase: string,
  checkpoint: string | undefined,
): TrainOptions => ({
  phase,
  validation: context.data.validation,
  ...(context.progress && { progress: context.progress }),
  ...(context.signal && { signal: context.signal }),
  ...(checkpoint !== undefined && { checkpoint }),
});

/** How long it took is not part of a reproducible report. */
const withoutSeconds = ({
  loss,
  accuracy,
}: {
  readonly loss: number;
  readonly accuracy?: number;
}): PhaseSummary['epochs'][number] => (accuracy === undefined ? { loss } : { loss, accuracy });
