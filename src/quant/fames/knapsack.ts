/** Multiple-choice knapsack, exactly: one choice per layer, least loss within an energy budget. */
import { QuantError } from '../errors.js';

/** What one choice of one layer costs. Losses may be negative, energies not. */
export interface Option {
  readonly energy: number;
  readonly loss: number;
}

export interface Selection {
  /** Index of the chosen option, per layer. */
  readonly choices: readonly number[];
  readonly energy: number;
  readonly loss: number;
}

/**
 * The selection of least total loss among those of at most `budget` energy; of equal ones, one of least energy. Dynamic
 * programming over the layers keeps the partial selections that no other beats in both sums (Nemhauser and Ullmann), less
 * those that a Lagrangian bound on what the remaining layers can do shows to lose against a known selection. Exact for real
 * numbers: nothing is discretized.
 * @throws QuantError QT502 when no selection meets the budget; the message has the least possible energy
 */
export function selectExactly(layers: readonly (readonly Option[])[], budget: number): Selection {
  const useful = layers.map(paretoOptions);
  checkFeasible(useful, budget);
  const price = bestPrice(useful, budget);
  const rest = restBounds(useful, price);
  const known = pricedSelection(useful, price, budget)?.loss ?? Infinity;
  // Rounding of the bounds must not discard the optimum itself.
  const limit = known + 1e-9 * (1 + Math.abs(known));
  const room = budget * (1 + 1e-12);
  let states: readonly State[] = [{ energy: 0, loss: 0 }];
  useful.forEach((options, layer) => {
    const { leastEnergy, pricedLoss } = rest[layer + 1] ?? { leastEnergy: 0, pricedLoss: 0 };
    const extended = states
      .flatMap((before) => options.map((option) => extend(before, option)))
      .filter(
        ({ energy, loss }) =>
          energy + leastEnergy <= room && loss + pricedLoss - price * (budget - energy) <= limit,
      );
    states = paretoStates(extended);
  });
  const best = states.findLast(({ energy }) => energy <= budget);
  if (best === undefined) throw new RangeError('knapsack: the optimum was lost, which cannot be');
  return { choices: choicesOf(best), energy: best.energy, loss: best.loss };
}

/** A partial selection: the first layers are decided. */
interface State {
  readonly energy: number;
  readonly loss: number;
  readonly choice?: number;
  readonly before?: State;
}

interface Indexed extends Option {
  readonly index: number;
}

const extend = (before: State, { energy, loss, index }: Indexed): State => ({
  energy: before.energy + energy,
  loss: before.loss + loss,
  choice: index,
  before,
});

function choicesOf(last: State): readonly number[] {
  const choices: number[] = [];
  for (let state: State | undefined = last; state?.choice !== undefined; state = state.before) {
    choices.unshift(state.choice);
  }
  return choices;
}

/** By rising energy, each with less loss than all before it. */
function paretoStates<T extends Option>(states: readonly T[]): readonly T[] {
  let least = Infinity;
  return states
    .toSorted((a, b) => a.energy - b.energy || a.loss - b.loss)
    .filter(({ loss }) => {
      if (loss >= least) return false;
      least = loss;
      return true;
    });
}

const paretoOptions = (options: readonly Option[]): readonly Indexed[] =>
  paretoStates(options.map((option, index) => ({ ...option, index })));

const leastEnergyOf = (layers: readonly (readonly Option[])[]): number =>
  layers.reduce((sum, options) => sum + Math.min(...options.map(({ energy }) => energy)), 0);

function checkFeasible(layers: readonly (readonly Option[])[], budget: number): void {
  const least = leastEnergyOf(layers);
  if (least <= budget) return;
  throw new QuantError(
    'QT502',
    `no choice of multipliers has at most ${budget.toPrecision(6)} energy; the least possible is ${least.toPrecision(6)}. ` +
      'Raise the budget, or give the catalogue cheaper multipliers.',
  );
}

/** Per layer the option of least loss + price * energy, the cheaper of equals. */
const pricedOptions = (layers: readonly (readonly Indexed[])[], price: number): readonly Indexed[] =>
  layers.map((options) =>
    options.reduce((best, next) =>
      next.loss + price * next.energy < best.loss + price * best.energy ? next : best,
    ),
  );

const total = (options: readonly Option[], key: keyof Option): number =>
  options.reduce((sum, option) => sum + option[key], 0);

function pricedSelection(
  layers: readonly (readonly Indexed[])[],
  price: number,
  budget: number,
): Option | undefined {
  const chosen = pricedOptions(layers, price);
  const energy = total(chosen, 'energy');
  return energy <= budget ? { energy, loss: total(chosen, 'loss') } : undefined;
}

/** The least price of energy at which the priced selection meets the budget, nearly: it gives the tightest bound. */
function bestPrice(layers: readonly (readonly Indexed[])[], budget: number): number {
  if (pricedSelection(layers, 0, budget) !== undefined) return 0;
  let high = 1e-12;
  while (pricedSelection(layers, high, budget) === undefined && high < 1e300) high *= 4;
  let low = 0;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (pricedSelection(layers, middle, budget) === undefined) low = middle;
    else high = middle;
  }
  return high;
}

/** For the layers from each on: their least energy, and their least sum of loss + price * energy. */
function restBounds(
  layers: readonly (readonly Indexed[])[],
  price: number,
): readonly { readonly leastEnergy: number; readonly pricedLoss: number }[] {
  const bounds = [{ leastEnergy: 0, pricedLoss: 0 }];
  for (const options of layers.toReversed()) {
    const [after] = bounds;
    bounds.unshift({
      leastEnergy: (after?.leastEnergy ?? 0) + Math.min(...options.map(({ energy }) => energy)),
      pricedLoss:
        (after?.pricedLoss ?? 0) + Math.min(...options.map(({ energy, loss }) => loss + price * energy)),
    });
  }
  return bounds;
}
