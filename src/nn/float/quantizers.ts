import { roundHalfEven } from '../../num/index.js';
import { NnError } from '../errors.js';
import { describe, numberAttribute, stringAttribute, type OnnxNode } from '../onnx/graph.js';
import { emptyTensor, type ElementType, type Tensor } from '../onnx/tensor.js';
import { broadcast } from './elementwise.js';
import { needed, type Operator } from './operator.js';

/** Integer range and rounding of a QONNX Quant node. */
export interface Quantizer {
  readonly bits: number;
  readonly signed: boolean;
  readonly lo: number;
  readonly hi: number;
  readonly round: (value: number) => number;
  readonly roundingName: string;
}

/** Roundings of the QONNX standard by name. */
export const roundings: Readonly<Record<string, (value: number) => number>> = {
  ROUND: roundHalfEven,
  HALF_EVEN: roundHalfEven,
  CEIL: Math.ceil,
  FLOOR: Math.floor,
  ROUND_TO_ZERO: Math.trunc,
  DOWN: Math.trunc,
  HALF_UP: (value) => Math.sign(value) * Math.floor(Math.abs(value) + 0.5),
};

/** @throws NnError NN003 for a rounding or a bit width that is not supported */
export function quantizerOf(node: OnnxNode, inputs: readonly (Tensor | undefined)[]): Quantizer {
  const bits = needed(inputs, 3, node).data[0] ?? 0;
  const signed = numberAttribute(node, 'signed', 1) !== 0;
  const narrow = numberAttribute(node, 'narrow', 0) !== 0 ? 1 : 0;
  const roundingName = stringAttribute(node, 'rounding_mode', 'ROUND').toUpperCase();
  const round = roundings[roundingName];
  if (round === undefined) {
    throw new NnError(
      'NN003',
      `${describe(node)} rounds by "${roundingName}"; supported: ${Object.keys(roundings).join(', ')}.`,
    );
  }
  if (!Number.isInteger(bits) || bits < 1 || bits > 32) {
    throw new NnError(
      'NN003',
      `${describe(node)} has a bit width of ${bits}; integers from 1 to 32 are supported.`,
    );
  }
  const lo = signed ? -(2 ** (bits - 1)) + narrow : 0;
  const hi = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1 - narrow;
  return { bits, signed, lo, hi, round, roundingName };
}

/** The integer code of x / scale. QONNX adds the zero point before rounding. */
export const quantizeValue = ({ lo, hi, round }: Quantizer, scaled: number, zeroPoint: number): number =>
  Math.min(hi, Math.max(lo, round(scaled + zeroPoint)));

/** QONNX Quant and BipolarQuant: quantize and dequantize at once. Division is rounded to float32 as every source does. */
const quant: Operator = (inputs, node) => {
  const [x, scale, zero] = [0, 1, 2].map((i) => needed(inputs, i, node));
  if (x === undefined || scale === undefined || zero === undefined) return [];
  const quantizer = quantizerOf(node, inputs);
  return [
    broadcast(node, [x, scale, zero], ([value, s, z]) => {
      return (quantizeValue(quantizer, Math.fround((value ?? 0) / (s ?? 1)), z ?? 0) - (z ?? 0)) * (s ?? 1);
    }),
  ];
};

const bipolarQuant: Operator = (inputs, node) => [
  broadcast(node, [needed(inputs, 0, node), needed(inputs, 1, node)], ([x, s]) =>
    (x ?? 0) >= 0 ? (s ?? 1) : -(s ?? 1),
  ),
];

const integerRange: Partial<Record<ElementType, readonly [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
  int32: [-(2 ** 31), 2 ** 31 - 1],
};

/** What an integer element type can hold. @throws NnError NN003 for a type that quantizers do not use */
export function typeLimits(type: ElementType, node: OnnxNode): readonly [lo: number, hi: number] {
  const range = integerRange[type];
  if (range === undefined)
    throw new NnError('NN003', `${describe(node)} uses element type ${type}, which is not supported.`);
  return range;
}

/** Scale and zero point of QuantizeLinear and DequantizeLinear, reshaped so that they broadcast along `axis`. */
export function linearParameters(
  node: OnnxNode,
  inputs: readonly (Tensor | undefined)[],
): { scale: Tensor; zero: Tensor } {
  const rank = needed(inputs, 0, node).dims.length;
  const scale = needed(inputs, 1, node);
  const zero = inputs[2] ?? { ...emptyTensor(scale.dims, 'uint8') };
  const axis = numberAttribute(node, 'axis', 1);
  const along = (t: Tensor): Tensor => {
    if (t.data.length === 1) return { ...t, dims: [] };
    if (t.dims.length !== 1)
      throw new NnError(
        'NN003',
        `${describe(node)} is quantized in blocks; only per tensor or per channel is supported.`,
      );
    const after = rank - 1 - (axis < 0 ? axis + rank : axis);
    return { ...t, dims: [t.data.length, ...new Array<number>(after).fill(1)] };
  };
  return { scale: along(scale), zero: along(zero) };
}

const quantizeLinear: Operator = (inputs, node) => {
  const { scale, zero } = linearParameters(node, inputs);
  const [lo, hi] = typeLimits(zero.type, node);
  const code = ([x, s, z]: readonly number[]): number =>
    Math.min(hi, Math.max(lo, roundHalfEven(Math.fround((x ?? 0) / (s ?? 1))) + (z ?? 0)));
  return [broadcast(node, [needed(inputs, 0, node), scale, zero], code, zero.type)];
};

const dequantizeLinear: Operator = (inputs, node) => {
  const { scale, zero } = linearParameters(node, inputs);
  const value = ([q, s, z]: readonly number[]): number => ((q ?? 0) - (z ?? 0)) * (s ?? 1);
  return [broadcast(node, [needed(inputs, 0, node), scale, zero], value, 'float32')];
};

export const quantizerOperators: Readonly<Record<string, Operator>> = {
  Quant: quant,
  BipolarQuant: bipolarQuant,
  QuantizeLinear: quantizeLinear,
  DequantizeLinear: dequantizeLinear,
};
