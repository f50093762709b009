/** An integer network whose convolutions look their products up, with tables that can be replaced at any time. */
import {
  elementCount,
  prepareLayer,
  prepareRequantize,
  tensorRanges,
  verifyNetwork,
  type IntegerNetwork,
  type RowRequantizer,
} from '../../../nn/index.js';
import { QuantError } from '../../errors.js';
import { exactProducts } from '../catalogue.js';
import { createTableKernels } from '../../kernels/create.js';
import { gatherCodes, productLayers, type ProductLayer } from '../layers.js';
import { createArena, kernelPlace, plainPlace, type Place } from './places.js';

/** What a layer computes instead of its own products. */
export interface Substitution {
  readonly table: ArrayLike<number>;
  /** Per output channel, added to the accumulator beside the layer's bias. */
  readonly bias?: ArrayLike<number>;
}

/** Called when a convolution runs: the codes it multiplies (`gatherCodes`; do not keep them), and which picture it is. */
export type Visit = (layer: ProductLayer, columns: Uint8Array, picture: number) => void;

/** Buffers are reused: not re-entrant. */
export interface TableNetwork {
  readonly network: IntegerNetwork;
  readonly layers: readonly ProductLayer[];
  /** Replaces a layer's products (undefined: its own again). @throws QuantError QT503 */
  substitute(layer: string, substitution: Substitution | undefined): void;
  /** `count` pictures one after another; the output tensor's integers one after another. Bit-exact with src/nn's reference. */
  run(inputs: ArrayLike<number>, count: number, visit?: Visit): Int32Array;
}

/** @throws NnError for a wrong network, QuantError QT503 for convolutions that tables cannot express */
export function createTableNetwork(network: IntegerNetwork): TableNetwork {
  verifyNetwork(network);
  const layers = productLayers(network);
  const buffers = new Map(
    Object.values(network.tensors).map(({ name, shape }) => [name, new Int32Array(elementCount(shape))]),
  );
  const bufferOf = (name: string): Int32Array => buffers.get(name) ?? new Int32Array();
  const arena = createArena(createTableKernels());
  const convolutions = new Map(
    layers.map((of) => {
      const place = of.layer.depthwise ? plainPlace(of) : kernelPlace(of, arena);
      return [of.name, createConvolution(of, place)];
    }),
  );
  const context = { network, ranges: tensorRanges(network) };
  const steps = network.layers.map((layer): ((picture: number, visit?: Visit) => void) => {
    const output = bufferOf(layer.output);
    if (layer.kind === 'conv') {
      const input = bufferOf(layer.input);
      const convolution = convolutions.get(layer.name);
      return (picture, visit) => convolution?.run(input, output, picture, visit);
    }
    const kernel = prepareLayer(context, layer);
    const inputs = layer.kind === 'add' ? layer.inputs.map(bufferOf) : [bufferOf(layer.input)];
    return () => kernel(inputs, output);
  });
  const input = bufferOf(network.input);
  const output = bufferOf(network.output);

  return {
    network,
    layers,
    substitute: (name, substitution) => {
      const convolution = convolutions.get(name);
      if (convolution === undefined) {
        const known = layers.map((layer) => layer.name).join(', ');
        throw new QuantError(
          'QT503',
          `there is no convolution "${name}" to substitute. There are: ${known}.`,
        );
      }
      convolution.substitute(substitution);
    },
    run: (inputs, count, visit) => {
      const results = new Int32Array(count * output.length);
      for (let picture = 0; picture < count; picture++) {
        for (let i = 0; i < input.length; i++) input[i] = inputs[picture * input.length + i] ?? 0;
        for (const step of steps) step(picture, visit);
        results.set(output, picture * output.length);
      }
      return results;
    },
  };
}

interface Convolution {
  readonly of: ProductLayer;
  run(input: Int32Array, output: Int32Array, picture: number, visit?: Visit): void;
  substitute(substitution: Substitution | undefined): void;
}

function createConvolution(of: ProductLayer, place: Place): Convolution {
  const own = of.layer.product === 'exact' ? exactProducts(of) : of.layer.product.table;
  const acc = new Float64Array(elementCount(of.output));
  let prepared = prepare(of, place, { table: own });
  return {
    of,
    substitute: (substitution) => {
      prepared = prepare(of, place, substitution ?? { table: own });
    },
    run: (input, output, picture, visit) => {
      const columns = place.columns();
      gatherCodes(of, input, columns);
      visit?.(of, columns, picture);
      prepared.accumulate(acc);
      addBias(acc, prepared.bias);
      prepared.requantize(acc, acc.length, output, 0);
    },
  };
}

interface Prepared {
  readonly accumulate: (acc: Float64Array) => void;
  readonly bias: Float64Array;
  readonly requantize: RowRequantizer;
}

function prepare(of: ProductLayer, place: Place, { table, bias }: Substitution): Prepared {
  const { layer } = of;
  checkTable(of, table);
  const sums = Float64Array.from(layer.bias, (own, channel) => own + (bias?.[channel] ?? 0));
  const product = Array.from(table).reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
  const greatest = (product * layer.weights.length) / of.output[2] + Math.max(...sums.map(Math.abs));
  if (greatest >= 2 ** 31) {
    throw new QuantError(
      'QT503',
      `layer "${of.name}" could sum looked-up products to ${greatest}, beyond 32 bits. Use a table of smaller products.`,
    );
  }
  return {
    accumulate: place.prepare(Int32Array.from(table)),
    bias: sums,
    requantize: layer.requantize === undefined ? copy : prepareRequantize(layer.requantize, greatest),
  };
}

function checkTable(of: ProductLayer, table: ArrayLike<number>): void {
  const needed = 2 ** (of.actBits + of.weightBits);
  if (table.length === needed) return;
  throw new QuantError(
    'QT503',
    `layer "${of.name}" needs a table of ${needed} products (${of.actBits} by ${of.weightBits} bits), not ${table.length}.`,
  );
}

function addBias(acc: Float64Array, bias: Float64Array): void {
  const channels = bias.length;
  for (let at = 0; at < acc.length; at += channels) {
    for (let c = 0; c < channels; c++) acc[at + c] = (acc[at + c] ?? 0) + (bias[c] ?? 0);
  }
}

/** No requantization: the accumulator is the output. */
const copy: RowRequantizer = (acc, count, out) => {
  for (let i = 0; i < count; i++) out[i] = acc[i] ?? 0;
};
