/** Combinational netlists of two-input gates as plain data. */

import { UnitParameterError } from '../errors.js';

/**
 * Functions of a gate, by letter: a(nd), o(r), x(or), A nand, O nor, X xnor, g `p and not q`, h `p or not q`, n not p.
 */
export const gateLetters = ['a', 'o', 'x', 'A', 'O', 'X', 'g', 'h', 'n'] as const;
export type GateLetter = (typeof gateLetters)[number];

/**
 * Signal 0 is constant 0, signal 1 constant 1, then the inputs, then the gates in order. `p` and `q` are the signals that
 * a gate reads, always earlier ones; `q` of a `n` gate is 0.
 */
export interface Netlist {
  readonly inputs: number;
  /** A letter per gate. */
  readonly functions: string;
  readonly p: readonly number[];
  readonly q: readonly number[];
  /** Signals that are the outputs, lowest bit first. */
  readonly outputs: readonly number[];
}

/** Number of the first gate's signal. */
export const firstGate = ({ inputs }: Pick<Netlist, 'inputs'>): number => inputs + 2;

const isLetter = (text: string): text is GateLetter => gateLetters.some((letter) => letter === text);

/** The function of gate `index`. @throws RangeError for a letter that is none */
export const functionOf = ({ functions }: Netlist, index: number): GateLetter => {
  const letter = functions.charAt(index);
  if (!isLetter(letter)) throw new RangeError(`gate ${index} has no function '${letter}'`);
  return letter;
};

/** @throws UnitParameterError when a gate reads itself, a later or no signal, or the inputs are not `inputs` many. */
export const requireNetlist = (unit: string, netlist: Netlist, inputs: number): void => {
  const refuse = (detail: string): never => {
    throw new UnitParameterError(unit, 'netlist', detail);
  };
  const { functions, p, q, outputs } = netlist;
  if (netlist.inputs !== inputs) refuse(`has ${netlist.inputs} inputs; the operands have ${inputs} bits`);
  if (p.length !== functions.length || q.length !== functions.length)
    refuse(`has ${functions.length} functions for ${p.length} and ${q.length} inputs of gates`);
  if (outputs.length < 1 || outputs.length > 31)
    refuse(`has ${outputs.length} outputs; 1 to 31 are possible`);
  const first = firstGate(netlist);
  const known = (signal: number | undefined, before: number): boolean =>
    Number.isInteger(signal) && signal !== undefined && signal >= 0 && signal < before;
  for (let gate = 0; gate < functions.length; gate++) {
    if (!isLetter(functions.charAt(gate)))
      refuse(`has gate ${gate} of unknown function '${functions.charAt(gate)}'`);
    if (!known(p[gate], first + gate) || !known(q[gate], first + gate))
      refuse(`has gate ${gate}, which reads a signal that is not an earlier one`);
  }
  const at = outputs.findIndex((signal) => !known(signal, first + functions.length));
  if (at >= 0) refuse(`has output ${at} at signal ${String(outputs[at])}, which does not exist`);
};

/** Which signals an output depends on, by number. */
export const usedSignals = (netlist: Netlist): readonly boolean[] => {
  const first = firstGate(netlist);
  const used = Array.from({ length: first + netlist.functions.length }, () => false);
  for (const output of netlist.outputs) used[output] = true;
  for (let gate = netlist.functions.length - 1; gate >= 0; gate--) {
    if (used[first + gate] !== true) continue;
    used[netlist.p[gate] ?? 0] = true;
    if (functionOf(netlist, gate) !== 'n') used[netlist.q[gate] ?? 0] = true;
  }
  return used;
};

/** The same function without the gates that no output depends on. */
export const withoutUnused = (netlist: Netlist): Netlist => {
  const used = usedSignals(netlist);
  const first = firstGate(netlist);
  const renamed = new Map<number, number>(Array.from({ length: first }, (_, signal) => [signal, signal]));
  const kept = Array.from(netlist.functions, (_, gate) => gate).filter((gate) => used[first + gate]);
  kept.forEach((gate, index) => renamed.set(first + gate, first + index));
  const rename = (signal = 0): number => renamed.get(signal) ?? 0;
  return {
    inputs: netlist.inputs,
    functions: kept.map((gate) => functionOf(netlist, gate)).join(''),
    p: kept.map((gate) => rename(netlist.p[gate])),
    q: kept.map((gate) => rename(netlist.q[gate])),
    outputs: netlist.outputs.map(rename),
  };
};
