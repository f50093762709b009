/** Feeds a pipelined unit one set of inputs per cycle and lines its outputs up with them. */

import type { Design } from '../../hdl/index.js';
import { simulate } from '../../sim/index.js';

/** Values of every input port in one cycle, by flattened port name. */
export type Ports = Readonly<Record<string, bigint>>;

/** { act_0: …, act_1: … } */
export const indexed = (name: string, values: readonly bigint[]): Ports =>
  Object.fromEntries(values.map((value, index) => [`${name}_${index}`, value]));

/**
 * The output `port` that belongs to each entry of `inputs`, `latencyCycles` after it. Registers start at random values, so
 * a unit that depends on its power-up state is found out.
 */
export const streamThrough = (
  design: Design,
  inputs: readonly Ports[],
  latencyCycles: number,
  port: string,
): readonly bigint[] => {
  const simulation = simulate(design, { powerUpSeed: 1 });
  const last = inputs.at(-1);
  const names = design.ports.filter(({ direction }) => direction === 'in').map(({ name }) => name);
  const missing = names.filter((name) => last !== undefined && !(name in last));
  if (missing.length > 0) throw new RangeError(`${design.name} needs values for ${missing.join(', ')}`);
  const padded = [...inputs, ...Array.from({ length: latencyCycles }, () => last)];
  const stimulus = Object.fromEntries(
    names.map((name) => [name, padded.map((values) => values?.[name] ?? 0n)]),
  );
  const column = simulation.run(padded.length, stimulus)[port];
  if (column === undefined) throw new RangeError(`${design.name} has no output ${port}`);
  return inputs.map((_, cycle) => BigInt(column[cycle + latencyCycles] ?? 0));
};
