/** What a design costs in the gates of a library: area, energy, leakage, delay. */

import type { Design } from '../../hdl/index.js';
import { simulate, type Stimulus } from '../../sim/index.js';
import { NetlistDiffers } from '../errors.js';
import { CONDITIONS, energyOf, leakageOf, type Energy, type EnergyOptions } from './energy.js';
import { loadsOf } from './loads.js';
import { mapToGates, type GateMapping, type GateMappingOptions } from './mapping.js';
import type { GateNetlist } from './netlist.js';
import { timingOf } from './timing.js';
import { runGates, valuesOf } from './waves.js';

export interface GateCostOptions extends GateMappingOptions, EnergyOptions {
  /** Values of the input ports, one for each operation and the one before the first. */
  readonly stimulus: Stimulus;
}

export interface GateCost {
  readonly mapping: GateMapping;
  /** In um2. */
  readonly area: number;
  /** In fJ for each operation, mean over the stimulus. */
  readonly energy: Energy;
  /** In nW, mean over the stimulus. */
  readonly leakageNw: number;
  /** Of the longest path; undefined where the library has no timing. */
  readonly delayNs: number | undefined;
}

/**
 * Maps a Design, checks on the stimulus that the gates do what the Design does, and adds up what they cost.
 * @throws NetlistDiffers, UnmappedCell, UnusableNetlist, the errors of src/tools
 */
export async function gateCost(design: Design, options: GateCostOptions): Promise<GateCost> {
  const mapping = await mapToGates(design, options);
  checkGates(mapping.netlist, design, options.stimulus);
  return costOfMapping(mapping, options);
}

/** The same for a mapping that exists already, without the check. @throws UnusableNetlist */
export function costOfMapping(
  mapping: GateMapping,
  { library, stimulus, ...options }: Pick<GateCostOptions, 'library' | 'stimulus'> & EnergyOptions,
): GateCost {
  const { netlist, area } = mapping;
  const { inputSlewNs, outputLoadFf } = { ...CONDITIONS, ...options };
  const waves = runGates(netlist, stimulus, vectorsIn(stimulus));
  const { delayNs } = timingOf(netlist, loadsOf(netlist, outputLoadFf), inputSlewNs);
  const energy = energyOf(netlist, library, waves, options);
  return { mapping, area, energy, leakageNw: leakageOf(netlist, waves), delayNs };
}

/**
 * Runs gates and Design on the same values and compares every output in every cycle, from cycle `from` on (default 0: what
 * flip-flops hold before a reset is not compared). @throws NetlistDiffers
 */
export function checkGates(netlist: GateNetlist, design: Design, stimulus: Stimulus, from = 0): void {
  const vectors = vectorsIn(stimulus);
  const waves = runGates(netlist, stimulus, vectors);
  const expected = simulate(design).run(vectors, signedValues(design, stimulus));
  for (const port of netlist.outputs) {
    const found = valuesOf(waves, port);
    const modulus = 2 ** port.bits.length;
    for (let vector = from; vector < vectors; vector++) {
      const right = Number(expected[port.name]?.[vector]);
      const pattern = right < 0 ? right + modulus : right;
      if (found[vector] === pattern) continue;
      const inputs = Object.entries(stimulus).map(([name, values]) => `${name} = ${String(values[vector])}`);
      const is = `${port.name} is ${String(found[vector])} instead of ${String(pattern)}`;
      throw new NetlistDiffers(netlist.name, `${is} in cycle ${String(vector)} (${inputs.join(', ')})`);
    }
  }
}

/** Codes of signed inputs as numbers. */
function signedValues({ ports }: Design, stimulus: Stimulus): Stimulus {
  const columns = Object.entries(stimulus).map(([name, values]): [string, Stimulus[string]] => {
    const type = ports.find((port) => port.name === name)?.type;
    if (type?.signed !== true) return [name, values];
    const codes = Array.from({ length: values.length }, (_, vector) => BigInt(values[vector] ?? 0));
    return [name, codes.map((code) => BigInt.asIntN(type.width, code))];
  });
  return Object.fromEntries(columns);
}

const vectorsIn = (stimulus: Stimulus): number =>
  Math.min(...Object.values(stimulus).map(({ length }) => length));
