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
  inputRange,
  linearForms,
  widthOf,
  type AdderGraph,
  type Interval,
} from './adder-graph.js';
import { areaOf } from './area.js';
import type { Matrix } from './decompose.js';
import { levelsAtClock } from './delay.js';
import { planOf, type Plan, type Step, type Use } from './plan.js';
import { solve, type SolveOptions } from './solve.js';
import { storedForms } from './stored-form.js';
import { readsOneTerm, sumBits, sumModule } from './sums.js';

export interface CmvmParams {
  /** Module name. */
  readonly name: string;
  /** `matrix[output][input]`, integers below 2^29 in magnitude. */
  readonly matrix: Matrix;
  readonly inputWidth: number;
  readonly inputSigned: boolean;
  /** iCE40: subtractions through complemented operands; ECP5: carry cells invert for nothing, and come in pairs of bits. */
  readonly target: 'ice40' | 'ecp5';
  /** A register after so many adder levels (1 is fastest); 0: none at all. Default 1, or what `clockMHz` allows. */
  readonly levelsPerStage?: number;
  /** As many adder levels per stage as the family's delay model fits into this clock's period. */
  readonly clockMHz?: number;
  /** What is minimized: lookup tables of the target's carry chains (default), or the number of adders. */
  readonly objective?: 'area' | 'adders';
  /** Adder levels beyond the least possible. Default: none, which takes fewest registers; Infinity: no bound. */
  readonly extraDepth?: number;
  /** See `SolveOptions`. */
  readonly effort?: number;
  readonly seed?: number;
}

/**
 * y = matrix * x, every output in its exact range, `latencyCycles` after x; one result a cycle, free running, no reset.
 * `luts` (on ECP5 LUT4 + 2 x CCU2C) and `registers` are estimates, `adderBits` the sum of the adders' widths.
 * @throws UnitParameterError
 */
export const cmvm = (params: CmvmParams) => {
  const { name, inputWidth, inputSigned, target } = params;
  const plan = cmvmPlan(params);
  const { graph, latencyCycles, levelsPerStage } = plan;
  const outputs = outputRanges(graph, inputRange(params));
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
      // A column of zeros reads nothing, nor does a term beyond the bits that are left of its sum.
      m.unused(x.filter((_, input) => !plan.live.has(input)));
      return { y: new Emission(m, plan, x).outputs(outputs) };
    },
  );
  const adderBits = plan.steps.reduce((sum, { form }) => sum + form.width, 0);
  const { luts, registers } = plan;
  const { levels } = plan.schedule;
  return { component: unit, graph, latencyCycles, levels, levelsPerStage, adderBits, luts, registers };
};

const cmvmPlan = (params: CmvmParams): Plan => {
  const { matrix, inputWidth, target, clockMHz } = params;
  requireInteger('cmvm', 'inputWidth', inputWidth, 1, 32);
  const given = params.levelsPerStage ?? 1;
  requireInteger('cmvm', 'levelsPerStage', given, 0, 64);
  if (clockMHz !== undefined) requireInteger('cmvm', 'clockMHz', clockMHz, 1, 1000);
  const input = inputRange(params);
  const graph = solve(matrix, searchOptions(params, input));
  const forms = storedForms(graph, input, target);
  const widest = Math.max(1, ...forms.nodes.map(({ width }) => width));
  const levelsPerStage =
    clockMHz === undefined || params.levelsPerStage !== undefined
      ? given
      : levelsAtClock(target, clockMHz, widest);
  return planOf(graph, forms, { family: target, levelsPerStage });
};

const searchOptions = (params: CmvmParams, input: Interval): SolveOptions => {
  const { target, objective = 'area', extraDepth = 0, effort, seed } = params;
  return {
    input,
    extraDepth,
    ...(objective === 'adders' ? {} : { cost: areaOf(target, input) }),
    avoidsInputDifferences: objective === 'area' && target === 'ice40',
    ...(effort === undefined ? {} : { effort }),
    ...(seed === undefined ? {} : { seed }),
  };
};

const outputRanges = (graph: AdderGraph, input: Interval): readonly Interval[] => {
  const forms = linearForms(graph);
  return graph.outputs.map(({ node, shift, negate }) => {
    const { lo, hi } =
      node === undefined ? { lo: 0, hi: 0 } : formRange(forms[node] ?? new Float64Array(), input);
    const gain = 2 ** shift;
    return negate ? { lo: -hi * gain + 0, hi: -lo * gain + 0 } : { lo: lo * gain, hi: hi * gain };
  });
};

/** The stored bits of a node, k registers after the stage that computes it, and their inverses. */
interface Delayed {
  readonly stored: UInt[];
  readonly inverted: UInt[];
}

/** Registers and adders of one component. */
class Emission {
  private readonly delayed: Delayed[] = [];

  constructor(
    private readonly m: ModuleBuilder,
    private readonly plan: Plan,
    inputs: readonly (SInt | UInt)[],
  ) {
    inputs.forEach((input) => this.delayed.push({ stored: [input.asUint()], inverted: [] }));
    plan.steps.forEach((step, index) => {
      const isLive = plan.live.has(inputs.length + index);
      this.delayed.push({ stored: isLive ? [this.sum(step, index)] : [], inverted: [] });
    });
  }

  private sum({ fixed, moved, form }: Step, index: number): UInt {
    const { inverted = { fixed: false, moved: false } } = form;
    const a = this.integer(fixed, inverted.fixed);
    // The other term has no registers where it is not read.
    if (readsOneTerm(form)) return sumBits(a, a, form);
    const b = this.integer(moved, inverted.moved);
    return this.plan.levelsPerStage === 1
      ? sumBits(a, b, form)
      : sumModule(a.width, b.width, form)(`adder_${index}`, { fixed: a, moved: b }).sum;
  }

  /** The results, cut to the widths of their ranges. */
  outputs(ranges: readonly Interval[]): (SInt | UInt)[] {
    const { graph, nodes, outputs } = this.plan;
    return graph.outputs.map(({ shift, negate }, index) => {
      const range = ranges[index] ?? { lo: 0, hi: 0 };
      const use = outputs[index];
      if (use === undefined) return this.m.constant(uint(1), 0);
      const value = this.integer(use, false).shl(shift);
      const isNegated = negate === (nodes[use.node]?.sign ?? 1) > 0;
      const result = (isNegated ? value.neg() : value).wrap(widthOf(range));
      return range.lo < 0 ? result : result.asUint();
    });
  }

  /** The node's value v, or -v - 1 when `complement`. */
  private integer(use: Use, complement: boolean): SInt {
    const bits = this.bits(use);
    if ((this.plan.nodes[use.node]?.range.lo ?? 0) < 0) return bits.asSint();
    return complement ? cat(this.m.constant(uint(1), 1), bits).asSint() : bits.toSint();
  }

  /** The bits of a node as a use sees them; registers that are not there yet are made. */
  private bits({ node, stage, isInverted }: Use): UInt {
    const life = this.plan.lifetimes[node];
    const delayed = this.delayed[node];
    if (life === undefined || delayed === undefined)
      throw new RangeError(`cmvm: node ${node} is read before it is made`);
    const name = node < this.plan.graph.inputs ? `x_${node}` : `sum_${node - this.plan.graph.inputs}`;
    const wanted = stage - life.stage;
    if (!isInverted) return this.pipedTo(delayed.stored, wanted, name);
    const { invertAfter = 0 } = life;
    if (delayed.inverted.length === 0)
      delayed.inverted.push(this.pipedTo(delayed.stored, invertAfter, name).not());
    return this.pipedTo(delayed.inverted, wanted - invertAfter, `${name}_n${invertAfter}`);
  }

  /** Entry `wanted` of a chain of registers, made as long as that. */
  private pipedTo(chain: UInt[], wanted: number, name: string): UInt {
    for (let k = chain.length; k <= wanted; k++) {
      const before = chain[k - 1];
      if (before !== undefined) chain.push(this.m.pipe(k === 1 ? `${name}_q` : `${name}_q${k}`, before));
    }
    const found = chain[wanted];
    if (found === undefined) throw new RangeError(`cmvm: ${name} is not ready ${wanted} stages on`);
    return found;
  }
}
