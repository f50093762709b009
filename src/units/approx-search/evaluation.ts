/** Error of one candidate after the other, each a little different from the netlist that is kept. */

import { gateLetters } from '../approx-netlist/netlist.js';
import { type GateView } from './costs.js';
import { compileKernel } from './kernel.js';
import type { Patterns } from './patterns.js';

export interface ErrorTask {
  readonly patterns: Patterns;
  /** The product is two's complement. */
  readonly signed: boolean;
  readonly metric: 'meanAbsolute' | 'worstCase';
}

export interface Evaluation {
  /** The error of `candidate`, or Infinity as soon as it is seen to be above `bound`. */
  readonly errorOf: (candidate: GateView, bound: number) => number;
  /** Makes the last candidate the one that the next ones differ from. */
  readonly keep: () => void;
}

/**
 * Values of every signal in two places: what holds for the netlist that is kept, and for a candidate where it differs. Only
 * gates after a change are calculated, chunk by chunk, until the bound is passed. `first`: any netlist of the same size.
 */
export const evaluationOf = ({ patterns, signed, metric }: ErrorTask, first: GateView): Evaluation => {
  const { words, chunks } = patterns;
  const memory = layoutOf(patterns, first);
  const changes = changeTracker(first);
  const chunkError = metric === 'meanAbsolute' ? memory.meanError : memory.worstError;

  const errorOf = (view: GateView, bound: number): number => {
    changes.find(view);
    const program = memory.writeProgram(view, changes, signed);
    let error = 0;
    for (let chunk = 0; chunk < chunks; chunk++) {
      memory.run(program, chunk);
      const here = chunkError(chunk);
      error = metric === 'meanAbsolute' ? error + here / (chunks * words * 32) : Math.max(error, here);
      if (error > bound) return Infinity;
    }
    return error;
  };
  return { errorOf, keep: changes.keep };
};

/** Which gates a candidate has to calculate anew, and where their values go. */
interface Changes {
  readonly find: (view: GateView) => void;
  /** Gates to calculate, in order; the first `count` entries. */
  readonly gates: Int32Array;
  readonly count: () => number;
  /** 0 or 1: the place of a signal's value for the candidate. */
  readonly placeOf: (signal: number) => number;
  readonly keep: () => void;
}

const changeTracker = (first: GateView): Changes => {
  const signals = first.inputs + 2 + first.functions.length;
  const [place, valid, changed] = [new Uint8Array(signals), new Uint8Array(signals), new Uint8Array(signals)];
  const gates = new Int32Array(first.functions.length);
  const last = copyOf(first);
  const state = { count: 0, view: first };

  const isSame = (view: GateView, gate: number, p: number, q: number): boolean =>
    valid[view.inputs + 2 + gate] === 1 &&
    view.functions[gate] === last.functions[gate] &&
    p === last.p[gate] &&
    q === last.q[gate] &&
    changed[p] === 0 &&
    changed[q] === 0;

  const find = (view: GateView): void => {
    state.view = view;
    state.count = 0;
    changed.fill(0);
    for (let gate = 0; gate < view.functions.length; gate++) {
      const signal = view.inputs + 2 + gate;
      if (view.used[signal] !== 1 || isSame(view, gate, view.p[gate] ?? 0, view.q[gate] ?? 0)) continue;
      changed[signal] = 1;
      gates[state.count++] = gate;
    }
  };
  const keep = (): void => {
    for (let signal = 0; signal < signals; signal++)
      if (changed[signal] === 1) place[signal] = (place[signal] ?? 0) ^ 1;
    changed.fill(0);
    valid.set(state.view.used);
    copyView(state.view, last);
  };
  const placeOf = (signal: number): number => (place[signal] ?? 0) ^ (changed[signal] ?? 0);
  return { find, gates, count: () => state.count, placeOf, keep };
};

export const copyView = (from: GateView, to: GateView): void => {
  to.functions.set(from.functions);
  to.p.set(from.p);
  to.q.set(from.q);
  to.outputs.set(from.outputs);
  to.used.set(from.used);
};

export const copyOf = ({ inputs, functions, p, q, outputs, used }: GateView): GateView => ({
  inputs,
  functions: functions.slice(),
  p: p.slice(),
  q: q.slice(),
  outputs: outputs.slice(),
  used: used.slice(),
});

interface Layout {
  /** Writes gates and outputs of a candidate; gives the address after the last gate. */
  readonly writeProgram: (view: GateView, changes: Changes, signed: boolean) => number;
  /** Calculates the written gates for one chunk. */
  readonly run: (programEnd: number, chunk: number) => void;
  /** Σ |error| over a chunk, after `run`. */
  readonly meanError: (chunk: number) => number;
  /** Greatest |error| of a chunk, after `run`. */
  readonly worstError: (chunk: number) => number;
}

const maskBytes = 64;
const pageBytes = 65536;

/** Memory of the kernel: masks, counts, output pointers, program, then per chunk the exact product and two places of signals. */
const layoutOf = (patterns: Patterns, view: GateView): Layout => {
  const { words, chunks } = patterns;
  const [rowBytes, bits] = [words * 4, view.outputs.length];
  const signals = view.inputs + 2 + view.functions.length;
  const scratch = gateLetters.length * maskBytes;
  const counts = scratch + 16 * bits;
  const pointers = counts + 16 * (bits + 1);
  const program = roundUp(pointers + 4 * (bits + 1), 16);
  const rows = roundUp(program + 16 * Math.max(1, view.functions.length), 16);
  const exactBytes = (bits + 1) * rowBytes;
  const chunkBytes = exactBytes + 2 * signals * rowBytes;
  const memory = new WebAssembly.Memory({ initial: Math.ceil((rows + chunks * chunkBytes) / pageBytes) });
  const int32 = new Int32Array(memory.buffer);
  const kernel = compileKernel(memory);

  const exactAt = (chunk: number): number => rows + chunk * chunkBytes;
  const signalsAt = (chunk: number): number => exactAt(chunk) + exactBytes;
  const rowOf = (place: number, signal: number): number => (place * signals + signal) * rowBytes;
  const write = (address: number, column: Int32Array): void => {
    int32.set(column, address / 4);
  };
  gateLetters.forEach((letter, code) => {
    masksOf[letter].forEach((mask, index) =>
      int32.fill(mask, code * 16 + index * 4, code * 16 + index * 4 + 4),
    );
  });
  for (let chunk = 0; chunk < chunks; chunk++) {
    patterns.exactColumns[chunk]?.forEach((column, bit) => write(exactAt(chunk) + bit * rowBytes, column));
    const ones = new Int32Array(words).fill(-1);
    const fixed = [new Int32Array(words), ones, ...(patterns.inputColumns[chunk] ?? [])];
    fixed.forEach((column, signal) => write(signalsAt(chunk) + rowOf(0, signal), column));
  }

  const writeProgram = (from: GateView, { gates, count, placeOf }: Changes, signed: boolean): number => {
    let at = program / 4;
    const rowAt = (signal: number): number => rowOf(placeOf(signal), signal);
    for (let index = 0; index < count(); index++) {
      const gate = gates[index] ?? 0;
      int32[at++] = rowAt(from.inputs + 2 + gate);
      int32[at++] = rowAt(from.p[gate] ?? 0);
      int32[at++] = rowAt(from.q[gate] ?? 0);
      int32[at++] = (from.functions[gate] ?? 0) * maskBytes;
    }
    for (let bit = 0; bit < bits; bit++) int32[pointers / 4 + bit] = rowAt(from.outputs[bit] ?? 0);
    int32[pointers / 4 + bits] = signed ? rowAt(from.outputs[bits - 1] ?? 0) : 0;
    return at * 4;
  };
  const run = (programEnd: number, chunk: number): void => {
    if (programEnd > program) kernel.gates(program, programEnd, signalsAt(chunk), rowBytes);
  };
  const lanes = new Uint16Array(memory.buffer, counts, 8 * (bits + 1));
  const countOf = (index: number): number => {
    let sum = 0;
    for (let lane = 8 * index; lane < 8 * index + 8; lane++) sum += lanes[lane] ?? 0;
    return sum;
  };
  const meanError = (chunk: number): number => {
    int32.fill(0, counts / 4, pointers / 4);
    kernel.errors(pointers, signalsAt(chunk), exactAt(chunk), bits, rowBytes, scratch);
    let sum = countOf(bits);
    for (let bit = 0; bit < bits; bit++) sum += countOf(bit) * 2 ** bit;
    return sum;
  };
  const columnsAt = (addressOf: (bit: number) => number): readonly Int32Array[] =>
    Array.from({ length: bits + 1 }, (_, bit) =>
      int32.subarray(addressOf(bit) / 4, addressOf(bit) / 4 + words),
    );
  const worstError = (chunk: number): number =>
    greatestDifference(
      columnsAt((bit) => signalsAt(chunk) + (int32[pointers / 4 + bit] ?? 0)),
      columnsAt((bit) => exactAt(chunk) + bit * rowBytes),
    );
  return { writeProgram, run, meanError, worstError };
};

const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit;

/** Every function as c ^ (p & cp) ^ (q & cq) ^ (p & q & cpq). */
const masksOf = {
  a: [0, 0, 0, -1],
  o: [0, -1, -1, -1],
  x: [0, -1, -1, 0],
  A: [-1, 0, 0, -1],
  O: [-1, -1, -1, -1],
  X: [-1, -1, -1, 0],
  g: [0, -1, 0, -1],
  h: [-1, 0, -1, -1],
  n: [-1, -1, 0, 0],
} as const;

/** Greatest |one - other| of two numbers in bit columns, the last of which extends the sign. */
const greatestDifference = (one: readonly Int32Array[], other: readonly Int32Array[]): number => {
  const words = one[0]?.length ?? 0;
  let greatest = 0;
  for (let at = 0; at < words * 32; at++)
    greatest = Math.max(greatest, Math.abs(valueAt(one, at) - valueAt(other, at)));
  return greatest;
};

const valueAt = (columns: readonly Int32Array[], at: number): number => {
  const top = columns.length - 1;
  const bitOf = (bit: number): number => ((columns[bit]?.[at >> 5] ?? 0) >>> (at & 31)) & 1;
  let value = -bitOf(top) * 2 ** top;
  for (let bit = 0; bit < top; bit++) value += bitOf(bit) * 2 ** bit;
  return value;
};
