/** What a netlist costs, as a search sees it: a function of its used gates that the caller chooses. */

import {
  gateLetters,
  type GateLetter,
  type Netlist,
  firstGate,
  functionOf,
  usedSignals,
} from '../approx-netlist/netlist.js';

/** A netlist while it is searched: functions as places in `gateLetters`; `used` tells which signals outputs depend on. */
export interface GateView {
  readonly inputs: number;
  readonly functions: Uint8Array;
  readonly p: Int32Array;
  readonly q: Int32Array;
  readonly outputs: Int32Array;
  readonly used: Uint8Array;
}

/** Smaller is better; called for every candidate. */
export type CostFunction = (view: GateView) => number;

/** Cost of a gate by its function, for example the areas of a library's cells. */
export type GateCosts = Readonly<Record<GateLetter, number>>;

/** Areas of static CMOS gates in units of a two-input NAND: inverter 3/4, AND 5/4, exclusive or 2. */
export const nandEquivalents: GateCosts = {
  a: 1.25,
  o: 1.25,
  x: 2,
  A: 1,
  O: 1,
  X: 2,
  g: 1.25,
  h: 1.25,
  n: 0.75,
};

/** The sum of the used gates' costs. */
export const sumOfGates = (costs: GateCosts): CostFunction => {
  const byCode = Float64Array.from(gateLetters, (letter) => costs[letter]);
  return ({ inputs, functions, used }) => {
    let sum = 0;
    for (let gate = 0; gate < functions.length; gate++)
      if (used[inputs + 2 + gate] === 1) sum += byCode[functions[gate] ?? 0] ?? 0;
    return sum;
  };
};

/** A netlist as a cost function sees it. */
export const viewOf = (netlist: Netlist): GateView => ({
  inputs: netlist.inputs,
  functions: Uint8Array.from(netlist.functions, (_, gate) => gateLetters.indexOf(functionOf(netlist, gate))),
  p: Int32Array.from(netlist.p),
  q: Int32Array.from(netlist.q),
  outputs: Int32Array.from(netlist.outputs),
  used: Uint8Array.from(usedSignals(netlist), Number),
});

/** Gates of a view begin here. */
export const gatesFrom = (view: GateView): number => firstGate(view);
