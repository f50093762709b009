/**
 * A network compiled onto the kernels' memory: per node the addresses of its output and gradient and what it does forward
 * and backward. Buffers are shared where a value is no longer needed: ReLU works in place, a gradient becomes the gradient
 * of the node before, and what is free is used again.
 */
import type { Shape } from '../../../nn/index.js';
import type { KernelInstance } from '../../kernels/kernels.js';
import { inputsOf } from '../../model/graph.js';
import type { ActivationGrid, FloatModel, FloatNode } from '../../model/index.js';
import type { Layout } from '../parameters.js';
import { convolution, convolutionScratch } from './convolution.js';
import { add, batchNorm, relu } from './elementwise.js';
import { sizeOf, type Layer, type LayerContext } from './layer.js';
import { createMemory, type Memory } from './memory.js';
import { mergeSteps } from './merge.js';
import { avgPool, maxPool } from './pooling.js';

export interface Grids {
  readonly input?: ActivationGrid;
  readonly activations: Readonly<Record<string, ActivationGrid>>;
}

export interface PlanStep {
  readonly node: FloatNode;
  /** Numbers of the output of one picture. */
  readonly size: number;
  readonly layer: Layer;
  /** Address of the output before fake quantization. */
  readonly output: number;
  /** Address of what the following nodes read; `output` where nothing quantizes. */
  readonly quantized: number;
  /** Address of dLoss/dOutput; 0: the node does not contribute. */
  readonly gradient: number;
  /** Gradients of inputs that more than one node reads: added after the layer's backward pass. */
  readonly sums: readonly { readonly from: number; readonly to: number; readonly size: number }[];
}

export interface Plan {
  readonly capacity: number;
  /** Addresses of the input, the labels and the arenas. */
  readonly input: number;
  readonly labels: number;
  readonly parameters: number;
  readonly gradients: number;
  readonly running: number;
  readonly batch: number;
  readonly inputSize: number;
  readonly steps: readonly PlanStep[];
  /** The same with fewer passes; some nodes are missing, whose outputs and gradients then are nowhere. */
  readonly merged: readonly PlanStep[];
}

export interface PlanRequest {
  readonly model: FloatModel;
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly layout: Layout;
  /** Greatest number of pictures at a time. */
  readonly capacity: number;
  readonly quantized: ReadonlySet<string>;
  /** Where the plan may begin on the memory. */
  readonly start: number;
}

export function compilePlan({ kernels, memory: raw }: KernelInstance, request: PlanRequest): Plan {
  const { model, shapes, layout, capacity } = request;
  const sizes = new Map([...shapes].map(([name, shape]) => [name, sizeOf(shape)]));
  const memory = createMemory(raw, request.start);
  const addresses = {
    input: memory.allocate(capacity * sizeOf(model.inputShape)),
    labels: memory.allocate(capacity),
    parameters: memory.allocate(layout.parameterCount),
    gradients: memory.allocate(layout.parameterCount),
    running: memory.allocate(layout.statisticCount),
    batch: memory.allocate(layout.statisticCount),
  };
  const outputs = placeOutputs(request, sizes, memory, addresses.input);
  const flows = placeGradients(model, sizes, memory, capacity);
  const scratch = memory.allocate(scratchSize(model, shapes, capacity));
  const views = viewsOf(raw);
  const steps = model.nodes.map((node, index): PlanStep => {
    const [first = ''] = inputsOf(node);
    const flow = flows[index] ?? { gradient: 0, dx: [], sums: [] };
    const { output = 0, quantized = 0 } = outputs.get(node.name) ?? {};
    const layer = layerOf(node, {
      kernels,
      allocate: memory.allocate,
      scratch: () => scratch,
      ...views,
      capacity,
      inputShape: shapes.get(first) ?? model.inputShape,
      shape: shapes.get(node.name) ?? model.inputShape,
      x: inputsOf(node).map((name) => outputs.get(name)?.quantized ?? 0),
      y: output,
      dy: flow.gradient,
      dx: flow.dx,
      parameter: (kind) => {
        const offset =
          layout.parameters.find((one) => one.node === node.name && one.kind === kind)?.offset ?? 0;
        return { value: addresses.parameters + 4 * offset, gradient: addresses.gradients + 4 * offset };
      },
      statistics: () => {
        const { offset = 0, channels = 0 } = layout.statistics.find((one) => one.node === node.name) ?? {};
        const at = (base: number) => ({ mean: base + 4 * offset, variance: base + 4 * (offset + channels) });
        return { running: at(addresses.running), batch: at(addresses.batch) };
      },
    });
    return {
      node,
      size: sizes.get(node.name) ?? 0,
      layer,
      output,
      quantized,
      gradient: flow.gradient,
      sums: flow.sums,
    };
  });
  memory.reserve();
  return { capacity, ...addresses, inputSize: sizeOf(model.inputShape), steps, merged: mergeSteps(steps) };
}

function layerOf(node: FloatNode, context: LayerContext): Layer {
  switch (node.kind) {
    case 'conv':
      return convolution(node, context);
    case 'batchNorm':
      return batchNorm(node, context);
    case 'relu':
      return relu(node, context);
    case 'maxPool':
      return maxPool(node, context);
    case 'avgPool':
      return avgPool(node, context);
    case 'add':
      return add(context);
  }
}

interface Output {
  readonly output: number;
  readonly quantized: number;
}

function placeOutputs(
  { model, capacity, quantized }: PlanRequest,
  sizes: ReadonlyMap<string, number>,
  memory: Memory,
  input: number,
): ReadonlyMap<string, Output> {
  const outputs = new Map<string, Output>([[model.input, { output: input, quantized: input }]]);
  for (const node of model.nodes) {
    const count = capacity * (sizes.get(node.name) ?? 0);
    const inPlace = canWorkInPlace(model, node, quantized) ? outputs.get(node.input)?.output : undefined;
    const output = inPlace ?? memory.allocate(count);
    outputs.set(node.name, { output, quantized: quantized.has(node.name) ? memory.allocate(count) : output });
  }
  return outputs;
}

/** A ReLU whose input nobody else needs, neither the other nodes nor the input's own backward pass. */
function canWorkInPlace(
  model: FloatModel,
  node: FloatNode,
  quantized: ReadonlySet<string>,
): node is FloatNode & { readonly kind: 'relu' } {
  if (node.kind !== 'relu' || node.input === model.input || quantized.has(node.input)) return false;
  const before = model.nodes.find(({ name }) => name === node.input);
  const readers = model.nodes.filter((one) => inputsOf(one).includes(node.input));
  return before !== undefined && before.kind !== 'relu' && readers.length === 1;
}

interface Flow {
  readonly gradient: number;
  readonly dx: readonly number[];
  readonly sums: PlanStep['sums'];
}

/** Backward through the nodes: the first reader of a tensor to be visited writes its gradient, the others add to it. */
function placeGradients(
  model: FloatModel,
  sizes: ReadonlyMap<string, number>,
  memory: Memory,
  capacity: number,
): readonly Flow[] {
  const gradients = new Map<string, number>();
  const last = model.nodes.at(-1)?.name ?? '';
  gradients.set(last, memory.take(capacity * (sizes.get(last) ?? 0)));
  const flowOf = (node: FloatNode): Flow => {
    const gradient = gradients.get(node.name);
    if (gradient === undefined) return { gradient: 0, dx: [], sums: [] };
    let passable = node.kind === 'relu' || node.kind === 'batchNorm' || node.kind === 'add';
    const temporary: { from: number; to: number; size: number }[] = [];
    const dx = inputsOf(node).map((name) => {
      if (name === model.input) return 0;
      const size = sizes.get(name) ?? 0;
      const known = gradients.get(name);
      if (known !== undefined) {
        const from = memory.take(capacity * size);
        temporary.push({ from, to: known, size });
        return from;
      }
      const own = passable ? gradient : memory.take(capacity * size);
      passable = false;
      gradients.set(name, own);
      return own;
    });
    temporary.forEach(({ from }) => memory.give(from));
    if (!dx.includes(gradient)) memory.give(gradient);
    return { gradient, dx, sums: temporary };
  };
  return [...model.nodes].reverse().map(flowOf).reverse();
}

function scratchSize(model: FloatModel, shapes: ReadonlyMap<string, Shape>, capacity: number): number {
  const needed = model.nodes.map((node) => {
    const [first = ''] = inputsOf(node);
    const inputShape = shapes.get(first) ?? model.inputShape;
    const shape = shapes.get(node.name) ?? model.inputShape;
    if (node.kind === 'batchNorm') return capacity * sizeOf(shape);
    return node.kind === 'conv' ? convolutionScratch(node, { inputShape, shape, capacity }) : 0;
  });
  return Math.max(0, ...needed);
}

/** Copying and clearing on a memory that may still grow. */
function viewsOf(memory: WebAssembly.Memory): Pick<LayerContext, 'copy' | 'clear'> {
  let view = new Float32Array(memory.buffer);
  const current = (): Float32Array => {
    if (view.buffer !== memory.buffer) view = new Float32Array(memory.buffer);
    return view;
  };
  return {
    copy: (from, to, count) => current().copyWithin(to / 4, from / 4, from / 4 + count),
    clear: (address, count) => current().fill(0, address / 4, address / 4 + count),
  };
}
