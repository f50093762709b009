/** The two ways to say "these are integers" in ONNX: QONNX's Quant node, and QuantizeLinear, Clip, DequantizeLinear. */
import { storageRange } from '../../../nn/index.js';
import { QuantError } from '../../errors.js';
import type { ActivationGrid, WeightGrid } from '../ir.js';
import type { GraphWriter } from './graph-writer.js';

export interface Form {
  /** Quantizes a tensor. @returns the quantized tensor's name */
  activation(graph: GraphWriter, name: string, tensor: string, grid: ActivationGrid): string;
  /** Weights in the file's order; scales along axis 0. @returns the name of the real-valued weights */
  weights(
    graph: GraphWriter,
    name: string,
    dims: readonly number[],
    codes: ArrayLike<number>,
    grid: WeightGrid,
  ): string;
}

/** Standard: QONNX, operator Quant of domain qonnx.custom_op.general. Stored weights are code * scale. */
export const qonnxForm: Form = {
  activation: (graph, name, tensor, { bits, signed, scale }) =>
    quant(graph, name, tensor, { scaleDims: [], scales: [scale], bits, signed }),
  weights: (graph, name, dims, codes, { scales, bits }) => {
    const [rows = 1] = dims;
    const size = codes.length / rows;
    const scaleAt = (i: number): number => scales[scales.length === 1 ? 0 : Math.floor(i / size)] ?? 0;
    const values = Float32Array.from(codes, (code, i) => code * scaleAt(i));
    const scaleDims = scales.length === 1 ? [] : dims.map((count, axis) => (axis === 0 ? count : 1));
    const stored = graph.constant(name, dims, values);
    return quant(graph, name, stored, { scaleDims, scales, bits, signed: true });
  },
};

interface QuantParameters {
  readonly scaleDims: readonly number[];
  readonly scales: ArrayLike<number>;
  readonly bits: number;
  readonly signed: boolean;
}

function quant(graph: GraphWriter, name: string, tensor: string, p: QuantParameters): string {
  const parameters = [
    graph.constant(`${name}_scale`, p.scaleDims, p.scales),
    graph.constant(`${name}_zero_point`, [], [0]),
    graph.constant(`${name}_bits`, [], [p.bits]),
  ];
  const attributes = { signed: p.signed ? 1 : 0, narrow: 0, rounding_mode: 'ROUND' };
  return graph.node('Quant', `${name}_quant`, [tensor, ...parameters], attributes, 'qonnx.custom_op.general');
}

/** Standard ONNX operators, 8 bits at most: int8 weights, int8 or uint8 activations; fewer bits by a Clip. */
export const qcdqForm: Form = {
  activation: (graph, name, tensor, { bits, signed, scale }) => {
    requireByte(`the codes of "${name}"`, bits);
    const type = signed ? 'int8' : 'uint8';
    const parameters = [
      graph.constant(`${name}_scale`, [], [scale]),
      graph.constant(`${name}_zero_point`, [], [0], type),
    ];
    const codes = graph.node('QuantizeLinear', `${name}_quantize`, [tensor, ...parameters]);
    const clipped = narrowed(graph, name, codes, { bits, signed });
    return graph.node('DequantizeLinear', `${name}_dequantize`, [clipped, ...parameters]);
  },
  weights: (graph, name, dims, codes, { scales, bits }) => {
    requireByte(`the weights "${name}"`, bits);
    const scaleDims = scales.length === 1 ? [] : [scales.length];
    const stored = graph.constant(name, dims, codes, 'int8');
    const clipped = narrowed(graph, name, stored, { bits, signed: true });
    const parameters = [
      graph.constant(`${name}_scale`, scaleDims, scales),
      graph.constant(`${name}_zero_point`, scaleDims, new Float32Array(scales.length), 'int8'),
    ];
    const attributes = scales.length === 1 ? {} : { axis: 0 };
    return graph.node('DequantizeLinear', `${name}_dequantize`, [clipped, ...parameters], attributes);
  },
};

function narrowed(
  graph: GraphWriter,
  name: string,
  codes: string,
  range: Pick<ActivationGrid, 'bits' | 'signed'>,
): string {
  if (range.bits === 8) return codes;
  const { lo, hi } = storageRange(range);
  const type = range.signed ? 'int8' : 'uint8';
  const limits = [
    graph.constant(`${name}_least`, [], [lo], type),
    graph.constant(`${name}_greatest`, [], [hi], type),
  ];
  return graph.node('Clip', `${name}_clip`, [codes, ...limits]);
}

function requireByte(what: string, bits: number): void {
  if (bits > 8)
    throw new QuantError(
      'QT006',
      `${what} need ${bits} bits, but QCDQ holds at most 8. Write the QONNX form instead.`,
    );
}
