/** Which multipliers a catalogue for FAMES is made of: generators over their parameters, and what the search finds. */
import {
  netlistText,
  nandEquivalents,
  searchPath,
  sumOfGates,
  type ApproxKind,
  type ApproxMultiplierParams,
} from '../../units/index.js';

/** Operands of the multiplier itself: activations, and the magnitudes of weights. Both unsigned. */
export interface MagnitudeWidths {
  readonly actBits: number;
  readonly magnitudeBits: number;
}

export interface NamedMultiplier extends MagnitudeWidths {
  readonly name: string;
  readonly kind: ApproxKind;
}

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);

export const paramsOf = ({ actBits, magnitudeBits, kind }: NamedMultiplier): ApproxMultiplierParams => ({
  aWidth: actBits,
  bWidth: magnitudeBits,
  ...kind,
});

/** The exact product as rows of adders, and as Yosys multiplies. */
export const exactMultipliers = (widths: MagnitudeWidths): readonly NamedMultiplier[] =>
  named(widths, [
    ['exact, rows', { kind: 'exact' }],
    ['exact, * of Yosys', { kind: 'operandTrimmed', aDropped: 0, bDropped: 0 }],
  ]);

/** Truncated columns, broken arrays and trimmed operands. */
export const generatedMultipliers = (widths: MagnitudeWidths): readonly NamedMultiplier[] => {
  const { actBits, magnitudeBits } = widths;
  const truncated = range(1, actBits + magnitudeBits - 2).flatMap((columns): readonly NamedKind[] => [
    [`truncated by ${columns}`, { kind: 'truncated', columns }],
    [`truncated by ${columns}, mean added`, { kind: 'truncated', columns, compensation: 'mean' }],
  ]);
  const broken = range(1, magnitudeBits - 1).map((horizontal): NamedKind => {
    const vertical = horizontal + 1;
    return [`broken array ${vertical}, ${horizontal}`, { kind: 'brokenArray', vertical, horizontal }];
  });
  const trimmed = range(1, Math.floor(actBits / 2)).map((aDropped): NamedKind => {
    const kind = { kind: 'operandTrimmed', aDropped, bDropped: 0, fill: 'half' } as const;
    return [`activation trimmed by ${aDropped}, half filled in`, kind];
  });
  return named(widths, [...truncated, ...broken, ...trimmed]);
};

/** The smallest netlists found within rising bounds of the mean error: as src/units/approx-search, at these widths. */
export function searchedMultipliers(widths: MagnitudeWidths, steps: number): readonly NamedMultiplier[] {
  const { actBits, magnitudeBits } = widths;
  const greatest = ((2 ** actBits - 1) * (2 ** magnitudeBits - 1)) / 4;
  const halves = range(0, Math.floor(2 * Math.log2(greatest / 0.0625)));
  const bounds = [0, ...halves.map((half) => 0.0625 * 2 ** (half / 2))];
  const cost = sumOfGates(nandEquivalents);
  const members = searchPath({
    ...{ aWidth: actBits, bWidth: magnitudeBits, metric: 'meanAbsolute', bounds, cost, steps, seed: 1 },
    spareGates: 4 * (actBits + magnitudeBits),
    restarts: 2,
  });
  const known = new Set<string>();
  return named(
    widths,
    members.flatMap(({ bound, netlist }): readonly NamedKind[] => {
      const text = netlistText(netlist);
      if (known.has(text)) return [];
      known.add(text);
      return [[`least area, mean error up to ${Number(bound.toPrecision(4))}`, { kind: 'netlist', netlist }]];
    }),
  );
}

type NamedKind = readonly [name: string, kind: ApproxKind];

const named = (widths: MagnitudeWidths, kinds: readonly NamedKind[]): readonly NamedMultiplier[] =>
  kinds.map(([name, kind]) => ({
    ...widths,
    name: `${widths.actBits}x${widths.magnitudeBits} ${name}`,
    kind,
  }));
