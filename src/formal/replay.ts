/** Counterexamples in our own simulator: an independent look at what the prover found. */

import type { Design } from '../hdl/index.js';
import { AssertionFailure, simulate } from '../sim/index.js';
import { inputSignal, inputsOf, outputsOf, resetSignal } from './harness.js';
import type { Model } from './model-waves.js';
import type { Counterexample } from './verdict.js';

/** Inputs per cycle, `rst` among them where the Design has one. */
export type Inputs = Readonly<Record<string, readonly bigint[]>>;

/** The model's inputs as the Designs' ports read them, for the first `cycles` steps. */
export function inputsOfModel(face: Design, usesReset: boolean, model: Model, cycles: number): Inputs {
  const ports = inputsOf(face).map(({ name, type }): readonly [string, readonly bigint[]] => {
    const patterns = model[inputSignal(name)] ?? [];
    const values = Array.from({ length: cycles }, (_, cycle) => patterns[cycle] ?? 0n);
    return [name, values.map((value) => (type.signed ? BigInt.asIntN(type.width, value) : value))];
  });
  const reset = Array.from({ length: cycles }, (_, cycle) => model[resetSignal]?.[cycle] ?? 0n);
  return Object.fromEntries([...ports, ...(usesReset ? [['rst', reset] as const] : [])]);
}

export const stepsOf = (model: Model): number =>
  Math.max(0, ...Object.values(model).map(({ length }) => length));

/** Sets the inputs of one cycle. */
export function pokeCycle(
  sim: { readonly design: Design; poke(name: string, value: bigint): void },
  inputs: Inputs,
  cycle: number,
): void {
  for (const [name, values] of Object.entries(inputs)) {
    if (name === 'rst' && !sim.design.usesReset) continue;
    sim.poke(name, values[cycle] ?? 0n);
  }
}

/** Output values of every cycle, by port. */
function outputsOver(
  design: Design,
  inputs: Inputs,
  cycles: number,
): readonly Readonly<Record<string, bigint>>[] {
  const sim = simulate(design);
  return Array.from({ length: cycles }, (_, cycle) => {
    pokeCycle(sim, inputs, cycle);
    const seen = Object.fromEntries(outputsOf(design).map(({ name }) => [name, sim.peek(name)]));
    if (cycle < cycles - 1) sim.step();
    return seen;
  });
}

/** Runs both Designs and looks at the last cycle. */
export function replayComparison(
  a: Design,
  b: Design,
  inputs: Inputs,
  cycles: number,
  care: string | undefined,
): Counterexample {
  const replay = (): Pick<Counterexample, 'confirmed' | 'observed'> => {
    const [left, right] = [outputsOver(a, inputs, cycles).at(-1), outputsOver(b, inputs, cycles).at(-1)];
    if (care !== undefined && right?.[care] !== 1n)
      return { confirmed: false, observed: 'the simulator finds that these inputs must not occur' };
    const different = outputsOf(a).filter(({ name }) => left?.[name] !== right?.[name]);
    if (different.length === 0) return { confirmed: false, observed: 'the simulator sees equal outputs' };
    const values = different.map(
      ({ name }) => `${name} is ${left?.[name]} in ${a.name} and ${right?.[name]} in ${b.name}`,
    );
    return { confirmed: true, observed: values.join('; ') };
  };
  return { cycles, inputs, ...guarded(replay) };
}

/** Runs the Design until one of its own asserts fails. */
export function replayProperties(design: Design, inputs: Inputs, cycles: number): Counterexample {
  const sim = simulate(design);
  for (let cycle = 0; cycle < cycles; cycle++) {
    pokeCycle(sim, inputs, cycle);
    try {
      sim.step();
    } catch (error) {
      if (!(error instanceof AssertionFailure)) throw error;
      const confirmed = error.property === 'assert';
      return { cycles: cycle + 1, inputs, confirmed, observed: error.message };
    }
  }
  return { cycles, inputs, confirmed: false, observed: 'the simulator sees no assertion fail' };
}

/** A broken assumption or assertion of the Designs stops the simulation before the outputs can be compared. */
function guarded(
  replay: () => Pick<Counterexample, 'confirmed' | 'observed'>,
): Pick<Counterexample, 'confirmed' | 'observed'> {
  try {
    return replay();
  } catch (error) {
    if (!(error instanceof AssertionFailure)) throw error;
    return { confirmed: false, observed: `the simulator stops before: ${error.message}` };
  }
}
