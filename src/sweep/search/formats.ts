/** The formats that a search tries on each layer, and the PEs that they need. */

import {
  convNodes,
  factorizableLayers,
  excludedByDefault,
  type FloatModel,
  type FormatCandidate,
  type LayerFormat,
} from '../../quant/index.js';

export interface FormatChoices {
  readonly intBits: readonly number[];
  readonly ternary: boolean;
  readonly powerOfTwoBits: readonly (2 | 3 | 4 | 5)[];
  readonly pvqRatios: readonly number[];
  readonly factors: readonly { readonly bits: number; readonly rate: number }[];
}

/**
 * Every format of every layer. Depthwise layers have integers only: the array has lanes of integer multipliers for them.
 * Layers that the authors of the factorization leave whole stay whole.
 */
export const candidatesOf = (model: FloatModel, choices: FormatChoices): readonly FormatCandidate[] => {
  const excluded = excludedByDefault(model);
  const factorizable = new Set(
    factorizableLayers(model)
      .map(({ node }) => node.name)
      .filter((name) => !excluded.includes(name)),
  );
  const ints = choices.intBits.map((bits): LayerFormat => ({ kind: 'int', bits }));
  const dense: readonly LayerFormat[] = [
    ...ints,
    ...(choices.ternary ? [{ kind: 'ternary', scale: 'absmean' } as const] : []),
    ...choices.powerOfTwoBits.map((bits): LayerFormat => ({ kind: 'powerOfTwo', bits })),
    ...choices.pvqRatios.map((ratio): LayerFormat => ({ kind: 'pvq', ratio })),
  ];
  const factors = choices.factors.map(({ bits, rate }): LayerFormat => ({ kind: 'factors', bits, rate }));
  return convNodes(model).flatMap(({ name, depthwise }) => {
    const formats = depthwise ? ints : [...dense, ...(factorizable.has(name) ? factors : [])];
    return formats.map((format) => ({ layer: name, format }));
  });
};

/** Engines that a network may use: the array has one of each, as wide as the widest weights on it. */
export interface EngineSet {
  /** Ternary PEs, which also compute pyramid points plane by plane. */
  readonly ternary: boolean;
  /** Bits of power-of-two PEs; 0: none. */
  readonly shiftBits: number;
  /** Widest weights of integer multipliers. */
  readonly intBits: number;
}

/** Every set that some candidates need. Pooling and depthwise layers take integers, so that there always are some. */
export const engineSetsOf = ({
  intBits,
  ternary,
  powerOfTwoBits,
  pvqRatios,
}: FormatChoices): readonly EngineSet[] => {
  const digits = ternary || pvqRatios.length > 0 ? [false, true] : [false];
  return digits.flatMap((withDigits) =>
    [0, ...powerOfTwoBits].flatMap((shiftBits) =>
      intBits.map((bits) => ({ ternary: withDigits, shiftBits, intBits: bits })),
    ),
  );
};

export const canRun = ({ ternary, shiftBits, intBits }: EngineSet, format: LayerFormat): boolean => {
  switch (format.kind) {
    case 'int':
    case 'factors':
      return format.bits <= intBits;
    case 'ternary':
    case 'pvq':
      return ternary;
    case 'powerOfTwo':
      return format.bits <= shiftBits;
  }
};
