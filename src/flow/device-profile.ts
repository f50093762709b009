/** What suits a device: how many multipliers work beside the array, which memory holds activations, which clock to try. */

import { geometryFor, type ArrayOptions } from '../accel/index.js';
import { findDevice, type Device } from '../synth/index.js';
import type { DeviceName } from './options.js';

export interface Profile {
  readonly device: Device;
  readonly array: ArrayOptions;
  /** Multiplications go into DSP cells. */
  readonly dsp: boolean;
  /** Constraint for place and route when the user names none: a little above what designs of this kind reach. */
  readonly targetMHz: number;
}

/** DSP cells of one requantizer: accumulators are wider than one cell's operand. */
const dspPerRequantizer = 2;
const targets: Readonly<Record<DeviceName, number>> = { hx8k: 50, up5k: 20, 'ecp5-25k': 90, 'ecp5-85k': 90 };

/**
 * ECP5: as many taps and requantizers as the DSP cells allow. iCE40: one tap and one requantizer, because multipliers are
 * dear (without DSP cells they are recoded: LUTs and carry chains); up5k keeps activations in its single-port RAM. @throws UnknownDevice, AccelError ACC003
 */
export const profileFor = (name: DeviceName, rows: number, columns: number, reloadable: boolean): Profile => {
  const device = findDevice(name);
  const geometry = geometryFor(rows, columns);
  const shape = multiplierChoices(device, geometry.columns).find(
    ({ taps, requantizers }) => taps * geometry.columns + requantizers * dspPerRequantizer <= device.dsps,
  );
  const dsp = shape !== undefined && device.dsps > 0;
  const chosen = shape ?? { taps: 1 as const, requantizers: 1 };
  return {
    device,
    dsp,
    targetMHz: targets[name],
    array: {
      rows,
      columns,
      taps: chosen.taps,
      requantizers: chosen.requantizers,
      activationMemory: device.spram > 0 ? 'spram' : 'block',
      memoryRegister: device.family === 'ecp5',
      multipliers: dsp ? 'product' : 'recoded',
      multiplierStages: shape === undefined ? 2 : 1,
      reloadable,
    },
  };
};

const multiplierChoices = (
  device: Device,
  columns: number,
): readonly Pick<ArrayOptions, 'taps' | 'requantizers'>[] => {
  if (device.family === 'ice40') return [{ taps: 1, requantizers: 1 }];
  const halves = [columns, Math.ceil(columns / 2), Math.ceil(columns / 4), 1];
  return ([4, 2, 1] as const).flatMap((taps) => halves.map((requantizers) => ({ taps, requantizers })));
};
