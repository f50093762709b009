/** A constant matrix times a vector, as a shared adder graph. */

import {
  array,
  cat,
  component,
  sint,
  uint,
  type ModuleBuilder,
  type SInt,
  type UInt,
} from '../../hdl/index.js';
import { requireInteger } from '../errors.js';
import {
  formRange,
  linearForms,
  widthOf,
  type Adder,
  type AdderGraph,
  type Interval,
} from './adder-graph.js';
import type { Matrix } from './decompose.js';
import { scheduleOf, type Schedule } from './schedule.js';
import { solve } from './solve.js';
import { complementForms, plainForms, signsOf, type StoredNode } from './stored-form.js';

export interface CmvmParams {
  /** Module name. */
  readonly name: string;
  /** `matrix[output][input]`, integers below 2^29 in magnitude. */
  readonly matrix: Matrix;
  readonly inputWidth: number;
  readonly inputSigned: boolean;
  /** iCE40: subtractions through complemented operands; ECP5, whose carry cells invert for nothing: as they are. */
  readonly target: 'ice40' | 'ecp5';
  /** A register after so many adder levels (1 is fastest); 0: none at all. Default 1. */
  readonly levelsPerStage?: number;
  /** Adder levels beyond the least possible; default: no bound. */
  readonly extraDepth?: number;
  /** See `SolveOptions`. */
  readonly effort?: number;
  readonly seed?: number;
}

/** The graph with everything that hardware needs to know of it. */
interface Plan {
  readonly graph: AdderGraph;
  readonly nodes: readonly StoredNode[];
  readonly schedule: Schedule;
  readonly levelsPerStage: number;
  /** Nothing is stored inverted: subtractions are written as such. */
  readonly isPlain: boolean;
}

/**
 * y = matrix * x, every output in its exact range, `latencyCycles` after x; one result a cycle, free running, no reset.
 * Adders: `graph`; cost on iCE40: about `luts`. @throws UnitParameterError
 */
export const cmvm = (params: CmvmParams) => {
  const { name, matrix, inputWidth, inputSigned, target, levelsPerStage = 1 } = params;
  requireInteger('cmvm', 'inputWidth', inputWidth, 1, 32);
  requireInteger('cmvm', 'levelsPerStage', levelsPerStage, 0, 64);
  const input = inputSigned
    ? { lo: -(2 ** (inputWidth - 1)), hi: 2 ** (inputWidth - 1) - 1 }
    : { lo: 0, hi: 2 ** inputWidth - 1 };
  const graph = solve(matrix, { ...searchOptions(params), input });
  const nodes = target === 'ice40' ? complementForms(graph, input).nodes : plainForms(graph, input);
  const schedule = scheduleOf(
    graph,
    nodes.map(({ width }) => width),
  );
  const plan: Plan = { graph, nodes, schedule, levelsPerStage, isPlain: target === 'ecp5' };
  const latencyCycles = levelsPerStage === 0 ? 0 : Math.ceil(schedule.levels / levelsPerStage);
  const outputs = outputRanges(graph, input);
  const type = inputSigned ? sint(inputWidth) : uint(inputWidth);
  const unit = component(
    name,
    {
      in: { x: array(graph.inputs, type) },
      out: { y: outputs.map((range) => (range.lo < 0 ? sint(widthOf(range)) : uint(widthOf(range)))) },
      parameters: { inputs: graph.inputs, outputs: outputs.length, target, levelsPerStage },
      latency: latencyCycles,
    },
    ({ x }, m) => {
      // A column of zeros reads nothing.
      m.unused(x.filter((_, input) => matrix.every((row) => row[input] === 0)));
      return { y: new Emission(m, plan, x).outputs(outputs) };
    },
  );
  return { component: unit, graph, latencyCycles, levels: schedule.levels };
};

const searchOptions = ({ extraDepth, effort, seed }: CmvmParams) => ({
  ...(extraDepth === undefined ? {} : { extraDepth }),
  ...(effort === undefined ? {} : { effort }),
  ...(seed === undefined ? {} : { seed }),
});

const outputRanges = (graph: AdderGraph, input: Interval): readonly Interval[] => {
  const forms = linearForms(graph);
  return graph.outputs.map(({ node, shift, negate }) => {
    const { lo, hi } =
      node === undefined ? { lo: 0, hi: 0 } : formRange(forms[node] ?? new Float64Array(), input);
    const gain = 2 ** shift;
    return negate ? { lo: -hi * gain + 0, hi: -lo * gain + 0 } : { lo: lo * gain, hi: hi * gain };
  });
};

/** Registers and adders of one component. */
class Emission {
  /** `patterns[node][k]`: the stored bits, k registers after the stage that computes them. */
  private readonly patterns: UInt[][] = [];
  private readonly inverted = new Map<UInt, UInt>();

  constructor(
    private readonly m: ModuleBuilder,
    private readonly plan: Plan,
    inputs: readonly (SInt | UInt)[],
  ) {
    inputs.forEach((input, node) => (this.patterns[node] = [input.asUint()]));
    plan.graph.adders.forEach((adder, index) => {
      const node = plan.graph.inputs + index;
      const bits = this.sum(adder, node);
      this.patterns[node] = [bits];
      if (plan.levelsPerStage !== 1) m.label({ [`sum_${index}`]: bits });
    });
  }

  /** The results, cut to the widths of their ranges. */
  outputs(ranges: readonly Interval[]): (SInt | UInt)[] {
    const { graph, levelsPerStage, schedule } = this.plan;
    const isRegistered = levelsPerStage > 0 && schedule.levels > 0;
    const last = isRegistered ? 1 + this.stageOf(schedule.levels) : 1;
    return graph.outputs.map(({ node, shift, negate }, index) => {
      const range = ranges[index] ?? { lo: 0, hi: 0 };
      if (node === undefined) return this.m.constant(uint(1), 0);
      const value = this.integer(node, last, false).shl(shift);
      const result = (negate === this.node(node).sign > 0 ? value.neg() : value).wrap(widthOf(range));
      return range.lo < 0 ? result : result.asUint();
    });
  }

  private node(index: number): StoredNode {
    const node = this.plan.nodes[index];
    if (node === undefined) throw new RangeError(`cmvm: the graph has no node ${index}`);
    return node;
  }

  /** The pipeline stage, from 1, that computes what is ready at a level; inputs belong to the first. */
  private stageOf(level: number): number {
    const { levelsPerStage } = this.plan;
    return levelsPerStage === 0 ? 1 : Math.max(1, Math.ceil(level / levelsPerStage));
  }

  private stageOfNode(node: number): number {
    return this.stageOf(this.plan.schedule.level[node] ?? 0);
  }

  /** The stored bits of a node as a stage sees them. */
  private bits(node: number, stage: number): UInt {
    const stages = this.patterns[node] ?? [];
    const wanted = stage - this.stageOfNode(node);
    const { inputs } = this.plan.graph;
    const name = node < inputs ? `x_${node}` : `sum_${node - inputs}`;
    for (let k = stages.length; k <= wanted; k++) {
      const before = stages[k - 1];
      if (before !== undefined) stages.push(this.m.pipe(k === 1 ? `${name}_q` : `${name}_q${k}`, before));
    }
    const found = stages[wanted];
    if (found === undefined) throw new RangeError(`cmvm: node ${node} is not ready in stage ${stage}`);
    return found;
  }

  /** The node's value v, or -v - 1 when `complement`. */
  private integer(node: number, stage: number, complement: boolean): SInt {
    const { complement: isStoredInverted, range } = this.node(node);
    const stored = this.bits(node, stage);
    const bits = complement === isStoredInverted ? stored : this.invert(stored);
    if (range.lo < 0) return bits.asSint();
    return complement ? cat(this.m.constant(uint(1), 1), bits).asSint() : bits.toSint();
  }

  private invert(bits: UInt): UInt {
    const inverted = this.inverted.get(bits) ?? bits.not();
    this.inverted.set(bits, inverted);
    return inverted;
  }

  /** The bits of an adder's result, in the polarity it is stored in. */
  private sum(adder: Adder, node: number): UInt {
    const { left, right, leftShift, rightShift } = adder;
    const { sign, complement, width } = this.node(node);
    const signs = signsOf(adder, this.node(left).sign, this.node(right).sign, sign);
    const isLeftShifted = leftShift > 0;
    const [fixed, moved] = isLeftShifted ? [right, left] : [left, right];
    const [fixedSign, movedSign] = isLeftShifted ? [signs.right, signs.left] : [signs.left, signs.right];
    const stage = this.stageOfNode(node);
    const distance = Math.max(leftShift, rightShift);
    if (this.plan.isPlain) {
      const operands = [this.integer(fixed, stage, false), this.integer(moved, stage, false)] as const;
      return plainSum(...operands, { fixedSign, movedSign, distance, width });
    }
    const polarity = this.operandPolarity(fixed, moved, fixedSign === movedSign);
    const a = this.integer(fixed, stage, polarity.fixed);
    const b = this.integer(moved, stage, polarity.moved);
    const isOneMore = fixedSign > 0 ? polarity.moved : polarity.fixed;
    const bits =
      fixedSign > 0
        ? withLowBits(a, b, distance, isOneMore, width)
        : withoutLowBits(a, b, distance, isOneMore, width);
    // What the carry chain gives by itself is inverted when its positive term is.
    const isInverted = fixedSign > 0 ? polarity.fixed : polarity.moved;
    return isInverted === complement ? bits : bits.not();
  }

  /** Equal polarities for a sum, opposite ones for a difference; where that does not hold the narrower is inverted. */
  private operandPolarity(fixed: number, moved: number, isSum: boolean): { fixed: boolean; moved: boolean } {
    const [a, b] = [this.node(fixed), this.node(moved)];
    const stored = { fixed: a.complement, moved: b.complement };
    if ((stored.fixed === stored.moved) === isSum) return stored;
    const invertFixed = a.both || (!b.both && a.width < b.width);
    return invertFixed ? { ...stored, fixed: !stored.fixed } : { ...stored, moved: !stored.moved };
  }
}

/** Both terms as they are; the low bits are those of `a` unless it is subtracted. */
const plainSum = (
  a: SInt,
  b: SInt,
  signs: {
    readonly fixedSign: 1 | -1;
    readonly movedSign: 1 | -1;
    readonly distance: number;
    readonly width: number;
  },
): UInt => {
  const { fixedSign, movedSign, distance, width } = signs;
  if (fixedSign < 0) return b.shl(distance).sub(a).wrap(width).asUint();
  if (width <= distance) return a.wrap(width).asUint();
  const above = a.shr(distance);
  const high = (movedSign > 0 ? above.add(b) : above.sub(b)).wrap(width - distance).asUint();
  return distance === 0 ? high : cat(high, a.wrap(distance));
};

/** a + (b + isOneMore) * 2^distance: the low bits are those of a. */
const withLowBits = (a: SInt, b: SInt, distance: number, isOneMore: boolean, width: number): UInt => {
  // Terms may cancel so far that only bits of `a` are left.
  if (width <= distance) return a.wrap(width).asUint();
  const sum = a.shr(distance).add(b);
  const high = (isOneMore ? sum.add(1) : sum).wrap(width - distance).asUint();
  return distance === 0 ? high : cat(high, a.wrap(distance));
};

/** a + b * 2^distance + 1, or with ones below b instead of that carry. */
const withoutLowBits = (a: SInt, b: SInt, distance: number, isOneMore: boolean, width: number): UInt => {
  if (isOneMore) return a.add(b.shl(distance)).add(1).wrap(width).asUint();
  return a
    .add(b.shl(distance))
    .add(2 ** distance - 1)
    .wrap(width)
    .asUint();
};
