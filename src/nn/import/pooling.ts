import { padAmounts, padValue } from '../float/shape-operators.js';
import { countsPadding, windowAttributes } from '../float/window-operators.js';
import type { OnnxNode } from '../onnx/graph.js';
import { hasPadding, windowOutput } from '../ranges.js';
import { appendMaxPool } from './close.js';
import { affine } from './steps.js';
import {
  activationAt,
  addPadding,
  constantInputs,
  dimsOf,
  noPadding,
  tensorNamed,
  unsupported,
  valueAt,
  type Lowering,
} from './state.js';
import type { PendingValue, PoolSource, Value } from './values.js';

export function lowerAveragePool(lowering: Lowering, node: OnnxNode): PendingValue {
  const input = activationAt(lowering, node, 0);
  const window = windowAttributes(node, input.dims);
  if (hasPadding(window.padding) && !countsPadding(node)) {
    throw unsupported(
      node,
      'leaves padding out of its average, so its divisor varies; set count_include_pad or use no padding.',
    );
  }
  return averagePending(lowering, node, {
    kernel: window.kernel,
    stride: window.stride,
    padding: addPadding(window.padding, input.padding ?? noPadding),
  });
}

/** GlobalAveragePool, and ReduceMean over height and width. */
export function lowerGlobalAveragePool(lowering: Lowering, node: OnnxNode): PendingValue {
  const input = activationAt(lowering, node, 0);
  if (input.padding !== undefined) throw unsupported(node, 'follows a Pad, which is not supported.');
  const [height, width] = tensorNamed(lowering, input.tensor).shape;
  if (input.dims.length !== 4)
    throw unsupported(
      node,
      `averages over shape [${input.dims.join(', ')}]; [1, C, height, width] is supported.`,
    );
  return averagePending(lowering, node, { kernel: [height, width], stride: [1, 1], padding: noPadding });
}

function averagePending(
  lowering: Lowering,
  node: OnnxNode,
  window: Pick<PoolSource, 'kernel' | 'stride' | 'padding'>,
): PendingValue {
  const { tensor } = activationAt(lowering, node, 0);
  const { shape, scale } = tensorNamed(lowering, tensor);
  const [height, width] = windowOutput(shape, window.kernel, window.stride, window.padding);
  const taps = window.kernel[0] * window.kernel[1];
  return {
    kind: 'pending',
    source: { kind: 'avgPool', name: node.name, input: tensor, ...window },
    shape: [height, width, shape[2]],
    dims: dimsOf(lowering, node.outputs[0] ?? ''),
    steps: [
      affine(
        shape[2],
        () => scale / taps,
        () => 0,
      ),
    ],
    poolsAfter: [],
  };
}

export function lowerMaxPool(lowering: Lowering, node: OnnxNode): Value {
  const value = valueAt(lowering, node, 0);
  const dims = dimsOf(lowering, node.outputs[0] ?? '');
  if (value.kind === 'pending') {
    const pool = { name: node.name, ...windowAttributes(node, value.dims) };
    return { ...value, dims, poolsAfter: [...value.poolsAfter, pool] };
  }
  const input = activationAt(lowering, node, 0);
  const window = windowAttributes(node, input.dims);
  const before = input.padding ?? noPadding;
  const { zeroPoint } = tensorNamed(lowering, input.tensor);
  if (hasPadding(before) && (lowering.ranges.get(input.tensor)?.lo ?? -Infinity) < zeroPoint) {
    throw unsupported(
      node,
      'follows a Pad with zeros, which could win over negative values; use the pads attribute instead.',
    );
  }
  const pool = { name: node.name, ...window, padding: addPadding(window.padding, before) };
  return { kind: 'activation', tensor: appendMaxPool(lowering, input.tensor, pool), dims };
}

/** Zeros around height and width are folded into the next layer; a Pad that adds nothing vanishes. */
export function lowerPad(lowering: Lowering, node: OnnxNode): Value {
  const value = valueAt(lowering, node, 0);
  const constants = constantInputs(lowering, node);
  const pads = padAmounts(node, constants);
  if (pads.every((p) => p === 0)) return value;
  if (value.kind !== 'activation' && value.kind !== 'real')
    throw unsupported(node, 'pads a tensor before its quantizer; put it behind.');
  const [n0, c0, top = 0, left = 0, n1, c1, bottom = 0, right = 0] = pads;
  if (pads.length !== 8 || [n0, c0, n1, c1].some((p) => p !== 0))
    throw unsupported(node, 'pads other axes than height and width.');
  if (padValue(node, constants) !== 0)
    throw unsupported(node, `pads with ${padValue(node, constants)}; only 0 is supported.`);
  if (value.kind === 'real' && value.offset !== 0)
    throw unsupported(node, 'pads a shifted network input; pad after the quantizer.');
  const padding = addPadding(value.padding ?? noPadding, { top, left, bottom, right });
  return { ...value, padding, dims: dimsOf(lowering, node.outputs[0] ?? '') };
}
