/** Many Designs in one Verilator or Icarus build, beside the compiled simulator; all outputs of all cycles are compared. */
import { component, type Design, type EmittedFile } from '../../src/hdl/index.js';
import { createRandom } from '../../src/num/index.js';
import {
  randomStimulus,
  runIcarus,
  runVerilator,
  simulate,
  sourceOf,
  type ExternalSimulator,
  type Recording,
  type RunOptions,
} from '../../src/sim/index.js';
import type { AnyComponent, Ports } from './body.js';
import { choose, type Value } from './operations.js';
import { withZeroedState } from './zeroed-state.js';

export interface Member {
  readonly component: AnyComponent;
  /** Seed of its stimulus. */
  readonly seed: number;
}

export interface Disagreement {
  /** Index of the member. */
  readonly member: number;
  readonly simulator: ExternalSimulator;
  readonly port: string;
  readonly cycle: number;
  readonly expected: bigint;
  readonly got: bigint;
}

export interface Batch {
  readonly members: readonly Member[];
  /** One component that holds them all: member i is instance `d<i>`, its ports are `d<i>_PORT`. */
  readonly top: AnyComponent;
}

/** Puts Designs side by side; the names of their modules must differ. */
export function batchOf(members: readonly Member[]): Batch {
  const ports = (direction: 'in' | 'out'): Ports =>
    Object.fromEntries(
      members.flatMap(({ component: { design } }, index) =>
        design.ports
          .filter((port) => port.direction === direction)
          .map(({ name, type: { signed, width } }) => [
            `d${index}_${name}`,
            signed ? { signed, width } : { signed, width },
          ]),
      ),
    );
  const top = component('batch', { in: ports('in'), out: ports('out') }, (inputs) => {
    const outputs: Record<string, Value> = {};
    members.forEach(({ component: member }, index) => {
      const own = member.design.ports.filter(({ direction }) => direction === 'in');
      const drivers = Object.fromEntries(
        own.map(({ name }) => [name, choose([inputs[`d${index}_${name}`] ?? 0], 0)]),
      );
      for (const [name, value] of Object.entries(member(`d${index}`, drivers)))
        outputs[`d${index}_${name}`] = value;
    });
    return outputs;
  });
  return { members, top };
}

/** The compiled simulator runs each member by itself, the external one all at once. */
export async function disagreements(
  batch: Batch,
  simulators: readonly ExternalSimulator[],
  options: RunOptions & { readonly cycles: number },
): Promise<Disagreement[]> {
  const { cycles } = options;
  const reset = resetColumn(cycles);
  const expected: Record<string, ArrayLike<number> | ArrayLike<bigint>> = {};
  const stimulus: Record<string, ArrayLike<bigint>> = batch.top.design.usesReset ? { rst: reset } : {};
  batch.members.forEach(({ component: { design }, seed }, index) => {
    const own: Record<string, bigint[]> = randomStimulus(design, cycles, seed);
    if (design.usesReset) own['rst'] = reset;
    for (const [port, values] of Object.entries(simulate(design).run(cycles, own)))
      expected[`d${index}_${port}`] = values;
    for (const [port, values] of Object.entries(own))
      if (port !== 'rst') stimulus[`d${index}_${port}`] = values;
  });
  const source = withZeroedState(sourceOf(batch.top.design));
  const found: Disagreement[] = [];
  for (const simulator of simulators) {
    const run = simulator === 'verilator' ? runVerilator : runIcarus;
    const recording = await run(source, cycles, stimulus, { favour: 'build', ...options });
    found.push(...differences(batch.top.design, simulator, expected, recording, cycles));
  }
  return found;
}

/** Two cycles at the start and some single ones later. */
function resetColumn(cycles: number): bigint[] {
  const random = createRandom(cycles);
  return Array.from({ length: cycles }, (_, cycle) => (cycle < 2 || random.chance(0.03) ? 1n : 0n));
}

function differences(
  design: Design,
  simulator: ExternalSimulator,
  expected: Readonly<Record<string, ArrayLike<number> | ArrayLike<bigint>>>,
  recording: Recording,
  cycles: number,
): Disagreement[] {
  const found: Disagreement[] = [];
  const known = new Set<number>();
  for (const { name, direction, type } of design.ports) {
    if (direction !== 'out') continue;
    const member = Number(/^d(\d+)_/.exec(name)?.[1]);
    for (let cycle = 0; cycle < cycles && !known.has(member); cycle++) {
      const want = BigInt.asUintN(type.width, BigInt(expected[name]?.[cycle] ?? -1n));
      const got = BigInt.asUintN(type.width, recording.values[name]?.[cycle] ?? ~want);
      const unknown = recording.unknown[name]?.[cycle] ?? 0n;
      if (want === got && unknown === 0n) continue;
      known.add(member);
      found.push({ member, simulator, port: name.replace(/^d\d+_/, ''), cycle, expected: want, got });
    }
  }
  return found;
}

/** The Verilog of a batch, for linters. */
export const filesOf = ({ top }: Batch): readonly EmittedFile[] => sourceOf(top.design).files;
