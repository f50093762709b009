/** Approximate multipliers in the place of the exact ones of integer layers, as FAMES chooses them: energy for spare accuracy. */

import { tensorOf, type IntegerNetwork } from '../../nn/index.js';
import { QuantError } from '../../quant/index.js';
import { enginesOf, type ArraySize, type SearchDesign } from './designs.js';
import { measuredEnergies } from './energies.js';
import { firstThatPasses } from './front.js';
import { isWithin } from './loss.js';
import { mapNetwork } from './place.js';
import { totalEnergy } from './rows.js';
import type { SearchContext } from './context.js';
import type { Trial, Trials } from './trials.js';
import type { Tried, Winner } from './winner.js';

/** Shares of the exact products' energy. */
const budgets = [0.5, 0.6, 0.7, 0.8, 0.9];

/**
 * The least share that keeps the accuracy, found by halving; no re-training. The winner stays as it is where it multiplies
 * nothing, where energies are not those of gates, where no share keeps the accuracy, and where the tables' hardware does not fit or takes no less energy.
 */
export const approximated = async (
  context: SearchContext,
  winner: Winner,
  trials: Trials,
): Promise<{ readonly winner: Winner; readonly tried: readonly Tried[] }> => {
  const { formats, activationBits } = winner.design;
  const { epochs } = context.options;
  const tried: Tried[] = [];
  // Published energies per operation know exact products only.
  if (context.library === undefined) return { winner, tried };
  const layers = worthwhile(winner);
  if (layers.length === 0) return { winner, tried };
  const found = new Map<number, Winner>();
  await firstThatPasses(budgets, async (energyBudget) => {
    const trial = await attempt(() =>
      trials({ formats, activationBits, epochs, approximate: { layers, energyBudget } }),
    );
    if (trial === undefined) return false;
    const { accuracy, loss, network, cpuSeconds } = trial;
    context.progress(`approximate multipliers, ${energyBudget}: ${(100 * accuracy).toFixed(2)} %`, 1, 1);
    if (!isWithin(loss, context.options)) return false;
    const design = await designWith(context, winner.design, network);
    if (design === undefined) return false;
    tried.push({ design, epochs, accuracy, loss, cpuSeconds });
    found.set(energyBudget, { design, trial, met: true });
    return true;
  });
  const least = [...found.values()].toSorted((a, b) => a.design.energyPj - b.design.energyPj)[0];
  // The design's own energy was estimated on the untrained network.
  const exact = await energyOf(context, winner.trial.network, winner.design.array);
  const isBetter = least !== undefined && least.design.energyPj < exact;
  return { winner: isBetter ? least : winner, tried };
};

/**
 * Layers without multipliers have nothing to gain, and factors have nodes of their own. Products from tables are computed by
 * rows that share a window: where a layer has fewer channels than the array has rows, PEs would idle that lanes use.
 */
const worthwhile = ({ design: { formats, array }, trial: { network } }: Winner): readonly string[] =>
  network.layers.flatMap((layer) => {
    if (layer.kind !== 'conv' || formats[layer.name]?.kind !== 'int') return [];
    const [, , channels] = tensorOf(network, layer.input, layer.name).shape;
    return layer.depthwise || channels >= array.rows ? [layer.name] : [];
  });

const energyOf = async (context: SearchContext, network: IntegerNetwork, array: ArraySize): Promise<number> =>
  totalEnergy({ energies: await measuredEnergies(context, network, array) });

/** undefined: no multipliers keep to this budget, or tables cannot express the network. */
const attempt = async (run: () => Promise<Trial>): Promise<Trial | undefined> => {
  try {
    return await run();
  } catch (error) {
    if (error instanceof QuantError && ['QT501', 'QT502', 'QT503'].includes(error.code)) return undefined;
    throw error;
  }
};

/** The design with the network's product tables, as it is synthesized as a whole; undefined: it does not fit. */
const designWith = async (
  context: SearchContext,
  design: SearchDesign,
  network: IntegerNetwork,
): Promise<SearchDesign | undefined> => {
  const { maxLuts = Infinity, maxCycles = Infinity } = context.options;
  const mapped = await mapNetwork(network, design.array, context);
  if (mapped.kind === 'infeasible') return undefined;
  const { hardware, synth } = mapped;
  const { luts } = synth.counts;
  const cycles = hardware.prediction.initiationInterval;
  if (luts > maxLuts || cycles > maxCycles) return undefined;
  return {
    ...{ ...design, cycles, luts, interpolated: false, engines: enginesOf(hardware) },
    energyPj: await energyOf(context, network, design.array),
    approximate: network.layers.flatMap((layer) =>
      layer.kind === 'conv' && layer.product !== 'exact' ? [layer.name] : [],
    ),
  };
};
