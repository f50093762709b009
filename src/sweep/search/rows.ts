/** Measured networks as rows of a sweep report. */

import { countNetwork, tensorOf, type IntegerNetwork } from '../../nn/index.js';
import type { SweepLayer, SweepPoint } from '../../report/index.js';
import { hashOf, sha256 } from '../canonical.js';
import type { ArraySize } from './designs.js';
import type { SearchOptions } from './options.js';
import type { Placed } from './place.js';
import { settingText, type Setting } from './setting.js';

/** A network that was trained, rounded and put onto the target. */
export interface MeasuredNetwork {
  /** `search`, or a method's name. */
  readonly method: string;
  readonly setting: Setting;
  readonly file: Uint8Array;
  readonly network: IntegerNetwork;
  /** Shares of the test pictures: float network, integer network. */
  readonly before: number;
  readonly after: number;
  readonly pictures: number;
  /** pJ per picture and layer, and what they rest on. */
  readonly energies: ReadonlyMap<string, number>;
  readonly gates: boolean;
  readonly operationEnergyPj: number;
  readonly array: ArraySize;
  readonly placed: Placed;
  readonly verifiedPictures: number;
}

export const totalEnergy = ({ energies }: Pick<MeasuredNetwork, 'energies'>): number =>
  [...energies.values()].reduce((sum, pj) => sum + pj, 0);

/** One row per seed of place and route; one for a network that does not fit. */
export const rowsOf = (measured: MeasuredNetwork, { target, model }: SearchOptions): SweepPoint[] => {
  const { placed } = measured;
  const seeds = placed.kind === 'placed' ? placed.seeds : [undefined];
  return seeds.map((seed) => {
    const common = { ...baseOf(measured), device: target, model, seed: seed?.seed ?? 0 };
    const id = hashOf({
      network: sha256(measured.file),
      target,
      array: { ...measured.array },
      seed: common.seed,
      method: measured.method,
    });
    if (placed.kind === 'infeasible' || seed === undefined)
      return { ...common, id, status: 'infeasible', reason: placed.kind === 'placed' ? null : placed.reason };
    const { latencyCycles: latency, initiationInterval } = placed.hardware.prediction;
    const { luts, registers, blockRams, dsps } = placed.counts;
    return {
      ...common,
      id,
      status: 'done',
      reason: null,
      cycles: { latency, initiationInterval, basis: 'estimated' },
      synthesized: { luts, registers, blockRams, dsps },
      placed: { fmaxMHz: seed.fmaxMHz, timingMet: seed.timingMet, utilization: [...seed.utilization] },
      inferencesPerSecond: seed.fmaxMHz === null ? null : (seed.fmaxMHz * 1e6) / initiationInterval,
      layers: layersOf(measured),
    };
  });
};

const baseOf = (
  measured: MeasuredNetwork,
): Omit<SweepPoint, 'id' | 'device' | 'model' | 'seed' | 'status' | 'reason'> => {
  const { network, array, before, after, pictures, gates } = measured;
  const { macs, weights, weightPackedBits } = countNetwork(network);
  return {
    ...{ method: measured.method, setting: settingText(measured.setting), pe: 'auto', ...array },
    requestedMHz: null,
    accuracy: { before, after, pictures },
    multiplications: null,
    bitsPerWeight: weights === 0 ? null : weightPackedBits / weights,
    macs,
    cycles: null,
    verifiedPictures: measured.verifiedPictures,
    synthesized: null,
    placed: null,
    inferencesPerSecond: null,
    operationEnergyPj: measured.operationEnergyPj,
    gateEnergyPj: gates ? totalEnergy(measured) : null,
    activity: null,
    layers: layersOf(measured),
    floorplan: null,
  };
};

const layersOf = ({ network, placed }: MeasuredNetwork): SweepLayer[] => {
  const cycles = placed.kind === 'placed' ? placed.hardware.prediction.layers.map((each) => each.cycles) : [];
  const counts = countNetwork(network).layers;
  return network.layers.flatMap((layer, index) => {
    const counted = counts[index];
    if (layer.kind !== 'conv' || counted === undefined) return [];
    const { name, weightFormat, weightBits, product, input } = layer;
    return [
      {
        ...{ name, kind: counted.kind, weightBits },
        format: product === 'exact' ? weightFormat : 'table',
        activationBits: tensorOf(network, input, name).bits,
        macs: counted.macs,
        cycles: cycles[index] ?? null,
      },
    ];
  });
};
