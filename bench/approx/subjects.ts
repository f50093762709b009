/** The multipliers that are measured: the catalogue of the search, and generators over their parameters. */
import {
  approxCatalogue,
  productTable,
  type ApproxKind,
  type ApproxMultiplierParams,
} from '../../src/units/index.js';

export interface Subject {
  readonly name: string;
  readonly width: number;
  readonly signed: boolean;
  /** Of the search's catalogue, or of a generator. */
  readonly origin: 'search' | 'generator';
  readonly params: ApproxMultiplierParams;
}

/** Subjects of one width, each function of each origin once. */
export const subjectsOf = (width: number): readonly Subject[] => [
  ...(width === 8 ? [] : searched(width, true)),
  ...searched(width, false),
  ...generatorsOf(width).map(({ name, kind }): Subject => {
    const params = { aWidth: width, bWidth: width, ...kind };
    return { name: `${width}x${width} unsigned, ${name}`, width, signed: false, origin: 'generator', params };
  }),
];

const searched = (width: number, signed: boolean): readonly Subject[] => {
  const known = new Set<string>();
  return approxCatalogue(width, signed).flatMap(({ name, params }): Subject[] => {
    const text = JSON.stringify(params);
    if (known.has(text)) return [];
    known.add(text);
    return [{ name, width, signed, origin: 'search', params }];
  });
};

interface Generated {
  readonly name: string;
  readonly kind: ApproxKind;
}

const exact: ApproxKind = { kind: 'exact' };
const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

const generatorsOf = (width: number): readonly Generated[] => [
  { name: 'exact, rows', kind: exact },
  { name: 'exact, * of Yosys', kind: { kind: 'operandTrimmed', aDropped: 0, bDropped: 0 } },
  ...range(1, 2 * width - 2).map((columns): Generated => ({
    name: `truncated by ${columns}, mean added`,
    kind: { kind: 'truncated', columns, compensation: 'mean' },
  })),
  ...(width < 8 ? [] : wideGenerators),
];

/** Two bits by two, 3 · 3 = 7: the block of Kulkarni and others. */
const underdesigned: ApproxKind = {
  kind: 'table',
  table: productTable({ aWidth: 2, bWidth: 2, kind: 'exact' }).with(15, 7),
};
const recursive = (low: ApproxKind, high: ApproxKind): ApproxKind => ({
  ...{ kind: 'recursive', lowLow: low, highLow: low, lowHigh: low },
  highHigh: high,
});
const underdesigned4: ApproxKind = recursive(underdesigned, underdesigned);

const wideGenerators: readonly Generated[] = [
  ...range(1, 4).map((count): Generated => ({
    name: `operands trimmed by ${count}, half filled in`,
    kind: { kind: 'operandTrimmed', aDropped: count, bDropped: count, fill: 'half' },
  })),
  ...range(2, 4).map((horizontal): Generated => ({
    name: `broken array ${2 * horizontal}, ${horizontal}, mean added`,
    kind: { kind: 'brokenArray', vertical: 2 * horizontal, horizontal, compensation: 'mean' },
  })),
  ...range(3, 6).map((bits): Generated => ({
    name: `dynamic range of ${bits}`,
    kind: { kind: 'dynamicRange', bits },
  })),
  { name: 'logarithmic', kind: { kind: 'logarithmic' } },
  { name: 'logarithmic, minimally biased', kind: { kind: 'logarithmic', correction: 'minimallyBiased' } },
  ...range(1, 2).map((terms): Generated => ({
    name: `iterative logarithmic, ${terms} terms`,
    kind: { kind: 'iterativeLogarithmic', terms },
  })),
  { name: 'recursive, underdesigned 2x2', kind: recursive(underdesigned4, underdesigned4) },
  { name: 'recursive, underdesigned 2x2, exact high', kind: recursive(underdesigned4, exact) },
];
