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

export interface Hardware {
  readonly profile: Profile;
  readonly plan: ArrayPlan;
  readonly prediction: Prediction;
  readonly design: Design;
  readonly verilog: readonly TextFile[];
  readonly memoryImages: readonly TextFile[];
}

export const makeHardware = (
  network: IntegerNetwork,
  options: Pick<EmitOptions, 'device' | 'array' | 'reloadable'>,
): Hardware => {
  const profile = profileFor(options.device, options.array.rows, options.array.columns, options.reloadable);
  const plan = planArray(network, profile.array);
  const { design } = arrayTop(plan);
  const { files } = emitVerilog(design);
  return {
    profile,
    plan,
    prediction: predict(plan),
    design,
    verilog: files.filter(({ name }) => name.endsWith('.v')),
    memoryImages: files.filter(({ name }) => !name.endsWith('.v')),
  };
};

/** Modules that hold one multiplier each; they are mapped by themselves (see SynthOptions.keepHierarchy). */
export const multiplierModules = ({ verilog }: Pick<Hardware, 'verilog'>): readonly string[] =>
  verilog.map(({ name }) => name.replace(/\.v$/, '')).filter((name) => name.startsWith('int_product'));
