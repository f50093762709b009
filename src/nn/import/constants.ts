import { NnError } from '../errors.js';
import { clipLimits } from '../float/elementwise.js';
import { executeNode } from '../float/execute.js';
import { linearParameters, quantizerOf, quantizeValue, typeLimits } from '../float/quantizers.js';
import { needed } from '../float/operator.js';
import { describe, type OnnxNode } from '../onnx/graph.js';
import { emptyTensor, forEachBroadcast, type Tensor } from '../onnx/tensor.js';
import { bitsFor } from '../ranges.js';
import { unsupported } from './state.js';
import type { Codes, ConstantValue } from './values.js';

/** A node with only constant inputs: its value, and the integer codes behind it where there are any. */
export function foldConstant(
  node: OnnxNode,
  inputs: readonly (ConstantValue | undefined)[],
  tensor: Tensor,
): ConstantValue {
  const tensors = inputs.map((input) => input?.tensor);
  const first = inputs[0];
  switch (node.op) {
    case 'Quant':
      return { kind: 'constant', tensor, codes: quantCodes(node, tensors) };
    case 'BipolarQuant':
      return { kind: 'constant', tensor, codes: bipolarCodes(node, tensors) };
    case 'QuantizeLinear':
      return { kind: 'constant', tensor, limits: limitsOfType(tensor, node) };
    case 'Clip':
      return clipped(node, tensors, tensor, first);
    case 'DequantizeLinear':
      return { kind: 'constant', tensor, codes: linearCodes(node, inputs) };
    case 'Transpose':
    case 'Reshape':
    case 'Flatten':
    case 'Squeeze':
    case 'Unsqueeze':
    case 'Identity':
      return { kind: 'constant', tensor, ...moved(node, inputs) };
    default:
      return { kind: 'constant', tensor };
  }
}

function limitsOfType(tensor: Tensor, node: OnnxNode): { lo: number; hi: number } {
  const [lo, hi] = typeLimits(tensor.type, node);
  return { lo, hi };
}

/** Each element with its own scale and zero point. */
function expanded(like: Tensor, parameter: Tensor): Tensor {
  const result = emptyTensor(like.dims, 'float64');
  forEachBroadcast(
    like.dims,
    [parameter.dims],
    (at, [from]) => (result.data[at] = parameter.data[from ?? 0] ?? 0),
  );
  return result;
}

function codesFrom(
  like: Tensor,
  scale: Tensor,
  range: { lo: number; hi: number },
  code: (at: number) => number,
): Codes {
  const integers = emptyTensor(like.dims, 'int32');
  integers.data.forEach((_, at) => (integers.data[at] = code(at)));
  return { integers, scale, bits: bitsFor(range, true) };
}

function quantCodes(node: OnnxNode, inputs: readonly (Tensor | undefined)[]): Codes {
  const x = needed(inputs, 0, node);
  const scale = expanded(x, needed(inputs, 1, node));
  const zero = expanded(x, needed(inputs, 2, node));
  const quantizer = quantizerOf(node, inputs);
  const zeroPoint = zero.data[0] ?? 0;
  const range = { lo: quantizer.lo - zeroPoint, hi: quantizer.hi - zeroPoint };
  return codesFrom(x, scale, range, (at) => {
    const z = zero.data[at] ?? 0;
    return quantizeValue(quantizer, Math.fround((x.data[at] ?? 0) / (scale.data[at] ?? 1)), z) - z;
  });
}

function bipolarCodes(node: OnnxNode, inputs: readonly (Tensor | undefined)[]): Codes {
  const x = needed(inputs, 0, node);
  return codesFrom(x, expanded(x, needed(inputs, 1, node)), { lo: -1, hi: 1 }, (at) =>
    (x.data[at] ?? 0) >= 0 ? 1 : -1,
  );
}

function clipped(
  node: OnnxNode,
  tensors: readonly (Tensor | undefined)[],
  tensor: Tensor,
  first: ConstantValue | undefined,
): ConstantValue {
  if (tensor.type.startsWith('float')) return { kind: 'constant', tensor };
  const limits = clipLimits(node, tensors);
  const at =
    first?.limits === undefined
      ? (first?.tensor.data.findIndex((q) => q < limits.lo || q > limits.hi) ?? -1)
      : -1;
  if (at >= 0) {
    throw new NnError(
      'NN005',
      `"${node.inputs[0] ?? ''}" holds the integer ${first?.tensor.data[at] ?? 0} at index ${at}, outside the range ` +
        `${limits.lo} .. ${limits.hi} that ${describe(node)} declares. Export the model again.`,
    );
  }
  return { kind: 'constant', tensor, limits };
}

function linearCodes(node: OnnxNode, inputs: readonly (ConstantValue | undefined)[]): Codes {
  const tensors = inputs.map((input) => input?.tensor);
  const x = needed(tensors, 0, node);
  const { scale, zero } = linearParameters(node, tensors);
  const zeros = expanded(x, zero);
  const { lo, hi } = inputs[0]?.limits ?? limitsOfType(x, node);
  const zeroPoint = zeros.data[0] ?? 0;
  if (zeros.data.some((z) => z !== zeroPoint))
    throw unsupported(node, 'has several zero points; one for all weights is supported.');
  const range = { lo: lo - zeroPoint, hi: hi - zeroPoint };
  return codesFrom(x, expanded(x, scale), range, (at) => (x.data[at] ?? 0) - zeroPoint);
}

/** Rearranging codes and scales as the node rearranges values. */
function moved(node: OnnxNode, inputs: readonly (ConstantValue | undefined)[]): Partial<ConstantValue> {
  const [first, ...rest] = inputs;
  const move = (tensor: Tensor): Tensor =>
    needed(executeNode(node, [tensor, ...rest.map((r) => r?.tensor)]), 0, node);
  const limits = first?.limits === undefined ? {} : { limits: first.limits };
  if (first?.codes === undefined) return limits;
  const { integers, scale, bits } = first.codes;
  return { ...limits, codes: { integers: move(integers), scale: move(scale), bits } };
}
