/** Many stimuli at once: copies of one Design, each with its own inputs, simulated together. */

import type { Design, InputNode, InstanceOutputNode, ScalarType } from '../hdl/index.js';
import { rangeOf } from './access.js';
import type { Column, Stimulus } from './columns.js';
import { simulate, type SimulateOptions, type Simulation } from './simulation.js';

/** Independent copies of one Design that share clock and reset; lanes are counted from 0. */
export interface LaneSimulation {
  readonly lanes: number;
  /** Sets an input of one lane. @throws SimError unknown-name, out-of-range */
  poke(lane: number, name: string, value: number | bigint): void;
  /** The value of a port or of an internal signal of one lane. @throws SimError unknown-name */
  peek(lane: number, name: string): bigint;
  /** Clock edges of all lanes. @throws AssertionFailure */
  step(edges?: number): void;
  /** Holds the reset of all lanes. */
  reset(cycles?: number): void;
  /** Like `Simulation.run`, with one stimulus and one result per lane. @throws SimError bad-stimulus, AssertionFailure */
  run(cycles: number, stimuli: readonly Stimulus[]): readonly Readonly<Record<string, Column>>[];
}

/**
 * Compiles `lanes` copies of a Design with one clock. From 32 lanes on, a Design of at most 1000 cells without memories,
 * external cells and wide signals runs as vector instructions; others run copy by copy, with the same results.
 */
export function simulateLanes(design: Design, lanes: number, options: SimulateOptions = {}): LaneSimulation {
  const sim = simulate(copies(design, lanes), options);
  return {
    lanes,
    poke: (lane, name, value) => sim.poke(portName(lane, name), value),
    peek: (lane, name) => sim.peek(`${instanceName(lane)}.${name}`),
    step: (edges) => sim.step(edges),
    reset: (cycles) => sim.reset(cycles),
    run: (cycles, stimuli) => run(sim, design, lanes, cycles, stimuli),
  };
}

function run(
  sim: Simulation,
  design: Design,
  lanes: number,
  cycles: number,
  stimuli: readonly Stimulus[],
): Readonly<Record<string, Column>>[] {
  const stimulus = stimuli.flatMap((columns, lane) =>
    Object.entries(columns).map(([name, column]) => [portName(lane, name), column] as const),
  );
  const columns = sim.run(cycles, Object.fromEntries(stimulus));
  const outputs = design.ports.filter(({ direction }) => direction === 'out');
  return Array.from({ length: lanes }, (_, lane) =>
    Object.fromEntries(
      outputs.flatMap(({ name }) => {
        const column = columns[portName(lane, name)];
        return column === undefined ? [] : [[name, column] as const];
      }),
    ),
  );
}

const instanceName = (lane: number): string => `lane${lane}`;
const portName = (lane: number, name: string): string => `${instanceName(lane)}_${name}`;

/** A Design with `count` instances of `design` and all their ports. */
function copies(design: Design, count: number): Design {
  const { usesClock, usesReset } = design;
  const lanes = Array.from({ length: count }, (_, lane) => laneOf(design, lane));
  return {
    kind: 'design',
    name: `${design.name}_lanes`,
    parameters: {},
    ports: lanes.flatMap(({ ports }) => ports),
    usesClock,
    usesReset,
    regs: [],
    wires: [],
    labels: [],
    memories: [],
    instances: lanes.map(({ instance }) => instance),
    statements: [],
  };
}

function laneOf(
  design: Design,
  lane: number,
): { ports: Design['ports']; instance: Design['instances'][number] } {
  const base = (type: ScalarType): { id: number; type: ScalarType; lo: bigint; hi: bigint } => ({
    id: -1,
    type,
    ...rangeOf(type),
  });
  const inputs = new Map<string, InputNode>();
  const outputs = new Map<string, InstanceOutputNode>();
  const instance = instanceName(lane);
  const ports = design.ports.map(({ name, direction, type }) => {
    const outer = portName(lane, name);
    if (direction === 'in') {
      const driver: InputNode = { kind: 'input', name: outer, ...base(type) };
      inputs.set(name, driver);
      return { name: outer, direction, type, driver };
    }
    const driver: InstanceOutputNode = { kind: 'instanceOutput', instance, port: name, ...base(type) };
    outputs.set(name, driver);
    return { name: outer, direction, type, driver };
  });
  return {
    ports,
    instance: {
      name: instance,
      design,
      inputs: Object.fromEntries(inputs),
      outputs: Object.fromEntries(outputs),
    },
  };
}
