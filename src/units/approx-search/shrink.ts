/** Search for the cheapest netlist whose error stays within a bound: small random changes, kept where they cost nothing. */

import { createRandom, type Random } from '../../num/index.js';
import { gateLetters, withoutUnused, type GateLetter, type Netlist } from '../approx-netlist/netlist.js';
import { viewOf, type CostFunction, type GateView } from './costs.js';
import { copyOf, copyView, evaluationOf, type ErrorTask } from './evaluation.js';

export interface ShrinkTask extends ErrorTask {
  readonly start: Netlist;
  /** Greatest error, in the metric, that a netlist may have. */
  readonly bound: number;
  readonly cost: CostFunction;
  /** Candidates to try. */
  readonly steps: number;
  readonly seed: number;
  /**
   * How much dearer a candidate may be and still be taken with a probability of 1/e, at the start; falls to 0 linearly.
   * Default 0: never dearer.
   */
  readonly temperature?: number;
}

export interface Shrunk {
  readonly netlist: Netlist;
  readonly cost: number;
  readonly error: number;
}

/** The cheapest netlist found within the bound. @throws RangeError when `start` is beyond it */
export const shrink = (task: ShrinkTask): Shrunk => {
  const random = createRandom(task.seed);
  const state = searchState(task);
  const { steps, temperature = 0 } = task;
  let best = state.snapshot();
  for (let step = 0; step < steps; step++) {
    const heat = temperature * (1 - step / steps);
    const allowance = heat === 0 ? 0 : -heat * Math.log(1 - random.unit());
    state.tryChange(random, allowance);
    if (state.cost() < best.cost) best = state.snapshot();
  }
  return { ...best, netlist: withoutUnused(best.netlist) };
};

interface SearchState {
  readonly cost: () => number;
  /** Changes the netlist at random and keeps the change, if the bound holds and it is at most `allowance` dearer. */
  readonly tryChange: (random: Random, allowance: number) => void;
  readonly snapshot: () => Shrunk;
}

const searchState = (task: ShrinkTask): SearchState => {
  const view = viewOf(task.start);
  const candidate = copyOf(view);
  const evaluation = evaluationOf(task, view);
  let error = evaluation.errorOf(view, Number.MAX_VALUE);
  if (error > task.bound) throw new RangeError(`the search starts with error ${error}, beyond ${task.bound}`);
  evaluation.keep();
  let cost = task.cost(view);

  const tryChange = (random: Random, allowance: number): void => {
    change(candidate, random);
    markUsed(candidate);
    const candidateCost = task.cost(candidate);
    const candidateError =
      candidateCost <= cost + allowance ? evaluation.errorOf(candidate, task.bound) : Infinity;
    if (candidateError > task.bound) {
      copyView(view, candidate);
      return;
    }
    evaluation.keep();
    copyView(candidate, view);
    [cost, error] = [candidateCost, candidateError];
  };
  return { cost: () => cost, tryChange, snapshot: () => ({ netlist: netlistOf(view), cost, error }) };
};

const netlistOf = (view: GateView): Netlist => ({
  inputs: view.inputs,
  functions: Array.from(view.functions, (code) => letterOf(code)).join(''),
  p: [...view.p],
  q: [...view.q],
  outputs: [...view.outputs],
});

const letterOf = (code: number): GateLetter => gateLetters[code] ?? 'n';
const inverter = gateLetters.indexOf('n');

const markUsed = ({ inputs, functions, p, q, outputs, used }: GateView): void => {
  used.fill(0);
  for (const output of outputs) used[output] = 1;
  for (let gate = functions.length - 1; gate >= 0; gate--) {
    if (used[inputs + 2 + gate] !== 1) continue;
    used[p[gate] ?? 0] = 1;
    if (functions[gate] !== inverter) used[q[gate] ?? 0] = 1;
  }
};

/** One to three random changes, most often one. */
const change = (view: GateView, random: Random): void => {
  do changeOnce(view, random);
  while (random.chance(0.25));
};

/** Rewires a gate, gives it another function, moves an output, or puts an earlier signal in the place of a gate. */
const changeOnce = (view: GateView, random: Random): void => {
  const { inputs, functions, p, q, outputs } = view;
  if (functions.length === 0) return;
  const gate = usedGate(view, random);
  const draw = random.unit();
  if (draw < 0.35) replaceSignal(view, inputs + 2 + gate, earlierSignal(view, gate, random));
  else if (draw < 0.6) (random.chance(0.5) ? p : q)[gate] = earlierSignal(view, gate, random);
  else if (draw < 0.9) functions[gate] = random.integer(0, gateLetters.length - 1);
  else outputs[random.integer(0, outputs.length - 1)] = random.integer(0, inputs + 1 + functions.length);
};

/** A gate that an output depends on; after a few misses any gate. */
const usedGate = ({ inputs, functions, used }: GateView, random: Random): number => {
  let gate = 0;
  for (let tries = 0; tries < 8; tries++) {
    gate = random.integer(0, functions.length - 1);
    if (used[inputs + 2 + gate] === 1) return gate;
  }
  return gate;
};

/** One of the gate's own inputs, a constant, or any signal before it. */
const earlierSignal = ({ inputs, p, q }: GateView, gate: number, random: Random): number => {
  const draw = random.unit();
  if (draw < 0.2) return p[gate] ?? 0;
  if (draw < 0.4) return q[gate] ?? 0;
  if (draw < 0.5) return random.integer(0, 1);
  return random.integer(2, inputs + 1 + gate);
};

const replaceSignal = ({ p, q, outputs }: GateView, old: number, by: number): void => {
  for (let gate = 0; gate < p.length; gate++) {
    if (p[gate] === old) p[gate] = by;
    if (q[gate] === old) q[gate] = by;
  }
  for (let bit = 0; bit < outputs.length; bit++) if (outputs[bit] === old) outputs[bit] = by;
};
