/** A training run: epochs of steps, what follows an epoch, and the state that makes it go on exactly after a stop. */
import type { Dataset } from '../../nn/index.js';
import { QuantError } from '../errors.js';
import { checkData, cut, evaluationOf, reestimateStatistics, sumOfShards } from './batches.js';
import { readCheckpoint, writeCheckpoint, type Arrays, type RunProgress } from './checkpoint.js';
import type { Network } from './network.js';
import { freshOptimizer, updateValues, type OptimizerState } from './optimizer.js';
import { labelsOf, picturesOf, randomOf, shuffled } from './pictures.js';
import { runKey } from './run-key.js';
import { rateAt } from './schedule.js';
import type { Recipe, Trainer, TrainOptions, TrainSummary } from './types.js';

export interface Setup {
  readonly network: Network;
  readonly trainer: Trainer;
  /** Pictures at a time and batches of re-estimation. */
  readonly size: number;
  readonly batches: number;
}

/** A loss this many times that of the first epoch (or of guessing, when that is more) means that training has diverged. */
const EXPLODED = 10;

interface Run extends Setup {
  readonly data: Dataset;
  readonly recipe: Recipe;
  readonly options: TrainOptions;
  readonly phase: string;
  readonly steps: number;
  readonly key: string;
  readonly started: { readonly seconds: number; readonly steps: number };
}

/** What changes during a run, beside the network's own arenas. */
interface State {
  readonly progress: RunProgress;
  readonly optimizer: OptimizerState;
  readonly best?: { readonly values: Float32Array; readonly statistics: Float32Array };
}

const now = (): number => performance.now() / 1000;

/** @throws QuantError QT100 data, QT101 diverged, QT102 recipe, QT103 checkpoint */
export async function trainNetwork(
  setup: Setup,
  data: Dataset,
  recipe: Recipe,
  options: TrainOptions,
): Promise<TrainSummary> {
  const { network } = setup;
  checkRecipe(recipe);
  const sets = options.validation === undefined ? [data] : [data, options.validation];
  sets.forEach((set) => checkData(network, set));
  const phase = options.phase ?? 'training';
  const settings = [recipe, phase, options.keepBest === true, setup.size, setup.batches];
  const key = options.checkpoint === undefined ? '' : runKey(network, sets, settings);
  const steps = Math.max(1, Math.floor(data.count / recipe.batch));
  let state = resumed(network, options.checkpoint, key) ?? freshState(network, recipe);
  const made = state.progress.epoch * steps + state.progress.step;
  const run: Run = {
    ...setup,
    data,
    recipe,
    options,
    phase,
    steps,
    key,
    started: { seconds: now(), steps: made },
  };
  network.refresh();
  while (state.progress.epoch < recipe.epochs) {
    if (state.progress.step === 0 && options.signal?.aborted !== true)
      await options.beforeEpoch?.(state.progress.epoch, setup.trainer);
    state = await runSteps(run, state);
    if (state.progress.step === steps) state = await finishEpoch(run, state);
    if (options.checkpoint !== undefined) save(run, state, options.checkpoint);
    if (options.signal?.aborted === true) break;
  }
  const stopped = state.progress.epoch < recipe.epochs;
  if (!stopped && state.best !== undefined) restore(network, state.best);
  return { epochs: state.progress.history, stopped };
}

function checkRecipe({ epochs, batch, shards = 2, schedule, optimizer, augmentation }: Recipe): void {
  const fail = (problem: string): never => {
    throw new QuantError('QT102', `the training recipe has ${problem}.`);
  };
  if (!Number.isInteger(epochs) || epochs < 0) fail(`${epochs} epochs. Give a whole number`);
  if (!Number.isInteger(batch) || batch < 1) fail(`batches of ${batch} pictures. Give at least 1`);
  if (!Number.isInteger(shards) || shards < 1 || shards > batch)
    fail(`${shards} shards for batches of ${batch} pictures. Give 1 to ${batch}`);
  if (!(Number.isFinite(schedule.rate) && schedule.rate >= 0))
    fail(`a learning rate of ${schedule.rate}. Give a positive one`);
  if (!(Number.isFinite(optimizer.weightDecay) && optimizer.weightDecay >= 0))
    fail(`a weight decay of ${optimizer.weightDecay}. Give 0 or a positive number`);
  const momenta = optimizer.kind === 'sgd' ? [optimizer.momentum] : [optimizer.beta1, optimizer.beta2];
  if (!momenta.every((momentum) => momentum >= 0 && momentum < 1))
    fail(`momentum ${momenta.join(', ')}. Give 0 or more, less than 1`);
  const shift = augmentation?.shift ?? 0;
  if (!Number.isInteger(shift) || shift < 0) fail(`shifts of ${shift} pixels. Give a whole number`);
}

function freshState(network: Network, { optimizer }: Recipe): State {
  const progress: RunProgress = {
    epoch: 0,
    step: 0,
    lossSum: 0,
    seconds: 0,
    first: { sum: 0, count: 0 },
    history: [],
    powers: [1, 1],
    grids: {},
  };
  return { progress, optimizer: freshOptimizer(optimizer, network.values.length) };
}

/** The steps of the epoch at hand, from where it stands to its end or to the signal. */
async function runSteps(run: Run, state: State): Promise<State> {
  const { network, data, recipe, options } = run;
  const { epoch } = state.progress;
  const order = shuffled(data.count, randomOf(recipe.seed, 2, epoch));
  const begin = { values: network.values.slice(), statistics: network.statistics.slice() };
  const started = now();
  let { optimizer } = state;
  let progress = state.progress;
  const diverged = (step: number, sign: string): QuantError => {
    restore(network, state.best ?? begin);
    return divergence(run, { epoch, step }, sign, state.best !== undefined);
  };
  network.refresh();
  for (let { step } = progress; step < run.steps && options.signal?.aborted !== true; step++) {
    const pictures = order.slice(step * recipe.batch, (step + 1) * recipe.batch);
    const { loss, gradients } = await gradientStep(run, pictures, epoch, step);
    if (hasDiverged(loss, progress, network.classes)) throw diverged(step, `the loss is ${loss}`);
    const rate = rateAt(recipe.schedule, (epoch * run.steps + step + 0.5) / (recipe.epochs * run.steps));
    const { values, frozen, layout } = network;
    optimizer = updateValues(recipe.optimizer, optimizer, {
      values,
      gradients,
      frozen,
      rate,
      parameters: layout.parameters,
    });
    network.refresh();
    const { first } = progress;
    progress = {
      ...progress,
      step: step + 1,
      lossSum: progress.lossSum + loss,
      first: epoch === 0 ? { sum: first.sum + loss, count: first.count + 1 } : first,
    };
    report(run, progress);
  }
  if (!network.values.every(Number.isFinite))
    throw diverged(progress.step - 1, 'its update leaves weights that are not finite');
  progress = { ...progress, powers: [...optimizer.powers], seconds: progress.seconds + now() - started };
  return { ...state, optimizer, progress };
}

async function gradientStep(
  { network, data, recipe }: Run,
  pictures: readonly number[],
  epoch: number,
  step: number,
): Promise<{ readonly loss: number; readonly gradients: Float32Array }> {
  const random = randomOf(recipe.seed, 3, epoch, step);
  const jobs = cut(pictures, recipe.shards ?? 2).map((part) => ({
    pictures: picturesOf(data, part, recipe.augmentation, random),
    labels: labelsOf(data, part),
    training: true,
    gradientScale: 1 / pictures.length,
  }));
  const { loss, gradients } = sumOfShards(await network.run(jobs), network.values.length);
  return { loss: loss / pictures.length, gradients };
}

function hasDiverged(loss: number, { first }: RunProgress, classes: number): boolean {
  const usual = Math.max(Math.log(classes), first.count === 0 ? loss : first.sum / first.count);
  return !Number.isFinite(loss) || loss > EXPLODED * usual;
}

function divergence(
  { phase, steps, recipe }: Run,
  { epoch, step }: Pick<RunProgress, 'epoch' | 'step'>,
  sign: string,
  best: boolean,
): QuantError {
  const kept = best ? 'those of the best epoch' : 'those before this epoch';
  return new QuantError(
    'QT101',
    `${phase} diverged in epoch ${epoch + 1} of ${recipe.epochs}, step ${step + 1} of ${steps}: ${sign}. ` +
      `The weights are ${kept} again. Try a learning rate below ${recipe.schedule.rate}, a warm-up, or a larger batch.`,
  );
}

/** Statistics, validation, the best weights. */
async function finishEpoch(run: Run, state: State): Promise<State> {
  const { network, data, recipe, options, size, batches } = run;
  const started = now();
  const { progress } = state;
  const epoch = progress.epoch + 1;
  const isRead = options.validation !== undefined || options.beforeEpoch !== undefined;
  if (isRead || epoch === recipe.epochs)
    await reestimateStatistics(network, data, { batches, size, seed: recipe.seed });
  const accuracy =
    options.validation === undefined
      ? undefined
      : (await evaluationOf(network, options.validation, size)).accuracy;
  const isBest =
    options.keepBest === true && accuracy !== undefined && accuracy > (progress.bestAccuracy ?? -1);
  const done: RunProgress = {
    ...progress,
    epoch,
    step: 0,
    lossSum: 0,
    seconds: 0,
    history: [
      ...progress.history,
      {
        loss: progress.lossSum / run.steps,
        ...(accuracy === undefined ? {} : { accuracy }),
        seconds: progress.seconds + now() - started,
      },
    ],
    ...(isBest ? { bestAccuracy: accuracy } : {}),
  };
  report(run, progress, accuracy);
  const best = isBest
    ? { best: { values: network.values.slice(), statistics: network.statistics.slice() } }
    : {};
  return { ...state, progress: done, ...best };
}

function report(
  { options, phase, recipe, steps, started }: Run,
  progress: RunProgress,
  accuracy?: number,
): void {
  if (options.progress === undefined) return;
  const { epoch, step, lossSum } = progress;
  const made = epoch * steps + step;
  const perStep = (now() - started.seconds) / Math.max(1, made - started.steps);
  options.progress({
    phase,
    epoch,
    epochs: recipe.epochs,
    step,
    steps,
    loss: lossSum / step,
    ...(accuracy === undefined ? {} : { accuracy }),
    secondsLeft: perStep * (recipe.epochs * steps - made),
  });
}

function restore(network: Network, { values, statistics }: Arrays): void {
  if (values !== undefined) network.values.set(values);
  if (statistics !== undefined) network.statistics.set(statistics);
  network.refresh();
}

function save({ network, key }: Run, { progress, optimizer, best }: State, path: string): void {
  const { input, activations } = network.quantizers();
  const grids = {
    ...(input === undefined ? {} : { input }),
    ...(activations === undefined ? {} : { activations }),
  };
  const { values, statistics } = network;
  const { first, second } = optimizer;
  const bestArrays = best === undefined ? {} : { bestValues: best.values, bestStatistics: best.statistics };
  writeCheckpoint(path, key, {
    progress: { ...progress, grids },
    arrays: { values, statistics, first, second, ...bestArrays },
  });
}

function resumed(network: Network, path: string | undefined, key: string): State | undefined {
  const checkpoint = path === undefined ? undefined : readCheckpoint(path, key);
  if (checkpoint === undefined) return undefined;
  const { progress, arrays } = checkpoint;
  const { bestValues, bestStatistics, first = new Float32Array(0), second = new Float32Array(0) } = arrays;
  restore(network, arrays);
  network.setQuantizers({ ...network.quantizers(), ...progress.grids });
  return {
    progress,
    optimizer: { first, second, powers: progress.powers },
    ...(bestValues === undefined || bestStatistics === undefined
      ? {}
      : { best: { values: bestValues, statistics: bestStatistics } }),
  };
}
