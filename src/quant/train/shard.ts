/** One thread's copy of a network: some pictures in, loss, gradients and whatever was asked for out. */
import type { Shape } from '../../nn/index.js';
import type { KernelInstance } from '../kernels/kernels.js';
import type { ActivationGrid, FloatModel } from '../model/index.js';
import { layoutOf } from './parameters.js';
import { compilePlan, type Grids, type Plan, type PlanStep } from './plan/plan.js';

/** What all shards of a step have in common. Sent to a thread when `version` is another than the last one it got. */
export interface ShardState {
  readonly version: number;
  /** As the arenas; the weights are the projected ones. */
  readonly parameters: Float32Array;
  readonly statistics: Float32Array;
  readonly grids: Grids;
}

export interface ShardJob {
  /** [picture][y][x][channel], real numbers. */
  readonly pictures: Float32Array;
  /** One per picture. */
  readonly labels: Int32Array;
  /** Normalize by the statistics of these pictures. */
  readonly training: boolean;
  /** Factor of the gradient of the sum of losses; undefined: no backward pass. */
  readonly gradientScale?: number;
  /** Nodes whose dLoss/dOutput (before fake quantization) is wanted. */
  readonly taps?: readonly string[];
  /** Nodes whose output (before fake quantization) is wanted; the model's input may be among them. */
  readonly outputs?: readonly string[];
  readonly logits?: boolean;
}

export interface ShardResult {
  /** Sum over the pictures. */
  readonly loss: number;
  readonly correct: number;
  /** As the arena; empty without backward pass. */
  readonly gradients: Float32Array;
  /** Mean and biased variance of these pictures, as the arena of statistics; empty unless `training`. */
  readonly statistics: Float32Array;
  readonly taps: Readonly<Record<string, Float32Array>>;
  readonly outputs: Readonly<Record<string, Float32Array>>;
  /** [picture][class], as the loss sees them; empty unless asked for. */
  readonly logits: Float32Array;
}

export interface Shard {
  load(state: ShardState): void;
  run(job: ShardJob): ShardResult;
}

/** A network and the shape of everything in it, by name. */
export interface ShardNetwork {
  readonly model: FloatModel;
  readonly shapes: ReadonlyMap<string, Shape>;
}

/** Nothing here or below loads src/nn: threads would start slowly. */
export function createShard({ model, shapes }: ShardNetwork, instance: KernelInstance): Shard {
  const { kernels, memory } = instance;
  const layout = layoutOf(model);
  const start = memory.buffer.byteLength;
  let plan: Plan | undefined;
  let planned = '';
  let state: ShardState | undefined;

  const floats = (address: number, count: number): Float32Array =>
    new Float32Array(memory.buffer, address, count);
  const copyOf = (address: number, count: number): Float32Array => floats(address, count).slice();

  const fillParameters = (to: Plan, { parameters, statistics }: ShardState): void => {
    floats(to.parameters, parameters.length).set(parameters);
    floats(to.running, statistics.length).set(statistics);
    for (const { layer } of to.steps) layer.prepare?.();
  };
  const planFor = (count: number, current: ShardState): Plan => {
    const quantized = Object.keys(current.grids.activations).sort();
    const key = quantized.join('\n');
    if (plan !== undefined && plan.capacity >= count && planned === key) return plan;
    const capacity = Math.max(count, plan?.capacity ?? 0);
    plan = compilePlan(instance, { model, shapes, layout, capacity, quantized: new Set(quantized), start });
    planned = key;
    fillParameters(plan, current);
    return plan;
  };
  const quantize = (from: number, to: number, count: number, grid: ActivationGrid): void => {
    const { lo, hi } = codeRange(grid);
    kernels.fakeQuantize(from, to, count, grid.scale, lo, hi);
  };

  const forward = (
    steps: readonly PlanStep[],
    job: ShardJob,
    grids: Grids,
    outputs: Record<string, Float32Array>,
  ): void => {
    const count = job.labels.length;
    for (const { node, layer, size, output, quantized } of steps) {
      layer.forward(count, job.training);
      if (job.outputs?.includes(node.name) === true) outputs[node.name] = copyOf(output, count * size);
      const grid = grids.activations[node.name];
      if (grid !== undefined) quantize(output, quantized, count * size, grid);
    }
  };
  const backwardStep = (
    step: PlanStep,
    job: ShardJob,
    grids: Grids,
    taps: Record<string, Float32Array>,
  ): void => {
    const { node, layer, size, output, gradient, sums } = step;
    const count = job.labels.length;
    if (gradient === 0) return;
    const grid = grids.activations[node.name];
    if (grid !== undefined) {
      const { lo, hi } = codeRange(grid);
      kernels.fakeQuantizeBackward(output, gradient, gradient, count * size, grid.scale, lo, hi);
    }
    if (job.taps?.includes(node.name) === true) taps[node.name] = copyOf(gradient, count * size);
    layer.backward(count, job.training);
    for (const sum of sums) kernels.addInto(sum.from, sum.to, count * sum.size);
  };

  const run = (job: ShardJob, current: ShardState): ShardResult => {
    const count = job.labels.length;
    const to = planFor(count, current);
    const { grids } = current;
    const taps: Record<string, Float32Array> = {};
    const outputs: Record<string, Float32Array> = {};
    floats(to.input, job.pictures.length).set(job.pictures);
    new Int32Array(memory.buffer, to.labels, count).set(job.labels);
    if (job.outputs?.includes(model.input) === true) outputs[model.input] = job.pictures;
    if (grids.input !== undefined) quantize(to.input, to.input, job.pictures.length, grids.input);
    const steps = stepsFor(to, job);
    forward(steps, job, grids, outputs);

    const last = steps.at(-1);
    const [logits, gradient, classes] = [last?.quantized ?? 0, last?.gradient ?? 0, last?.size ?? 0];
    const loss = kernels.crossEntropy(logits, to.labels, gradient, count, classes, job.gradientScale ?? 1);
    const correct = kernels.countCorrect(logits, to.labels, count, classes);
    const backward = job.gradientScale !== undefined;
    if (backward) for (const step of steps.toReversed()) backwardStep(step, job, grids, taps);
    return {
      loss,
      correct,
      gradients: copyOf(to.gradients, backward ? layout.parameterCount : 0),
      statistics: copyOf(to.batch, job.training ? layout.statisticCount : 0),
      taps,
      outputs,
      logits: copyOf(logits, job.logits === true ? count * classes : 0),
    };
  };
  return {
    load: (next) => {
      state = next;
      if (plan !== undefined) fillParameters(plan, next);
    },
    run: (job) => {
      if (state === undefined) throw new Error('shard: run before load');
      return run(job, state);
    },
  };
}

/** The merged steps, unless the job asks for what lies inside one. */
function stepsFor({ steps, merged }: Plan, { taps = [], outputs = [] }: ShardJob): readonly PlanStep[] {
  const visible = new Set(merged.map(({ node }) => node.name));
  const hidden = steps.filter(({ node }) => !visible.has(node.name));
  return hidden.some(({ node: { name } }) => taps.includes(name) || outputs.includes(name)) ? steps : merged;
}

/** Least and greatest code of a grid. */
function codeRange({ bits, signed }: ActivationGrid): { readonly lo: number; readonly hi: number } {
  return signed ? { lo: -(2 ** (bits - 1)), hi: 2 ** (bits - 1) - 1 } : { lo: 0, hi: 2 ** bits - 1 };
}
