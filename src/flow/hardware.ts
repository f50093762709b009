/** From network to Verilog: the plan, the Design, its files. */

import { arrayTop, planArray, predict, type ArrayPlan, type Prediction } from '../accel/index.js';
import { emitVerilog, type Design } from '../hdl/index.js';
import type { IntegerNetwork } from '../nn/index.js';
import { profileFor, type Profile } from './device-profile.js';
import type { EmitOptions } from './options.js';

export interface TextFile {
  readonly name: string;
  readonly text: string;
}

/** What is known of an accelerator before any Verilog is made. */
export interface PlannedHardware {
  readonly profile: Profile;
  readonly plan: ArrayPlan;
  readonly prediction: Prediction;
}

export interface Hardware extends PlannedHardware {
  readonly design: Design;
  readonly verilog: readonly TextFile[];
  readonly memoryImages: readonly TextFile[];
}

type HardwareOptions = Pick<EmitOptions, 'device' | 'array' | 'reloadable'>;

/** Exact cycles, engines, memories. @throws UnknownDevice, AccelError */
export const planHardware = (network: IntegerNetwork, options: HardwareOptions): PlannedHardware => {
  const profile = profileFor(options.device, options.array.rows, options.array.columns, options.reloadable);
  const plan = planArray(network, profile.array);
  return { profile, plan, prediction: predict(plan) };
};

export const makeHardware = (network: IntegerNetwork, options: HardwareOptions): Hardware => {
  const planned = planHardware(network, options);
  const { design } = arrayTop(planned.plan);
  const { files } = emitVerilog(design);
  return {
    ...planned,
    design,
    verilog: files.filter(({ name }) => name.endsWith('.v')),
    memoryImages: files.filter(({ name }) => !name.endsWith('.v')),
  };
};

/** Modules that hold one multiplier each; they are mapped by themselves (see SynthOptions.keepHierarchy). */
export const multiplierModules = ({ verilog }: Pick<Hardware, 'verilog'>): readonly string[] =>
  verilog.map(({ name }) => name.replace(/\.v$/, '')).filter((name) => name.startsWith('int_product'));
