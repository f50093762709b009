/** PROM's cost of any network (arXiv 2505.03254; papers.md 1.3): pointwise layers add or subtract, all others multiply. */
import { energy45nm } from './energy.js';
import {
  macsOf,
  normalizationParameters,
  outputsOf,
  parametersOf,
  sumOver,
  weightsOf,
  type CountedLayer,
} from './layers.js';

const isTernary = ({ kind }: CountedLayer): boolean => kind === 'pointwise';

export interface PromMultiplications {
  readonly macs: number;
  /** By the layers that stay at 8 bits. */
  readonly left: number;
  /** Share of the MACs without multiplication, 0 .. 1. */
  readonly removed: number;
  /** One more multiplication per conv output, for requantization. */
  readonly requantizations: number;
}

export function promMultiplications(layers: readonly CountedLayer[]): PromMultiplications {
  const macs = sumOver(layers, macsOf);
  const left = sumOver(
    layers.filter((layer) => !isTernary(layer)),
    macsOf,
  );
  const convs = layers.filter(({ kind }) => kind !== 'fullyConnected');
  return { macs, left, removed: (macs - left) / macs, requantizations: sumOver(convs, outputsOf) };
}

const { float16, int8, int16, int32 } = energy45nm;

/** Widths of the adders that accumulate; the paper does not say which it charges. */
export const promAccountings = {
  add8: { pointwise: int8.add, others: int8.add },
  pointwiseAdd8: { pointwise: int8.add, others: int32.add },
  add16: { pointwise: int16.add, others: int16.add },
  add32: { pointwise: int32.add, others: int32.add },
} as const;

export type PromAccounting = keyof typeof promAccountings;

/** uJ for one picture. */
export interface PromEnergy {
  readonly prom: number;
  readonly float16: number;
  /** All layers at 8 bits, with the adder that the accounting gives layers that multiply. */
  readonly int8: number;
}

/** A MAC costs a multiplication and an addition, in pointwise layers an addition only, of zero weights too. */
export function promEnergy(layers: readonly CountedLayer[], accounting: PromAccounting): PromEnergy {
  const { macs, left } = promMultiplications(layers);
  const add = promAccountings[accounting];
  const perUJ = 1e-6;
  return {
    prom: perUJ * ((macs - left) * add.pointwise + left * (int8.multiply + add.others)),
    float16: perUJ * macs * (float16.multiply + float16.add),
    int8: perUJ * macs * (int8.multiply + add.others),
  };
}

/** Bits. */
export interface PromStorage {
  readonly prom: number;
  /** All parameters, normalization included, at 16 bits. */
  readonly float16: number;
}

/**
 * Ternary weights of pointwise layers at 2 bits, or five to a byte (1.6 bits, whole bytes per layer); all other weights and
 * biases at 8 bits; normalization folded away.
 */
export function promStorage(layers: readonly CountedLayer[], tritBits: 2 | 1.6): PromStorage {
  const bits = (layer: CountedLayer): number => {
    if (!isTernary(layer)) return 8 * parametersOf(layer);
    return tritBits === 2 ? 2 * weightsOf(layer) : 8 * Math.ceil(weightsOf(layer) / 5);
  };
  const all = sumOver(layers, parametersOf) + normalizationParameters(layers);
  return { prom: sumOver(layers, bits), float16: 16 * all };
}
