/** Runs input vectors through a pipelined Design in the compiled simulator, one per cycle. */

import type { Design } from '../hdl/index.js';
import { simulate } from '../sim/index.js';
import { inputsOf, outputsOf } from './harness.js';
import type { Values } from './truth-table.js';

export interface Timing {
  readonly latencyCycles?: number;
  /** Inputs that enter this many cycles earlier than the others. */
  readonly lead?: Readonly<Record<string, number>>;
}

/** The outputs that belong to each vector. Registers without starting values start at random ones. */
export function runVectors(
  design: Design,
  vectors: readonly Values[],
  { latencyCycles = 0, lead = {} }: Timing,
): readonly Values[] {
  if (vectors.length === 0) return [];
  const longest = Math.max(0, ...Object.values(lead));
  const cycles = vectors.length + longest + latencyCycles;
  const at = (name: string, cycle: number): bigint => {
    const index = cycle - longest + (lead[name] ?? 0);
    return vectors[Math.min(vectors.length - 1, Math.max(0, index))]?.[name] ?? 0n;
  };
  const stimulus = Object.fromEntries(
    inputsOf(design).map(({ name }) => [name, Array.from({ length: cycles }, (_, cycle) => at(name, cycle))]),
  );
  const sim = simulate(design, { powerUpSeed: 1 });
  if (design.usesReset) sim.reset();
  const columns = sim.run(cycles, stimulus);
  const outputs = outputsOf(design);
  return vectors.map((_, index) =>
    Object.fromEntries(
      outputs.map(({ name }) => [name, BigInt(columns[name]?.[index + longest + latencyCycles] ?? 0)]),
    ),
  );
}
