/** Approximate multipliers and dot products of tables, proved in Yosys against their models at small widths. */
import { describe, expect, it } from 'vitest';
import { proveAllModels, type ModelTask, type Values } from '../../src/formal/index.js';
import {
  approxCatalogue,
  approxMultiplier,
  approxMultiplierModel,
  exactTable,
  signMagnitudeDot,
  signMagnitudeDotModel,
  tableDot,
  tableDotModel,
  type ApproxMultiplierParams,
  type SignMagnitudeDotParams,
  type TableDotParams,
} from '../../src/units/index.js';

const multiplierTask = (params: ApproxMultiplierParams): ModelTask => {
  const { component: unit, latencyCycles } = approxMultiplier(params);
  const model = (v: Values) => ({
    product: approxMultiplierModel(params, { a: v['a'] ?? 0n, b: v['b'] ?? 0n }),
  });
  return { design: unit.design, latencyCycles, model };
};

const listOf = (v: Values, name: string, products: number): readonly bigint[] =>
  Array.from({ length: products }, (_, index) => v[`${name}_${index}`] ?? 0n);

const dotTask = (params: TableDotParams): ModelTask => {
  const { component: unit, latencyCycles } = tableDot(params);
  const { products } = params;
  const model = (v: Values) => ({
    sum: tableDotModel(params, { act: listOf(v, 'act', products), weight: listOf(v, 'weight', products) }),
  });
  return { design: unit.design, latencyCycles, model };
};

const signedDotTask = (params: SignMagnitudeDotParams): ModelTask => {
  const { component: unit, latencyCycles } = signMagnitudeDot(params);
  const model = (v: Values) => {
    const list = (name: string) => listOf(v, name, params.products);
    const inputs = { act: list('act'), magnitude: list('magnitude'), negative: list('negative') };
    return { sum: signMagnitudeDotModel(params, inputs) };
  };
  return { design: unit.design, latencyCycles, model };
};

const unsigned = { aWidth: 4, bWidth: 4 };
const signed = { aWidth: 4, bWidth: 3, aSigned: true, bSigned: true };
const middleOf = (width: number): ApproxMultiplierParams[] => {
  const found = approxCatalogue(width);
  const middle = found[found.length >> 1];
  return middle === undefined ? [] : [middle.params];
};

const tasks: readonly ModelTask[] = [
  ...[
    { ...unsigned, kind: 'truncated', columns: 3, compensation: 'mean' } as const,
    { ...signed, kind: 'brokenArray', vertical: 2, horizontal: 1 } as const,
    {
      ...unsigned,
      kind: 'droppedProducts',
      dropped: [
        [0, 3],
        [2, 1],
      ],
      compensation: 2,
    } as const,
    { ...signed, kind: 'operandTrimmed', aDropped: 1, bDropped: 1, fill: 'half' } as const,
    { ...unsigned, kind: 'logarithmic', correction: 'minimallyBiased' } as const,
    { ...signed, kind: 'iterativeLogarithmic', terms: 2 } as const,
    { ...unsigned, kind: 'dynamicRange', bits: 2 } as const,
    { ...unsigned, kind: 'table', table: exactTable(unsigned).map((product) => product ^ 5) } as const,
    ...middleOf(3),
    ...middleOf(4),
  ].map(multiplierTask),
  dotTask({
    ...{ products: 2, actWidth: 2, weightWidth: 2, weightSigned: true },
    multiplier: { kind: 'table', table: Array.from({ length: 16 }, (_, index) => ((index * 7) % 16) - 8) },
  }),
  signedDotTask({
    ...{ products: 2, actWidth: 2, magnitudeWidth: 2 },
    multiplier: { kind: 'truncated', columns: 1, compensation: 'mean' },
  }),
];

describe('approximate multipliers, proved', () => {
  it('compute their models', async () => {
    const verdicts = await proveAllModels(tasks);
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(tasks.map(() => 'proved'));
  });
});
