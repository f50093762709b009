import type { IntegerLayer, IntegerNetwork, IntegerTensor, Rounding } from '../ir.js';
import type { Random } from '../../num/index.js';
import type { Operator } from './random-layer.js';
import type { Family } from './random-weights.js';

export interface RandomNetworkOptions {
  /** Multiply-accumulates of the whole network (pooling taps counted too), at most. Default 30,000: quick to simulate. */
  readonly maxMacs?: number;
  /** Layers drawn (a residual block counts once). Default 1 to 5. */
  readonly minLayers?: number;
  readonly maxLayers?: number;
  /** Greatest height and width of the input. Default 11. */
  readonly maxSize?: number;
  /** Operators to draw from. Default: all. */
  readonly operators?: readonly Operator[];
  /** Kinds of weights and products to draw from. Default: all. */
  readonly families?: readonly Family[];
  readonly roundings?: readonly Exclude<Rounding, 'gemmlowp'>[];
}

/** What a network under construction knows: its tensors, its layers, and every tensor's values on a few pictures. */
export interface Draft {
  readonly random: Random;
  readonly options: Required<RandomNetworkOptions>;
  readonly tensors: Record<string, IntegerTensor>;
  readonly layers: IntegerLayer[];
  readonly samples: Map<string, readonly Int32Array[]>;
  macsLeft: number;
}

/** Clamps to all that the input tensor can store. */
export function inputTransformOf({ tensors }: Pick<Draft, 'tensors'>): IntegerNetwork['inputTransform'] {
  const { bits, signed } = tensors['input'] ?? { bits: 8, signed: false };
  return {
    gain: 1,
    offset: 0,
    lo: signed ? -(2 ** (bits - 1)) : 0,
    hi: signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1,
  };
}

/** The network as far as it is drawn. */
export function partialNetwork(draft: Draft, output: string): IntegerNetwork {
  return {
    name: 'draft',
    input: 'input',
    output,
    inputTransform: inputTransformOf(draft),
    tensors: draft.tensors,
    layers: draft.layers,
  };
}
