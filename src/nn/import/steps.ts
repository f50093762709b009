import { normalizationOf } from '../float/elementwise.js';
import { clipLimits } from '../float/elementwise.js';
import type { OnnxNode } from '../onnx/graph.js';
import type { Tensor } from '../onnx/tensor.js';
import {
  noPadding,
  activationAt,
  constantAt,
  constantInputs,
  tensorNamed,
  unsupported,
  valueAt,
  type Lowering,
} from './state.js';
import type { ActivationValue, PendingValue, RealValue, Step, Value } from './values.js';
import { narrowCodes } from './quantizers.js';

export function affine(
  channels: number,
  gain: (channel: number) => number,
  offset: (channel: number) => number,
): Step {
  return {
    kind: 'affine',
    gain: Float64Array.from({ length: channels }, (_, c) => gain(c)),
    offset: Float64Array.from({ length: channels }, (_, c) => offset(c)),
  };
}

/** A quantized tensor as accumulators again: a 1 x 1 window, to be rescaled or clamped. */
export function pendingRescale(lowering: Lowering, value: ActivationValue, node: OnnxNode): PendingValue {
  const { shape, scale } = tensorNamed(lowering, value.tensor);
  if (value.padding !== undefined) throw unsupported(node, 'follows a Pad; only Conv and pooling may.');
  return {
    kind: 'pending',
    source: {
      kind: 'avgPool',
      name: node.name,
      input: value.tensor,
      kernel: [1, 1],
      stride: [1, 1],
      padding: noPadding,
    },
    shape,
    dims: value.dims,
    steps: [
      affine(
        shape[2],
        () => scale,
        () => 0,
      ),
    ],
    poolsAfter: [],
  };
}

function pendingAt(lowering: Lowering, node: OnnxNode, index: number): PendingValue {
  const value = valueAt(lowering, node, index);
  return value.kind === 'pending'
    ? value
    : pendingRescale(lowering, activationAt(lowering, node, index), node);
}

function withStep(pending: PendingValue, step: Step, node: OnnxNode): PendingValue {
  if (step.kind === 'affine') requireAllowed(pending, step, node);
  return { ...pending, steps: [...pending.steps, step] };
}

/** Max poolings that wait must commute with a step; a residual add has one multiplier and no offset for all channels. */
function requireAllowed(
  { source, poolsAfter }: PendingValue,
  { gain, offset }: Extract<Step, { kind: 'affine' }>,
  node: OnnxNode,
): void {
  const [pool] = poolsAfter;
  const falling = gain.findIndex((value) => value < 0);
  if (pool !== undefined && falling >= 0)
    throw unsupported(
      node,
      `multiplies channel ${falling} by ${gain[falling] ?? 0} behind max pooling "${pool.name}", after which the greatest value ` +
        'is the least; put a quantizer between the two.',
    );
  if (
    source.kind === 'add' &&
    !(gain.every((value) => value === gain[0]) && offset.every((value) => value === 0))
  )
    throw unsupported(
      node,
      `scales or shifts the channels of residual add "${source.name}" each in its own way; put a quantizer between the two.`,
    );
}

/** Relu and Clip. On integer codes a Clip narrows their range. */
export function lowerClamp(lowering: Lowering, node: OnnxNode): Value {
  const value = valueAt(lowering, node, 0);
  if (value.kind === 'codes') return narrowCodes(lowering, node, value);
  const { lo, hi } =
    node.op === 'Relu' ? { lo: 0, hi: Infinity } : clipLimits(node, constantInputs(lowering, node));
  return withStep(pendingAt(lowering, node, 0), { kind: 'clamp', lo, hi }, node);
}

export function lowerBatchNormalization(lowering: Lowering, node: OnnxNode): Value {
  const pending = pendingAt(lowering, node, 0);
  requireChannels(pending, node);
  const { gain, offset } = normalizationOf(node, constantInputs(lowering, node));
  return withStep(pending, { kind: 'affine', gain, offset }, node);
}

/** A flattened picture has no channel axis left that per-channel parameters could follow. */
function requireChannels({ shape, dims }: PendingValue, node: OnnxNode): void {
  const channelAxis = dims.length === 2 ? shape[0] * shape[1] === 1 : dims[1] === shape[2];
  if (!channelAxis)
    throw unsupported(
      node,
      `works per element of a flattened ${shape.join(' x ')} tensor; put it before the Flatten.`,
    );
}

/** Mul, Div, Add, Sub with one constant operand. */
export function lowerArithmetic(lowering: Lowering, node: OnnxNode): Value {
  const [first, second] = [valueAt(lowering, node, 0), valueAt(lowering, node, 1)];
  const constantIndex = first.kind === 'constant' ? 0 : 1;
  const data = constantIndex === 0 ? second : first;
  if (constantIndex === 1 && second.kind !== 'constant')
    throw unsupported(node, 'combines two computed tensors; of those only Add is supported.');
  const constant = constantAt(lowering, node, constantIndex).tensor;
  if (data.kind === 'real') return inputArithmetic(node, data, constant, constantIndex);
  const pending = pendingAt(lowering, node, 1 - constantIndex);
  const values = perChannel(constant, pending, node);
  const line = lineFor(node, constantIndex);
  return withStep(
    pending,
    affine(
      pending.shape[2],
      (c) => line(values(c)).gain,
      (c) => line(values(c)).offset,
    ),
    node,
  );
}

interface Line {
  readonly gain: number;
  readonly offset: number;
}

/** What "data op constant" does to data, as gain * data + offset. */
function lineFor(node: OnnxNode, constantIndex: number): (constant: number) => Line {
  switch (node.op) {
    case 'Mul':
      return (value) => ({ gain: value, offset: 0 });
    case 'Add':
      return (value) => ({ gain: 1, offset: value });
    case 'Sub':
      return constantIndex === 1
        ? (value) => ({ gain: 1, offset: -value })
        : (value) => ({ gain: -1, offset: value });
    default:
      if (constantIndex === 0) throw unsupported(node, 'divides a constant by data, which is not supported.');
      return (value) => ({ gain: 1 / value, offset: 0 });
  }
}

function inputArithmetic(
  node: OnnxNode,
  real: RealValue,
  constant: Tensor,
  constantIndex: number,
): RealValue {
  const value = constant.data[0] ?? 0;
  if (constant.data.some((other) => other !== value)) {
    throw unsupported(
      node,
      'changes the network input per channel or element; one number for all is supported. Put it after the first quantizer.',
    );
  }
  const { gain, offset } = lineFor(node, constantIndex)(value);
  if (real.padding !== undefined && offset !== 0)
    throw unsupported(node, 'adds to a padded network input; pad after the quantizer.');
  return { ...real, gain: real.gain * gain, offset: real.offset * gain + offset };
}

/** A constant that broadcasts along every axis but the channels. */
function perChannel(constant: Tensor, pending: PendingValue, node: OnnxNode): (channel: number) => number {
  if (constant.data.length === 1) return () => constant.data[0] ?? 0;
  requireChannels(pending, node);
  const axis = 1 - pending.dims.length + constant.dims.length;
  const others = constant.dims.filter((size, k) => k !== axis && size !== 1);
  if (others.length > 0 || constant.dims[axis] !== pending.shape[2]) {
    throw unsupported(
      node,
      `has a constant of shape [${constant.dims.join(', ')}]; one number or one per channel is supported.`,
    );
  }
  return (channel) => constant.data[channel] ?? 0;
}
