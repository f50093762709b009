/** External cells: their TypeScript models, called from generated code. */

import type { LinearMemory } from './access.js';
import { rangeOf } from './access.js';
import { SimError } from './errors.js';
import type { FlatDesign, FlatExternal } from './flatten.js';
import type { Slot } from './layout.js';
import type { State } from './state.js';

interface Running {
  readonly external: FlatExternal;
  readonly clock: Slot | undefined;
  readonly inputs: readonly { readonly name: string; readonly slot: Slot }[];
  readonly outputs: readonly { readonly name: string; readonly slot: Slot }[];
  state: unknown;
}

/** External cells of one simulation. */
export interface ExternalCells {
  /** The functions that the compiled module imports. */
  readonly imports: Record<string, unknown>;
  /** The state of every cell, as its model made it. */
  readonly states: () => readonly unknown[];
  readonly restore: (states: readonly unknown[]) => void;
}

export function externalCells(state: State, flat: FlatDesign, memory: LinearMemory): ExternalCells {
  const running = state.externals.map(({ external, inputs }): Running => ({
    external,
    inputs: inputs.flatMap((slot, i) => {
      const port = external.inputs[i]?.port;
      return port === undefined ? [] : [{ name: port.name, slot }];
    }),
    outputs: [...flat.externalOf].flatMap(([cell, owner]) =>
      owner === external && cell.kind === 'externalOutput' && cell.node.kind === 'instanceOutput'
        ? [{ name: cell.node.port, slot: state.slotOf(cell) }]
        : [],
    ),
    clock: external.clock === undefined ? undefined : state.slotOf(external.clock),
    state: external.design.model?.init(),
  }));
  const at = (index: number): Running => {
    const found = running[index];
    if (found === undefined) throw new RangeError(`no external cell ${index}`);
    return found;
  };
  const imports = {
    externalOutputs: (index: number) => computeOutputs(at(index), memory),
    externalClock: (index: number) => {
      const cell = at(index);
      if (cell.clock !== undefined && memory.read(cell.clock) === 0n) return;
      cell.state = cell.external.design.model?.clock(readInputs(cell, memory), cell.state);
    },
  };
  return {
    imports,
    states: () => running.map(({ state }) => state),
    restore: (states) => {
      running.forEach((cell, i) => (cell.state = states[i]));
    },
  };
}

function readInputs({ inputs }: Running, memory: LinearMemory): Record<string, bigint> {
  return Object.fromEntries(inputs.map(({ name, slot }) => [name, memory.read(slot)]));
}

function computeOutputs(cell: Running, memory: LinearMemory): void {
  const { external, outputs, state } = cell;
  const inputs = external.combinational ? readInputs(cell, memory) : refusedInputs(external);
  const values = external.design.model?.outputs(inputs, state) ?? {};
  for (const { name, slot } of outputs) {
    const value = values[name];
    const { lo, hi } = rangeOf(slot.type);
    if (typeof value !== 'bigint' || value < lo || value > hi) {
      throw new SimError(
        'external-model',
        `the model of ${external.path} (${external.design.name}) gives ${String(value)} for output ${name}; it must be a bigint in ${lo}..${hi}`,
      );
    }
    memory.write(slot, value);
  }
}

/** Inputs of a model that computed its first outputs without them: the schedule relies on that. */
function refusedInputs({ path, design, inputs }: FlatExternal): Record<string, bigint> {
  const refused = {};
  for (const { port } of inputs) {
    Object.defineProperty(refused, port.name, {
      get: () => {
        throw new SimError(
          'external-model',
          `the model of ${path} (${design.name}) reads input ${port.name} to compute outputs only in some states: read every input the outputs may depend on in every call, or none`,
        );
      },
    });
  }
  return refused;
}
