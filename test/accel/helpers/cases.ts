/** Random accelerators, each replayable from one number. */

import { AccelError, planArray, type ArrayOptions, type ArrayPlan } from '../../../src/accel/index.js';
import type { ConvLayer } from '../../../src/nn/index.js';
import { makeRandomNetwork } from '../../../src/nn/testing/index.js';
import { createRandom } from '../../../src/num/index.js';
import { withDrawnCircuits } from './circuits.js';

export interface AccelCase {
  readonly seed: number;
  readonly plan: ArrayPlan;
  /** Everything a person needs to see which hardware this was. */
  readonly label: string;
}

/** A network of 1 to 5 drawn layers on an array from 1x1 to 16x16; about every fifth one can be reloaded. */
export const randomCase = (seed: number): AccelCase => {
  const network = withDrawnCircuits(makeRandomNetwork(seed, 1 + (seed % 5)), createRandom(seed ^ 0x5eed));
  const random = createRandom(seed);
  const [rows, columns] = [random.integer(1, 16), random.integer(1, 16)];
  const taps = ([1, 2, 4] as const)[random.integer(0, 2)] ?? 1;
  const spram = random.integer(0, 3) === 0;
  const options: ArrayOptions = {
    rows,
    columns,
    taps: spram ? 1 : taps,
    requantizers: random.integer(1, columns),
    activationMemory: spram ? 'spram' : 'block',
    multiplierStages: random.chance(0.5) ? 1 : 2,
    memoryRegister: random.chance(0.5),
    reloadable: random.chance(0.2),
    multipliers: random.chance(0.4) ? 'recoded' : 'product',
  };
  const plan = planWhereReloadable(network, options);
  return { seed, plan, label: labelOf(seed, plan) };
};

/** Scales that need longer shifts than reloadable hardware has (ACC004) are built into fixed hardware instead. */
const planWhereReloadable = (network: Parameters<typeof planArray>[0], options: ArrayOptions): ArrayPlan => {
  try {
    return planArray(network, options);
  } catch (error) {
    if (!options.reloadable || !(error instanceof AccelError) || error.code !== 'ACC004') throw error;
    return planArray(network, { ...options, reloadable: false });
  }
};

const familyOf = ({ product, weightFormat }: ConvLayer): string =>
  product === 'exact' ? weightFormat : product.circuit === undefined ? 'table' : 'circuit';

const labelOf = (seed: number, { network, config }: ArrayPlan): string => {
  const {
    rows,
    columns,
    taps,
    requantizers,
    activationMemory,
    multiplierStages,
    memoryRegister,
    reloadable,
    multipliers,
  } = config.options;
  const layers = network.layers.map((layer) =>
    layer.kind === 'conv' ? `${layer.depthwise ? 'depthwise ' : ''}${familyOf(layer)} conv` : layer.kind,
  );
  return [
    `seed ${seed}: ${rows}x${columns}`,
    `taps ${taps}`,
    `requantizers ${requantizers}`,
    activationMemory,
    `multiplierStages ${multiplierStages}`,
    `memoryRegister ${memoryRegister}`,
    ...(reloadable ? ['reloadable'] : []),
    `multipliers ${multipliers ?? 'product'}`,
    layers.join(' > '),
  ].join(', ');
};
