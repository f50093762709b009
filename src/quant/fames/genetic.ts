/** A genetic algorithm over the same choices, judged by real evaluations: the baseline that estimates are compared with. */
import { createRandom, type Random } from '../../num/index.js';

export interface GeneticOptions {
  readonly population: number;
  readonly generations: number;
  /** Best individuals that live on unchanged. Default 2. */
  readonly elite?: number;
  /** Probability that a layer's choice is drawn anew. Default 1 / layers. */
  readonly mutation?: number;
  readonly seed: number;
}

export interface GeneticResult {
  readonly choices: readonly number[];
  readonly loss: number;
  readonly energy: number;
  /** How often the loss was really computed. */
  readonly evaluations: number;
  /** Least loss after each generation. */
  readonly history: readonly number[];
}

interface Individual {
  readonly choices: readonly number[];
  readonly loss: number;
}

/**
 * Least loss within the budget by evolution: tournaments of two, uniform crossover, mutation; an individual over the budget
 * is repaired by cheapening random layers. `energies` are per layer and choice; some choice must meet the budget. Equal
 * seeds give equal results.
 */
export async function searchGenetically(
  energies: readonly (readonly number[])[],
  budget: number,
  lossOf: (choices: readonly number[]) => number | Promise<number>,
  options: GeneticOptions,
): Promise<GeneticResult> {
  const { population, generations, elite = 2, mutation = 1 / energies.length } = options;
  const random = createRandom(options.seed);
  let evaluations = 0;
  const evaluated = async (choices: readonly number[]): Promise<Individual> => {
    evaluations++;
    return { choices, loss: await lossOf(choices) };
  };
  const born = (choices: readonly number[]) => evaluated(repaired(choices, energies, budget, random));
  const anyOf = (layer: number): number => random.integer(0, (energies[layer]?.length ?? 1) - 1);

  let alive: Individual[] = [];
  while (alive.length < population) alive.push(await born(energies.map((_, layer) => anyOf(layer))));
  alive.sort((a, b) => a.loss - b.loss);
  const history = [alive[0]?.loss ?? Infinity];
  for (let generation = 1; generation < generations; generation++) {
    const next = alive.slice(0, elite);
    while (next.length < population) {
      const [mother, father] = [tournament(alive, random), tournament(alive, random)];
      next.push(
        await born(
          mother.map((gene, layer) => {
            if (random.chance(mutation)) return anyOf(layer);
            return random.chance(0.5) ? gene : (father[layer] ?? gene);
          }),
        ),
      );
    }
    alive = next.sort((a, b) => a.loss - b.loss);
    history.push(alive[0]?.loss ?? Infinity);
  }
  const [best] = alive;
  const choices = best?.choices ?? [];
  return { choices, loss: best?.loss ?? Infinity, energy: energyOf(choices, energies), evaluations, history };
}

export const energyOf = (choices: readonly number[], energies: readonly (readonly number[])[]): number =>
  choices.reduce((sum, choice, layer) => sum + (energies[layer]?.[choice] ?? 0), 0);

/** The better of two random individuals; `alive` is sorted. */
const tournament = (alive: readonly Individual[], random: Random): readonly number[] => {
  const draw = (): number => random.integer(0, alive.length - 1);
  return alive[Math.min(draw(), draw())]?.choices ?? [];
};

/** Random layers take a cheaper choice until the budget is met. */
function repaired(
  choices: readonly number[],
  energies: readonly (readonly number[])[],
  budget: number,
  random: Random,
): readonly number[] {
  const repair = [...choices];
  while (energyOf(repair, energies) > budget) {
    const cheaper = repair.map((choice, layer) => {
      const options = energies[layer] ?? [];
      return options.flatMap((energy, other) => (energy < (options[choice] ?? 0) ? [other] : []));
    });
    const layers = cheaper.flatMap((options, layer) => (options.length > 0 ? [layer] : []));
    if (layers.length === 0) throw new RangeError('genetic search: no choice meets the budget');
    const layer = layers[random.integer(0, layers.length - 1)] ?? 0;
    const options = cheaper[layer] ?? [];
    repair[layer] = options[random.integer(0, options.length - 1)] ?? 0;
  }
  return repair;
}
