import { NnError } from '../errors.js';
import type { IntegerLayer, IntegerNetwork, Shape } from '../ir.js';
import { elementCount, layerInputs, tensorOf, tensorRanges } from '../ranges.js';
import { verifyNetwork } from '../verify.js';
import { prepareConv } from './conv.js';
import { prepareDepthwise } from './depthwise.js';
import { prepareAdd, prepareAvgPool, prepareMaxPool } from './pool-and-add.js';
import type { LayerContext, LayerKernel } from './kernel.js';

/** A network made ready to run many pictures: buffers allocated, weights packed. Not re-entrant, holds no other state. */
export interface ReferenceRunner {
  readonly inputLength: number;
  readonly outputLength: number;
  /** One picture: NHWC integers in, the output tensor's integers out (a fresh array). @throws NnError NN021, NN022 */
  run(input: ArrayLike<number>): Int32Array;
  /** `count` pictures one after another in `inputs`; outputs one after another. */
  runMany(inputs: ArrayLike<number>, count: number): Int32Array;
  /** Every tensor of one picture by name, fresh arrays. */
  trace(input: ArrayLike<number>): Readonly<Record<string, Int32Array>>;
}

/** Checks the network (`verifyNetwork`) and prepares it. @throws NnError */
export function prepareReference(network: IntegerNetwork): ReferenceRunner {
  verifyNetwork(network);
  const buffers = new Map<string, Int32Array>();
  const bufferOf = (name: string): Int32Array => {
    const found =
      buffers.get(name) ?? new Int32Array(elementCount(tensorOf(network, name, network.name).shape));
    buffers.set(name, found);
    return found;
  };
  const input = bufferOf(network.input);
  const ranges = tensorRanges(network);
  const steps = network.layers.map((layer) => {
    const kernel = prepareLayer({ network, ranges }, layer);
    const inputs = layerInputs(layer).map(bufferOf);
    const output = bufferOf(layer.output);
    return () => kernel(inputs, output);
  });
  const output = bufferOf(network.output);

  const execute = (values: ArrayLike<number>, from: number): void => {
    fillInput(network, input, values, from);
    for (const step of steps) step();
  };
  const run = (values: ArrayLike<number>): Int32Array => {
    checkLength(network, values.length, input.length);
    execute(values, 0);
    return output.slice();
  };
  const runMany = (values: ArrayLike<number>, count: number): Int32Array => {
    checkLength(network, values.length, input.length * count);
    const results = new Int32Array(output.length * count);
    for (let i = 0; i < count; i++) {
      execute(values, i * input.length);
      results.set(output, i * output.length);
    }
    return results;
  };
  const trace = (values: ArrayLike<number>): Readonly<Record<string, Int32Array>> => {
    run(values);
    return Object.fromEntries([...buffers].map(([name, buffer]) => [name, buffer.slice()]));
  };
  return { inputLength: input.length, outputLength: output.length, run, runMany, trace };
}

/** One picture through a network, bit exact: the golden model. For many pictures use `prepareReference`. */
export function runReference(network: IntegerNetwork, input: ArrayLike<number>): Int32Array {
  return prepareReference(network).run(input);
}

/** Every tensor of one picture, by name. */
export function traceReference(
  network: IntegerNetwork,
  input: ArrayLike<number>,
): Readonly<Record<string, Int32Array>> {
  return prepareReference(network).trace(input);
}

/** One layer alone, on given input tensors (for comparing a trace layer by layer). */
export function runLayer(
  network: IntegerNetwork,
  layer: IntegerLayer,
  inputs: readonly Int32Array[],
): Int32Array {
  const shape: Shape = tensorOf(network, layer.output, `layer "${layer.name}"`).shape;
  const output = new Int32Array(elementCount(shape));
  prepareLayer({ network, ranges: tensorRanges(network) }, layer)(inputs, output);
  return output;
}

/** One layer as a function of its input tensors, for runners that replace other layers by their own. */
export function prepareLayer(context: LayerContext, layer: IntegerLayer): LayerKernel {
  switch (layer.kind) {
    case 'conv':
      return layer.depthwise ? prepareDepthwise(context, layer) : prepareConv(context, layer);
    case 'avgPool':
      return prepareAvgPool(context, layer);
    case 'maxPool':
      return prepareMaxPool(context, layer);
    case 'add':
      return prepareAdd(context, layer);
  }
}

function checkLength(network: IntegerNetwork, got: number, needed: number): void {
  if (got === needed) return;
  const shape = tensorOf(network, network.input, network.name).shape.join(' x ');
  throw new NnError(
    'NN021',
    `the network "${network.name}" takes ${needed} input values (${shape} per picture), but ${got} were given. ` +
      'Pass height x width x channels integers per picture, channels innermost.',
  );
}

function fillInput(
  network: IntegerNetwork,
  target: Int32Array,
  values: ArrayLike<number>,
  from: number,
): void {
  const { lo, hi } = network.inputTransform;
  for (let i = 0; i < target.length; i++) {
    const value = values[from + i] ?? NaN;
    if (!(value >= lo && value <= hi) || !Number.isInteger(value)) {
      throw new NnError(
        'NN022',
        `input value ${value} at index ${i} is not an integer from ${lo} to ${hi}. ` +
          'Quantize samples with quantizeSamples first.',
      );
    }
    target[i] = value;
  }
}
