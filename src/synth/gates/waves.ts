/** What every net of a netlist does while values are applied to its inputs. */

import { simulate, type Stimulus } from '../../sim/index.js';
import { gateDesign, inputName, outputName } from './design.js';
import type { Bit, GateNetlist, GatePort } from './netlist.js';

/**
 * Values of nets as words: bit k of word t is lane k after step t. A lane is a stretch of the stimulus; each ends where the
 * next one starts, so that every change of the stimulus is in exactly one lane.
 */
export interface GateWaves {
  /** Number of values that were applied one after the other. */
  readonly vectors: number;
  /** One word per step; a constant has one too. */
  readonly words: (bit: Bit) => Uint32Array;
  /** Which lanes of each step show a value of the stimulus for the first time: all values once. */
  readonly fresh: Uint32Array;
  /** Rises and falls between one value and the next, of which `words` shows nothing. */
  readonly clock: Bit | undefined;
}

const LANES = 32;
/** Fewer vectors than this are run as one lane: simpler, and as fast. */
const FEW = 256;

/**
 * Runs a netlist on the compiled simulator. A value of `stimulus` belongs to each input port but the clock, as unsigned
 * pattern or as signed number. @throws RangeError for a port without values, UnusableNetlist
 */
export function runGates(netlist: GateNetlist, stimulus: Stimulus, vectors: number): GateWaves {
  const isSequential = netlist.gates.some(({ cell }) => cell.kind === 'flipFlop');
  const lanes = isSequential || vectors < FEW ? 1 : LANES;
  // Lane k starts with the vector at which lane k - 1 ends.
  const stretch = lanes === 1 ? vectors : Math.ceil((vectors - 1) / lanes);
  const steps = lanes === 1 ? vectors : stretch + 1;
  const at = (lane: number, step: number): number => Math.min(lane * stretch + step, vectors - 1);
  const { design, inputs, outputs, clock } = gateDesign(netlist, lanes);
  const columns = new Map<number, Uint32Array>();
  for (const port of netlist.inputs)
    addColumns(columns, port, netlist.name, stimulus[port.name], { lanes, steps, at });
  const recorded = simulate(design).run(
    steps,
    Object.fromEntries(inputs.map((net) => [inputName(net), columns.get(net) ?? new Uint32Array(steps)])),
  );
  for (const net of outputs) {
    const column = recorded[outputName(net)];
    if (column instanceof Uint32Array) columns.set(net, column);
  }
  const zeros = new Uint32Array(steps);
  const ones = new Uint32Array(steps).fill(lanes === LANES ? 0xffffffff : 1);
  const fresh = zeros.map((_, step) => {
    let mask = 0;
    for (let lane = 0; lane < lanes; lane++) {
      const isStart = lane > 0 && step === 0;
      if (!isStart && lane * stretch + step < vectors) mask |= 1 << lane;
    }
    return mask;
  });
  return {
    vectors,
    words: (bit) => (bit === '0' ? zeros : bit === '1' ? ones : (columns.get(bit) ?? zeros)),
    fresh,
    clock,
  };
}

interface Lanes {
  readonly lanes: number;
  readonly steps: number;
  readonly at: (lane: number, step: number) => number;
}

/** The words of each bit of an input port. */
function addColumns(
  columns: Map<number, Uint32Array>,
  { name, bits }: GatePort,
  design: string,
  values: Stimulus[string] | undefined,
  { lanes, steps, at }: Lanes,
): void {
  bits.forEach((net, bit) => {
    if (typeof net !== 'number' || values === undefined) return;
    const words = new Uint32Array(steps);
    for (let step = 0; step < steps; step++) {
      let word = 0;
      for (let lane = 0; lane < lanes; lane++) {
        const value = values[at(lane, step)];
        if (value === undefined)
          throw new RangeError(`${design}: the values for ${name} end before those of other inputs`);
        const isSet =
          typeof value === 'number' && bit < 32
            ? (value >> bit) & 1
            : Number((BigInt(value) >> BigInt(bit)) & 1n);
        word |= isSet << lane;
      }
      words[step] = word;
    }
    columns.set(net, words);
  });
}

/** The values of an output (or input) port, vector by vector, as unsigned patterns of at most 53 bits. */
export function valuesOf({ words, fresh, vectors }: GateWaves, { bits }: GatePort): Float64Array {
  const values = new Float64Array(vectors);
  const steps = fresh.length;
  const stretch = steps === vectors ? vectors : steps - 1;
  bits.forEach((net, bit) => {
    const column = words(net);
    const weight = 2 ** bit;
    for (let vector = 0; vector < vectors; vector++) {
      const lane = Math.max(0, Math.ceil(vector / stretch) - 1);
      const word = column[vector - lane * stretch] ?? 0;
      if (((word >>> lane) & 1) === 1) values[vector] = (values[vector] ?? 0) + weight;
    }
  });
  return values;
}

/** How many values of the stimulus changed a net. */
export function togglesOf(column: Uint32Array): number {
  let count = 0;
  for (let step = 1; step < column.length; step++)
    count += ones((column[step] ?? 0) ^ (column[step - 1] ?? 0));
  return count;
}

/** Number of bits that are 1. */
export function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
