import { NnError } from '../errors.js';
import { windowAttributes } from '../float/window-operators.js';
import type { Shape } from '../ir.js';
import { tableProduct } from '../metadata.js';
import { describe, numberAttribute, type OnnxNode } from '../onnx/graph.js';
import { windowOutput } from '../ranges.js';
import { affine } from './steps.js';
import {
  activationAt,
  addPadding,
  constantAt,
  dimsOf,
  noPadding,
  optionalConstant,
  tensorNamed,
  unsupported,
  type Lowering,
} from './state.js';
import type { Codes, ConvSource, PendingValue } from './values.js';

/** Codes of a weight input. @throws NnError NN004 when the weights are plain floats */
function weightCodes(lowering: Lowering, node: OnnxNode): Codes {
  const { codes } = constantAt(lowering, node, 1);
  if (codes === undefined) {
    throw new NnError(
      'NN004',
      `the weights "${node.inputs[1] ?? ''}" of ${describe(node)} have no quantizer. ` +
        'Quantize the model first (QONNX Quant nodes or QuantizeLinear/DequantizeLinear pairs).',
    );
  }
  if (codes.bits > 16)
    throw unsupported(node, `has weights of ${codes.bits} bits; at most 16 are supported.`);
  return codes;
}

/** Where element [outChannel][ky][kx][inChannel] of the layer sits in the file's tensor. */
type WeightAt = (outChannel: number, ky: number, kx: number, inChannel: number) => number;

interface Weights {
  readonly weights: Int16Array;
  readonly scales: Float64Array;
}

/** Rearranged to the IR's order; one scale per output channel. */
function arrange(
  node: OnnxNode,
  codes: Codes,
  [out, height, width, inner]: readonly [number, number, number, number],
  at: WeightAt,
): Weights {
  const weights = new Int16Array(out * height * width * inner);
  const scales = new Float64Array(out);
  let index = 0;
  for (let m = 0; m < out; m++) {
    scales[m] = codes.scale.data[at(m, 0, 0, 0)] ?? 0;
    for (let i = 0; i < height * width * inner; i++) {
      const pixel = Math.floor(i / inner);
      const from = at(m, Math.floor(pixel / width), pixel % width, i % inner);
      if (codes.scale.data[from] !== scales[m])
        throw unsupported(node, 'has weight scales that differ inside one output channel.');
      weights[index++] = codes.integers.data[from] ?? 0;
    }
  }
  return { weights, scales };
}

const isTernary = (weights: Int16Array, bits: number): boolean =>
  bits <= 2 && weights.every((w) => w >= -1 && w <= 1);

function convSource(
  lowering: Lowering,
  node: OnnxNode,
  input: string,
  codes: Codes,
  weights: Int16Array,
): Pick<ConvSource, 'kind' | 'name' | 'input' | 'weights' | 'weightBits' | 'weightFormat' | 'product'> {
  const { weightFormat, product } = lowering.metadata.get(node.name) ?? {};
  return {
    kind: 'conv',
    name: node.name,
    input,
    weights,
    weightBits: codes.bits,
    weightFormat: weightFormat ?? (isTernary(weights, codes.bits) ? 'ternary' : 'int'),
    product: product === undefined ? 'exact' : tableProduct(product),
  };
}

export function lowerConv(lowering: Lowering, node: OnnxNode): PendingValue {
  const input = activationAt(lowering, node, 0);
  const tensor = tensorNamed(lowering, input.tensor);
  const codes = weightCodes(lowering, node);
  const [out = 1, perGroup = 1, height = 1, width = 1] = codes.integers.dims;
  const window = windowAttributes(node, input.dims, codes.integers.dims.slice(2));
  const padding = addPadding(window.padding, input.padding ?? noPadding);
  const group = numberAttribute(node, 'group', 1);
  const channels = tensor.shape[2];
  const depthwise = group > 1 && group === channels && group === out;
  if (group !== 1 && !depthwise) {
    throw unsupported(
      node,
      `has ${group} groups for ${channels} input and ${out} output channels; group 1 and depthwise (one filter per channel) are supported.`,
    );
  }
  const { weights, scales } = arrange(
    node,
    codes,
    [out, height, width, perGroup],
    (m, ky, kx, c) => ((m * perGroup + c) * height + ky) * width + kx,
  );
  const [outHeight, outWidth] = windowOutput(tensor.shape, window.kernel, window.stride, padding);
  const source: ConvSource = {
    ...convSource(lowering, node, input.tensor, codes, weights),
    ...window,
    padding,
    depthwise,
  };
  return macPending(lowering, node, source, [outHeight, outWidth, out], tensor.scale, scales, 1);
}

/** Gemm and MatMul: a convolution whose kernel covers the whole input, weights reordered from C, H, W to H, W, C. */
export function lowerFullyConnected(lowering: Lowering, node: OnnxNode): PendingValue {
  const input = activationAt(lowering, node, 0);
  const tensor = tensorNamed(lowering, input.tensor);
  if (input.padding !== undefined) throw unsupported(node, 'follows a Pad; only Conv and pooling may.');
  if (numberAttribute(node, 'transA', 0) !== 0)
    throw unsupported(node, 'has transA, which is not supported.');
  const [height, width, channels] = tensor.shape;
  const depth = height * width * channels;
  if (input.dims.at(-1) !== depth) {
    throw unsupported(
      node,
      `multiplies an input of shape [${input.dims.join(', ')}] row by row; flatten it to [1, ${depth}] first.`,
    );
  }
  const codes = weightCodes(lowering, node);
  const transposed = node.op === 'Gemm' && numberAttribute(node, 'transB', 0) !== 0;
  const [rows = 1, columns = 1] = codes.integers.dims;
  const [out, inner] = transposed ? [rows, columns] : [columns, rows];
  if (codes.integers.dims.length !== 2 || inner !== depth) {
    throw new NnError(
      'NN006',
      `${describe(node)} has weights [${codes.integers.dims.join(', ')}] for ${depth} inputs.`,
    );
  }
  const { weights, scales } = arrange(node, codes, [out, height, width, channels], (n, y, x, c) => {
    const k = (c * height + y) * width + x;
    return transposed ? n * inner + k : k * out + n;
  });
  const source: ConvSource = {
    ...convSource(lowering, node, input.tensor, codes, weights),
    kernel: [height, width],
    stride: [1, 1],
    padding: noPadding,
    depthwise: false,
  };
  const [alpha, beta] =
    node.op === 'Gemm' ? [numberAttribute(node, 'alpha', 1), numberAttribute(node, 'beta', 1)] : [1, 0];
  return macPending(lowering, node, source, [1, 1, out], tensor.scale * alpha, scales, beta);
}

function macPending(
  lowering: Lowering,
  node: OnnxNode,
  source: ConvSource,
  shape: Shape,
  inputScale: number,
  weightScales: Float64Array,
  beta: number,
): PendingValue {
  const bias = optionalConstant(lowering, node, 2)?.tensor.data;
  if (bias !== undefined && bias.length !== 1 && bias.length !== shape[2]) {
    throw new NnError(
      'NN006',
      `${describe(node)} has ${bias.length} biases for ${shape[2]} output channels.`,
    );
  }
  const offset = (c: number): number =>
    bias === undefined ? 0 : beta * (bias[bias.length === 1 ? 0 : c] ?? 0);
  const step = affine(shape[2], (c) => inputScale * (weightScales[c] ?? 0), offset);
  return {
    kind: 'pending',
    source,
    shape,
    dims: dimsOf(lowering, node.outputs[0] ?? ''),
    steps: [step],
    poolsAfter: [],
  };
}
