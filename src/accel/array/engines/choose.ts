/** Which engines a network needs, and which one runs a layer. */

import type { ConvLayer, IntegerLayer, IntegerNetwork } from '../../../nn/index.js';
import type { Geometry } from '../geometry.js';
import type { ArrayOptions } from '../options.js';
import type { Engine } from './engine.js';
import { intEngine } from './int.js';
import { mostPlanes, ternaryEngine } from './ternary.js';

/** The name of the engine that runs a layer; undefined for max pooling, which compares. */
export const engineNameOf = (layer: IntegerLayer): string | undefined => {
  if (layer.kind === 'maxPool') return undefined;
  return isDense(layer) ? 'ternary' : 'int';
};

/** A layer on rows x columns PEs: any that is not depthwise and has weights of another format than plain integers. */
const isDense = (layer: IntegerLayer): layer is ConvLayer =>
  layer.kind === 'conv' && !layer.depthwise && layer.weightFormat !== 'int';

/** In the order of the descriptors' engine numbers. */
export const enginesOf = (
  network: IntegerNetwork,
  geometry: Geometry,
  options: ArrayOptions,
): readonly Engine[] => {
  const { layers } = network;
  const dense = layers.filter(isDense);
  const uses = (name: string): boolean => layers.some((layer) => engineNameOf(layer) === name);
  return [
    ...(uses('ternary') ? [ternaryEngine(geometry.rows, options.reloadable ? mostPlanes : () => 1)] : []),
    ...(uses('int')
      ? [
          intEngine({
            // Without dense engines the array itself is made of integer PEs.
            products: Math.max(options.taps, dense.length > 0 ? 1 : geometry.rows),
            weightWidth: Math.max(2, ...layers.map(laneBits)),
            multiplier: options.intMultiplier ?? 'product',
          }),
        ]
      : []),
  ];
};

const laneBits = (layer: IntegerLayer): number =>
  layer.kind === 'conv' && engineNameOf(layer) === 'int' ? layer.weightBits : 2;
