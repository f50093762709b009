import { linearParameters, quantizerOf, quantizeValue, typeLimits } from '../float/quantizers.js';
import { clipLimits } from '../float/elementwise.js';
import { roundHalfEven } from '../../num/index.js';
import type { OnnxNode } from '../onnx/graph.js';
import type { Tensor } from '../onnx/tensor.js';
import type { Shape } from '../ir.js';
import { bitsFor } from '../ranges.js';
import { closeWith } from './close.js';
import { pendingRescale } from './steps.js';
import {
  constantAt,
  constantInputs,
  dimsOf,
  freshName,
  tensorNamed,
  unsupported,
  valueAt,
  type Lowering,
} from './state.js';
import type { ActivationValue, CodesValue, PendingValue, Quantization, RealValue, Value } from './values.js';

/** The one value of a parameter that may be stored per channel. @throws NnError NN003 when it differs */
function uniform(tensor: Tensor, node: OnnxNode, what: string): number {
  const value = tensor.data[0] ?? 0;
  if (tensor.data.some((other) => other !== value)) {
    throw unsupported(node, `has several values of its ${what}; activations are quantized with one.`);
  }
  return value;
}

function checkScale(scale: number, zeroPoint: number, node: OnnxNode): void {
  if (!(scale > 0 && Number.isFinite(scale)))
    throw unsupported(node, `has scale ${scale}; a scale is a finite number above 0.`);
  if (!Number.isInteger(zeroPoint))
    throw unsupported(node, `has zero point ${zeroPoint}; zero points are integers.`);
}

/** QONNX Quant on data. */
export function lowerQuant(lowering: Lowering, node: OnnxNode): Value {
  const value = quantizable(lowering, node);
  const quantizer = quantizerOf(node, constantInputs(lowering, node));
  const scale = uniform(constantAt(lowering, node, 1).tensor, node, 'scale');
  const zeroPoint = uniform(constantAt(lowering, node, 2).tensor, node, 'zero point');
  checkScale(scale, zeroPoint, node);
  const { lo, hi, signed } = quantizer;
  return quantized(lowering, node, value, {
    name: node.name,
    scale,
    zeroPoint,
    bits: bitsFor({ lo, hi }, signed),
    signed,
    lo,
    hi,
    code: (real) => quantizeValue(quantizer, real / scale, zeroPoint),
    bipolar: false,
    halfEven: ['ROUND', 'HALF_EVEN'].includes(quantizer.roundingName),
  });
}

/** QONNX BipolarQuant on data: -1 or 1, stored in two signed bits, never 0. */
export function lowerBipolarQuant(lowering: Lowering, node: OnnxNode): Value {
  const value = quantizable(lowering, node);
  const scale = uniform(constantAt(lowering, node, 1).tensor, node, 'scale');
  checkScale(scale, 0, node);
  const code = (real: number): number => (real >= 0 ? 1 : -1);
  return quantized(lowering, node, value, {
    name: node.name,
    scale,
    zeroPoint: 0,
    bits: 2,
    signed: true,
    lo: -1,
    hi: 1,
    code,
    bipolar: true,
    halfEven: true,
  });
}

export function lowerQuantizeLinear(lowering: Lowering, node: OnnxNode): Value {
  const of = quantizable(lowering, node);
  const like: Tensor = {
    type: 'float32',
    dims: dimsOf(lowering, node.inputs[0] ?? ''),
    data: new Float32Array(),
  };
  const { scale, zero } = linearParameters(node, [like, ...constantInputs(lowering, node).slice(1)]);
  const [lo, hi] = typeLimits(zero.type, node);
  const parameters = { scale: uniform(scale, node, 'scale'), zeroPoint: uniform(zero, node, 'zero point') };
  checkScale(parameters.scale, parameters.zeroPoint, node);
  return { kind: 'codes', of, ...parameters, signed: lo < 0, lo, hi };
}

/** A Clip between QuantizeLinear and DequantizeLinear narrows the codes (fewer than 8 bits, narrow ranges). */
export function narrowCodes(lowering: Lowering, node: OnnxNode, codes: CodesValue): Value {
  const { lo, hi } = clipLimits(node, constantInputs(lowering, node));
  const narrowed = { lo: Math.max(lo, codes.lo), hi: Math.min(hi, codes.hi) };
  if (narrowed.lo > narrowed.hi) throw unsupported(node, `clips to the empty range ${lo} .. ${hi}.`);
  return { ...codes, ...narrowed };
}

export function lowerDequantizeLinear(lowering: Lowering, node: OnnxNode): Value {
  const codes = valueAt(lowering, node, 0);
  if (codes.kind !== 'codes')
    throw unsupported(node, 'does not follow a QuantizeLinear (or a Clip behind one).');
  const like: Tensor = {
    type: 'float32',
    dims: dimsOf(lowering, node.inputs[0] ?? ''),
    data: new Float32Array(),
  };
  const { scale, zero } = linearParameters(node, [like, ...constantInputs(lowering, node).slice(1)]);
  const same =
    uniform(scale, node, 'scale') === codes.scale && uniform(zero, node, 'zero point') === codes.zeroPoint;
  if (!same) throw unsupported(node, 'has another scale or zero point than the QuantizeLinear before it.');
  const { zeroPoint, lo, hi, signed } = codes;
  return quantized(lowering, node, codes.of, {
    name: node.name,
    scale: codes.scale,
    zeroPoint,
    bits: bitsFor({ lo, hi }, signed),
    signed,
    lo,
    hi,
    code: (real) => Math.min(hi, Math.max(lo, roundHalfEven(real / codes.scale) + zeroPoint)),
    bipolar: false,
    halfEven: true,
  });
}

type Quantizable = RealValue | PendingValue | ActivationValue;

function quantizable(lowering: Lowering, node: OnnxNode): Quantizable {
  const value = valueAt(lowering, node, 0);
  if (value.kind === 'constant' || value.kind === 'codes')
    throw unsupported(node, 'quantizes a value that is already integer or constant.');
  return value;
}

function quantized(lowering: Lowering, node: OnnxNode, value: Quantizable, q: Quantization): ActivationValue {
  switch (value.kind) {
    case 'real':
      return quantizeInput(lowering, node, value, q);
    case 'pending':
      return closeWith(lowering, value, q);
    case 'activation':
      return isSameType(lowering, value, q)
        ? value
        : closeWith(lowering, pendingRescale(lowering, value, node), q);
  }
}

/** A quantizer shared by several layers may come twice in a row: the second one changes nothing. */
function isSameType(lowering: Lowering, { tensor }: ActivationValue, q: Quantization): boolean {
  const { scale, zeroPoint } = tensorNamed(lowering, tensor);
  const range = lowering.ranges.get(tensor);
  if (range === undefined || q.bipolar) return false;
  return scale === q.scale && zeroPoint === q.zeroPoint && range.lo >= q.lo && range.hi <= q.hi;
}

/** Factor that makes every sample that is not exactly 0 round to -1 or 1 after clamping. */
const SIGN_GAIN = 2 ** 24;

function quantizeInput(
  lowering: Lowering,
  node: OnnxNode,
  real: RealValue,
  q: Quantization,
): ActivationValue {
  if (!q.halfEven)
    throw unsupported(
      node,
      'quantizes the network input by another rounding than ROUND, which is not supported.',
    );
  // Bipolar: a large gain, and an offset that sends exactly 0 to 1.
  const gain = q.bipolar ? real.gain * SIGN_GAIN * q.scale : real.gain;
  const offset = q.bipolar ? real.offset * SIGN_GAIN * q.scale + q.scale : real.offset;
  const transform = { gain, offset, lo: q.lo, hi: q.hi };
  if (lowering.input !== undefined) {
    const known = tensorNamed(lowering, lowering.input.tensor);
    const same =
      known.scale === q.scale &&
      known.zeroPoint === q.zeroPoint &&
      known.bits === q.bits &&
      known.signed === q.signed;
    if (!same || JSON.stringify(transform) !== JSON.stringify(lowering.input.transform)) {
      throw unsupported(
        node,
        'quantizes the network input in a second way; one quantizer for the input is supported.',
      );
    }
    return activation(lowering.input.tensor, real);
  }
  if (real.padding !== undefined && real.offset !== 0)
    throw unsupported(node, 'follows padding and an offset of the input; pad after the quantizer.');
  const name = freshName(lowering, lowering.graph.inputs[0]?.name ?? 'input');
  lowering.tensors.set(name, {
    name,
    shape: inputShape(lowering, node, real),
    bits: q.bits,
    signed: q.signed,
    scale: q.scale,
    zeroPoint: q.zeroPoint,
  });
  lowering.ranges.set(name, { lo: q.lo, hi: q.hi });
  lowering.input = { tensor: name, transform };
  return activation(name, real);
}

const activation = (tensor: string, { dims, padding }: RealValue): ActivationValue => ({
  kind: 'activation',
  tensor,
  dims,
  ...(padding === undefined ? {} : { padding }),
});

/** A flattened picture keeps its height, width and channels here; `flattenInput` turns it into a vector at the end. */
function inputShape(lowering: Lowering, node: OnnxNode, { dims }: RealValue): Shape {
  const original = dims.length === 4 ? dims : dimsOf(lowering, lowering.graph.inputs[0]?.name ?? '');
  const [batch, channels, height, width] = original;
  if (
    original.length === 4 &&
    batch === 1 &&
    channels !== undefined &&
    height !== undefined &&
    width !== undefined
  ) {
    return [height, width, channels];
  }
  const count = original.reduce((a, b) => a * b, 1);
  if (original.length <= 2) return [1, 1, count];
  throw unsupported(
    node,
    `quantizes an input of shape [${original.join(', ')}]; [1, C, height, width] and [1, N] are supported.`,
  );
}
