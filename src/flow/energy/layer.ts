/** How an array computes a layer: its engine, its coded weights, the widths of one MAC, and the order of its operands. */

import {
  circuitOf,
  enginesOf,
  type ArrayOptions,
  type CodedWeights,
  type Engine,
} from '../../accel/index.js';
import { tensorOf, type ConvLayer, type IntegerNetwork, type IntegerTensor } from '../../nn/index.js';
import { signedWidth } from '../../num/index.js';
import { exactTable } from '../../units/index.js';
import { FlowError } from '../errors.js';

/** PEs that share activations (rows: input channels) and PEs with outputs of their own (columns). */
export interface PeGrid {
  readonly rows: number;
  readonly columns: number;
}

/** A layer on PEs of its kind. */
export interface MappedLayer {
  readonly layer: ConvLayer;
  readonly input: IntegerTensor;
  readonly output: IntegerTensor;
  readonly engine: Engine;
  readonly coded: CodedWeights;
  /** Bits of the operand, two's complement. */
  readonly actWidth: number;
  /** Bits of the accumulator: holds the sum of a whole filter, whatever the activations. */
  readonly accWidth: number;
  readonly walk: Walk;
}

/** The loops that one PE runs through, innermost last: pixel, tile, plane, kernel row, kernel column, channel group. */
export interface Walk {
  readonly pixels: number;
  readonly tiles: number;
  readonly planes: number;
  /** Kernel taps. */
  readonly taps: number;
  /** Groups of input channels; 1 for depthwise layers. */
  readonly groups: number;
  /** PEs of one column that take part: the rows of the grid, or 1 for depthwise layers. */
  readonly rows: number;
  readonly columns: number;
}

/** Operations of all PEs for one picture, those without a weight included. */
export const operationsOf = ({ pixels, tiles, planes, taps, groups, rows, columns }: Walk): number =>
  pixels * tiles * planes * taps * groups * rows * columns;

/** Operations of one PE between two results. */
export const operationsPerResult = ({ planes, taps, groups }: Walk): number => planes * taps * groups;

/** Cycles from operands to the accumulator that holds their product. */
export const macLatency = ({ engine }: Pick<MappedLayer, 'engine'>): number => engine.unit.latencyCycles + 1;

/**
 * The layer with the engine that `array` gives it, one product wide. A table that is the exact product's is the multiplier
 * of such operands. @throws AccelError ACC001, FlowError NO_CIRCUIT for other tables of more than 10 address bits
 */
export function mapLayer(network: IntegerNetwork, layer: ConvLayer, grid: PeGrid): MappedLayer {
  const input = tensorOf(network, layer.input, `layer "${layer.name}"`);
  const output = tensorOf(network, layer.output, `layer "${layer.name}"`);
  const actWidth = input.bits + (input.signed ? 0 : 1);
  const [engine] = enginesOf(
    { ...network, layers: [withCircuit(network, layer, input)] },
    { rows: 1, actWidth, options: oneProduct },
  );
  if (engine === undefined) throw new RangeError(`layer ${layer.name} has no engine`);
  const coded = engine.encode(layer, input);
  const [height, width, outChannels] = output.shape;
  const inChannels = layer.depthwise ? 1 : input.shape[2];
  // Integer lanes read neighbouring pixels where there are fewer channels than rows; dense engines leave rows idle.
  const shared = engine.operands === 'lanes' ? Math.min(grid.rows, inChannels) : grid.rows;
  const rows = layer.depthwise ? 1 : shared;
  const walk = {
    pixels: height * width,
    tiles: Math.ceil(outChannels / grid.columns),
    planes: coded.planes.length,
    taps: layer.kernel[0] * layer.kernel[1],
    groups: Math.ceil(inChannels / rows),
    rows,
    columns: grid.columns,
  };
  return {
    layer,
    input,
    output,
    engine,
    coded,
    actWidth,
    accWidth: accumulatorWidth(coded, outChannels),
    walk,
  };
}

/** Rows and columns of the array do not change what one PE is. */
const oneProduct: ArrayOptions = {
  rows: 1,
  columns: 1,
  taps: 1,
  requantizers: 1,
  activationMemory: 'block',
  memoryRegister: false,
  multiplierStages: 1,
  reloadable: false,
};

/** Tables of more address bits are block RAM in the array, and no circuit that a cell library could be asked for. */
const LARGEST_LOGIC_TABLE = 10;

function withCircuit(network: IntegerNetwork, layer: ConvLayer, { bits, signed }: IntegerTensor): ConvLayer {
  if (layer.product === 'exact') return layer;
  const { table } = layer.product;
  const exact = exactTable({ aWidth: bits, aSigned: signed, bWidth: layer.weightBits, bSigned: true });
  if (table.every((product, index) => product === exact[index])) return { ...layer, product: 'exact' };
  if (bits + layer.weightBits <= LARGEST_LOGIC_TABLE || circuitOf(network, layer) !== undefined) return layer;
  throw new FlowError(
    'NO_CIRCUIT',
    `layer ${layer.name} looks up products of ${String(bits)} by ${String(layer.weightBits)} bits: a table, of which no gates are known; energy is known of exact products and of tables up to ${String(LARGEST_LOGIC_TABLE)} bits`,
  );
}

/** Bits for the least and the greatest sum that the engine's terms of one filter have. */
function accumulatorWidth({ lo, hi, planes }: CodedWeights, channels: number): number {
  const filter = (planes[0]?.length ?? 0) / channels;
  let [least, greatest] = [0, 0];
  for (let channel = 0; channel < channels; channel++) {
    const sum = (values: readonly number[]): number =>
      values.slice(channel * filter, (channel + 1) * filter).reduce((a, b) => a + b, 0);
    least = Math.min(least, sum(lo));
    greatest = Math.max(greatest, sum(hi));
  }
  return signedWidth({ lo: BigInt(least), hi: BigInt(greatest) });
}
