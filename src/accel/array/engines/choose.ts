/** Which engines a network needs, and which one runs a layer: the weights' format and the layer's product decide. */

import { tensorOf, type ConvLayer, type IntegerLayer, type IntegerNetwork } from '../../../nn/index.js';
import { AccelError } from '../../errors.js';
import type { ArrayOptions } from '../options.js';
import type { Engine } from './engine.js';
import { intEngine } from './int.js';
import { circuitOf, magnitudeEngine } from './magnitude.js';
import { codeBitsFor, powerOfTwoEngine } from './power-of-two.js';
import { greatestTableBits, productTableOf, tableEngine, tableName } from './table.js';
import { mostPlanes, ternaryEngine } from './ternary.js';

/** The name of the engine that runs a layer; undefined for max pooling, which compares. */
export const engineNameOf = (network: IntegerNetwork, layer: IntegerLayer): string | undefined => {
  if (layer.kind === 'maxPool') return undefined;
  if (layer.kind !== 'conv') return 'int';
  const product = productTableOf(network, layer);
  if (product !== undefined) return `${tableName(product)}${layer.depthwise ? '_lanes' : ''}`;
  if (layer.depthwise || layer.weightFormat === 'int') return 'int';
  return layer.weightFormat === 'powerOfTwo' ? 'power_of_two' : 'ternary';
};

export interface EngineContext {
  /** Rows of dense engines. */
  readonly rows: number;
  /** Bits of an operand, two's complement. */
  readonly actWidth: number;
  readonly options: ArrayOptions;
}

/**
 * In the order of the descriptors' engine numbers: dense ones, then lanes.
 * @throws AccelError ACC001 for weights or tables that no engine holds
 */
export const enginesOf = (network: IntegerNetwork, context: EngineContext): readonly Engine[] => {
  const { rows, actWidth, options } = context;
  const users = new Map<string, IntegerLayer[]>();
  for (const layer of network.layers) {
    const name = engineNameOf(network, layer);
    if (name !== undefined) users.set(name, [...(users.get(name) ?? []), layer]);
  }
  const convs = (name: string): readonly ConvLayer[] =>
    (users.get(name) ?? []).filter((layer) => layer.kind === 'conv');
  const tables = [...users.keys()].filter((name) => name.startsWith('table_'));
  const engines = tables.flatMap((name) =>
    convs(name)
      .slice(0, 1)
      .map((layer) => ofTable(network, layer, context)),
  );
  const dense: readonly Engine[] = [
    ...(users.has('ternary')
      ? [ternaryEngine(rows, actWidth, options.reloadable ? mostPlanes : () => 1)]
      : []),
    ...(users.has('power_of_two')
      ? [powerOfTwoEngine({ rows, actWidth, codeBits: codeBitsOf(convs('power_of_two'), options) })]
      : []),
    ...engines.filter(({ operands }) => operands === 'dense'),
  ];
  const int = users.has('int')
    ? [
        intEngine({
          // Without dense engines the array itself is made of integer PEs.
          products: Math.max(options.taps, dense.length > 0 ? 1 : rows),
          actWidth,
          weightWidth: Math.max(2, ...convs('int').map(({ weightBits }) => weightBits)),
          multiplier: options.multipliers ?? 'product',
        }),
      ]
    : [];
  return [...dense, ...int, ...engines.filter(({ operands }) => operands === 'lanes')];
};

const ofTable = (network: IntegerNetwork, layer: ConvLayer, { rows, options }: EngineContext): Engine => {
  const product = productTableOf(network, layer);
  if (product === undefined) throw new RangeError(`layer ${layer.name} has no product table`);
  const { actBits, weightBits } = product;
  if (actBits + weightBits > greatestTableBits) {
    throw new AccelError(
      'ACC001',
      `layer ${layer.name} has a product table of ${actBits}-bit activations (${tensorOf(network, layer.input, layer.name).name}) and ${weightBits}-bit weights; the array holds tables of at most ${greatestTableBits} bits together: use fewer`,
    );
  }
  const operands = layer.depthwise ? 'lanes' : 'dense';
  const common = {
    name: `${tableName(product)}${layer.depthwise ? '_lanes' : ''}`,
    operands,
    products: operands === 'dense' ? rows : options.taps,
  } as const;
  const circuit = circuitOf(network, layer);
  return circuit === undefined
    ? tableEngine({ ...common, product })
    : magnitudeEngine({ ...common, circuit });
};

/** Codes that hold the weights of all layers; of reloadable hardware all magnitudes that their bits hold, up to 2^7. */
const codeBitsOf = (layers: readonly ConvLayer[], { reloadable }: ArrayOptions): number =>
  layers.reduce((most, layer) => {
    const greatest = layer.weights.reduce((a, b) => Math.max(a, Math.abs(b)), 1);
    const exponent = Math.floor(Math.log2(greatest));
    const declared = reloadable ? Math.min(7, layer.weightBits - 1) : 0;
    const bits = codeBitsFor(Math.max(exponent, declared));
    if (bits === undefined) {
      throw new AccelError(
        'ACC001',
        `layer ${layer.name} has the power-of-two weight 2^${exponent}; the array's PEs shift by at most 7: divide the layer's weights by a power of two, or use int`,
      );
    }
    return Math.max(most, bits);
  }, 2);
