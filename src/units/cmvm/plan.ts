/** An adder graph with everything that hardware needs to know of it: stored forms, stages, registers, cost. */

import type { Adder, AdderGraph } from './adder-graph.js';
import { hasTopLut, type Family } from './carry-cost.js';
import { scheduleOf, type Schedule } from './schedule.js';
import { signsOf } from './signs.js';
import type { StoredForms, StoredNode } from './stored-form.js';
import { readsOneTerm, type SumForm } from './sums.js';

/** A node as something reads it, in a stage numbered from 1. */
export interface Use {
  readonly node: number;
  readonly stage: number;
  /** Read as the inverse of how it is stored. */
  readonly isInverted: boolean;
}

/** One adder: its operands, the one that is not shifted first. */
export interface Step {
  readonly fixed: Use;
  readonly moved: Use;
  readonly form: SumForm;
}

/** How long a node is kept: registers after the stage that computes it, in each polarity. */
export interface Lifetime {
  readonly stage: number;
  readonly width: number;
  /** Registers of the stored polarity. */
  readonly delays: number;
  /** The inverse is made after so many registers (undefined: not at all) and then kept for so many. */
  readonly invertAfter: number | undefined;
  readonly invertedDelays: number;
}

export interface Plan {
  readonly graph: AdderGraph;
  readonly nodes: readonly StoredNode[];
  readonly schedule: Schedule;
  /** 0: combinational. */
  readonly levelsPerStage: number;
  readonly steps: readonly Step[];
  /** Inputs and adders that the outputs depend on. */
  readonly live: ReadonlySet<number>;
  /** One per output of the graph that is not zero. */
  readonly outputs: readonly (Use | undefined)[];
  readonly lifetimes: readonly Lifetime[];
  readonly latencyCycles: number;
  /** Estimates: LUT4s, on ECP5 LUT4 + 2 x CCU2C; register bits. */
  readonly luts: number;
  readonly registers: number;
}

export const planOf = (
  graph: AdderGraph,
  { nodes, luts }: StoredForms,
  { family, levelsPerStage }: { readonly family: Family; readonly levelsPerStage: number },
): Plan => {
  const widths = nodes.map(({ width }) => width);
  const schedule = scheduleOf(graph, widths);
  const stageOf = (level: number): number =>
    levelsPerStage === 0 ? 1 : Math.max(1, Math.ceil(level / levelsPerStage));
  const stages = schedule.level.map(stageOf);
  const steps = graph.adders.map((adder, index) => {
    const node = graph.inputs + index;
    return stepOf(adder, at(nodes, node), { nodes, stage: at(stages, node), family });
  });
  const latencyCycles = levelsPerStage === 0 ? 0 : Math.ceil(schedule.levels / levelsPerStage);
  const outputs = graph.outputs.map(({ node }): Use | undefined =>
    node === undefined
      ? undefined
      : { node, stage: 1 + latencyCycles, isInverted: at(nodes, node).complement },
  );
  const live = liveNodes(graph.inputs, steps, outputs.filter(isUse));
  const liveSteps = steps.filter((_, index) => live.has(graph.inputs + index));
  const uses = [...liveSteps.flatMap(usesOf), ...outputs.filter(isUse)];
  const lifetimes = lifetimesOf(stages, widths, uses);
  const registers = lifetimes.reduce(
    (bits, { width, delays, invertedDelays }) => bits + width * (delays + invertedDelays),
    0,
  );
  return {
    graph,
    nodes,
    schedule,
    levelsPerStage,
    steps,
    live,
    outputs,
    lifetimes,
    latencyCycles,
    luts,
    registers,
  };
};

const isUse = (use: Use | undefined): use is Use => use !== undefined;

const usesOf = ({ fixed, moved, form }: Step): readonly Use[] =>
  readsOneTerm(form) ? [fixed] : [fixed, moved];

/** Operands come before what they are added to. */
const liveNodes = (inputs: number, steps: readonly Step[], outputs: readonly Use[]): ReadonlySet<number> => {
  const live = new Set(outputs.map(({ node }) => node));
  for (const [index, step] of [...steps.entries()].reverse())
    if (live.has(inputs + index)) for (const { node } of usesOf(step)) live.add(node);
  return live;
};

const at = <T>(list: readonly T[], index: number): T => {
  const item = list[index];
  if (item === undefined) throw new RangeError(`cmvm: the graph has no node ${index}`);
  return item;
};

const stepOf = (
  adder: Adder,
  result: StoredNode,
  {
    nodes,
    stage,
    family,
  }: { readonly nodes: readonly StoredNode[]; readonly stage: number; readonly family: Family },
): Step => {
  const { left, right, leftShift, rightShift } = adder;
  const [a, b] = [at(nodes, left), at(nodes, right)];
  const signs = signsOf(adder, a.sign, b.sign, result.sign);
  const isLeftMoved = leftShift > 0;
  const [fixed, moved] = isLeftMoved ? [right, left] : [left, right];
  const [fixedSign, movedSign] = isLeftMoved ? [signs.right, signs.left] : [signs.left, signs.right];
  const shape = { adder, signs, left: a.width, right: b.width, result: result.width };
  const form = {
    fixedSign,
    movedSign,
    distance: Math.max(leftShift, rightShift),
    width: result.width,
    hasTopLut: family === 'ecp5' && hasTopLut(shape),
  };
  const polarity =
    family === 'ecp5'
      ? { fixed: false, moved: false }
      : polarityOf(at(nodes, fixed), at(nodes, moved), fixedSign === movedSign);
  const use = (node: number, complement: boolean): Use => ({
    node,
    stage,
    isInverted: complement !== at(nodes, node).complement,
  });
  return {
    fixed: use(fixed, polarity.fixed),
    moved: use(moved, polarity.moved),
    form: family === 'ecp5' ? form : { ...form, inverted: { ...polarity, result: result.complement } },
  };
};

/** Equal polarities for a sum, opposite ones for a difference; where that does not hold the narrower is inverted. */
const polarityOf = (a: StoredNode, b: StoredNode, isSum: boolean): { fixed: boolean; moved: boolean } => {
  const stored = { fixed: a.complement, moved: b.complement };
  if ((stored.fixed === stored.moved) === isSum) return stored;
  const invertFixed = a.both || (!b.both && a.width < b.width);
  return invertFixed ? { ...stored, fixed: !stored.fixed } : { ...stored, moved: !stored.moved };
};

const lifetimesOf = (
  stages: readonly number[],
  widths: readonly number[],
  uses: readonly Use[],
): readonly Lifetime[] => {
  const last = [...stages];
  const firstInverted: (number | undefined)[] = stages.map(() => undefined);
  const lastInverted = [...stages];
  for (const { node, stage, isInverted } of uses) {
    if (isInverted) {
      firstInverted[node] = Math.min(stage, firstInverted[node] ?? stage);
      lastInverted[node] = Math.max(stage, lastInverted[node] ?? 0);
    } else last[node] = Math.max(stage, last[node] ?? 0);
  }
  return stages.map((stage, node) => {
    const first = firstInverted[node];
    return {
      stage,
      width: widths[node] ?? 0,
      delays: Math.max(last[node] ?? stage, first ?? stage) - stage,
      invertAfter: first === undefined ? undefined : first - stage,
      invertedDelays: first === undefined ? 0 : (lastInverted[node] ?? first) - first,
    };
  });
};
