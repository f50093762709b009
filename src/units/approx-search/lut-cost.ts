/** LUTs that a netlist takes: a cover by cones of few inputs, chosen by area flow, as FPGA mappers do. */

import type { CostFunction, GateView } from './costs.js';

/** Cuts kept per gate. */
const kept = 5;
const greatestInputs = 6;
/** A stored cut: its number of leaves, then the leaves, rising. */
const cutSize = greatestInputs + 1;

/** Cost function that counts LUTs of `inputs` inputs (2 to 6). Holds buffers, so a search needs one of its own. */
export const lutCost = (inputs: number): CostFunction => {
  const cover = { buffers: buffersFor(0) };
  return (view) => {
    if (cover.buffers.flow.length < view.used.length) cover.buffers = buffersFor(view.used.length);
    findCuts(view, cover.buffers, inputs);
    return countCover(view, cover.buffers);
  };
};

interface Buffers {
  /** `kept` cuts per signal, cheapest first. */
  readonly cuts: Int32Array;
  readonly cutCount: Int32Array;
  /** LUTs for a signal, its inputs' shared among their readers. */
  readonly flow: Float64Array;
  readonly readers: Int32Array;
  readonly needed: Uint8Array;
  readonly merged: Int32Array;
}

const buffersFor = (signals: number): Buffers => ({
  cuts: new Int32Array(signals * kept * cutSize),
  cutCount: new Int32Array(signals),
  flow: new Float64Array(signals),
  readers: new Int32Array(signals),
  needed: new Uint8Array(signals),
  merged: new Int32Array(cutSize),
});

const findCuts = (view: GateView, buffers: Buffers, inputs: number): void => {
  const { cutCount, flow } = buffers;
  const first = view.inputs + 2;
  countReaders(view, buffers.readers);
  cutCount.fill(0);
  flow.fill(0, 0, first);
  for (let gate = 0; gate < view.functions.length; gate++)
    if (view.used[first + gate] === 1) cutsOfGate(view, gate, buffers, inputs);
};

const countReaders = ({ inputs, used, p, q, outputs }: GateView, readers: Int32Array): void => {
  readers.fill(0);
  const read = (signal = 0): void => {
    readers[signal] = (readers[signal] ?? 0) + 1;
  };
  for (let gate = 0; gate < p.length; gate++) {
    if (used[inputs + 2 + gate] !== 1) continue;
    read(p[gate]);
    read(q[gate]);
  }
  outputs.forEach(read);
};

/** Joins every cut of p with every cut of q; -1 stands for the signal itself as the only leaf. */
const cutsOfGate = (view: GateView, gate: number, buffers: Buffers, inputs: number): void => {
  const { cutCount, flow } = buffers;
  const signal = view.inputs + 2 + gate;
  const [p, q] = [view.p[gate] ?? 0, view.q[gate] ?? 0];
  const flows: number[] = [];
  for (let i = -1; i < (cutCount[p] ?? 0); i++)
    for (let j = -1; j < (cutCount[q] ?? 0); j++)
      if (mergeCuts(buffers, p, i, q, j, inputs)) insertCut(buffers, signal, flows);
  flow[signal] = flows[0] ?? 0;
};

const mergeCuts = (
  { cuts, merged }: Buffers,
  p: number,
  pCut: number,
  q: number,
  qCut: number,
  inputs: number,
): boolean => {
  merged[0] = 0;
  return addLeaves(cuts, merged, p, pCut, inputs) && addLeaves(cuts, merged, q, qCut, inputs);
};

/** Puts the leaves of a cut into `merged`; constants are no leaves. */
const addLeaves = (
  cuts: Int32Array,
  merged: Int32Array,
  signal: number,
  cut: number,
  inputs: number,
): boolean => {
  if (cut < 0) return signal < 2 || addLeaf(merged, signal, inputs);
  const at = (signal * kept + cut) * cutSize;
  for (let leaf = 1; leaf <= (cuts[at] ?? 0); leaf++)
    if (!addLeaf(merged, cuts[at + leaf] ?? 0, inputs)) return false;
  return true;
};

const addLeaf = (merged: Int32Array, leaf: number, inputs: number): boolean => {
  const count = merged[0] ?? 0;
  let at = 1;
  while (at <= count && (merged[at] ?? 0) < leaf) at++;
  if (at <= count && merged[at] === leaf) return true;
  if (count === inputs) return false;
  merged.copyWithin(at + 1, at, count + 1);
  merged[at] = leaf;
  merged[0] = count + 1;
  return true;
};

/** Keeps `merged` among the cheapest cuts of `signal`, whose flows are `flows`. */
const insertCut = (
  { cuts, cutCount, flow, readers, merged }: Buffers,
  signal: number,
  flows: number[],
): void => {
  let cost = 1;
  for (let leaf = 1; leaf <= (merged[0] ?? 0); leaf++) {
    const from = merged[leaf] ?? 0;
    cost += (flow[from] ?? 0) / Math.max(1, readers[from] ?? 0);
  }
  let place = flows.length;
  while (place > 0 && (flows[place - 1] ?? 0) > cost) place--;
  if (place >= kept) return;
  flows.splice(place, 0, cost);
  flows.length = Math.min(kept, flows.length);
  const at = (signal * kept + place) * cutSize;
  cuts.copyWithin(at + cutSize, at, (signal * kept + flows.length - 1) * cutSize);
  cuts.set(merged, at);
  cutCount[signal] = flows.length;
};

/** LUTs from the outputs back, each gate by its cheapest cut. */
const countCover = (view: GateView, { cuts, needed }: Buffers): number => {
  const first = view.inputs + 2;
  needed.fill(0);
  for (const output of view.outputs) needed[output] = 1;
  let count = 0;
  for (let signal = first + view.functions.length - 1; signal >= first; signal--) {
    if (needed[signal] !== 1) continue;
    count++;
    const at = signal * kept * cutSize;
    for (let leaf = 1; leaf <= (cuts[at] ?? 0); leaf++) needed[cuts[at + leaf] ?? 0] = 1;
  }
  return count;
};
