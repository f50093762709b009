import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { typeRange } from '../../num/index.js';
import { exactTable } from '../approx-multiplier/table.js';
import { indexed, streamThrough } from '../testing/stream.js';
import { integerIn, listOf } from '../testing/values.js';
import { tableDotModel } from './model.js';
import { tableDot, type TableDotParams } from './unit.js';

const operand = (width: number, signed: boolean) => {
  const { lo, hi } = typeRange(signed, width);
  return integerIn(lo, hi);
};

const shapes = fc.record({
  products: fc.integer({ min: 1, max: 9 }),
  actWidth: fc.integer({ min: 1, max: 4 }),
  weightWidth: fc.integer({ min: 1, max: 4 }),
  actSigned: fc.boolean(),
  weightSigned: fc.boolean(),
  levelsPerStage: fc.integer({ min: 1, max: 3 }),
  storage: fc.constantFrom('logic' as const, 'rom' as const),
});

const tables = shapes.chain((shape) => {
  const entries = 2 ** (shape.actWidth + shape.weightWidth);
  return fc.tuple(
    fc
      .array(fc.integer({ min: -128, max: 255 }), { minLength: entries, maxLength: entries, size: 'max' })
      .map((table): TableDotParams => ({ ...shape, multiplier: { kind: 'table', table } })),
    fc.array(
      fc.record({
        act: listOf(operand(shape.actWidth, shape.actSigned), shape.products),
        weight: listOf(operand(shape.weightWidth, shape.weightSigned), shape.products),
      }),
      { minLength: 1, maxLength: 20 },
    ),
  );
});

const sumsOf = (params: TableDotParams, vectors: readonly { act: bigint[]; weight: bigint[] }[]) => {
  const unit = tableDot(params);
  const inputs = vectors.map(({ act, weight }) => ({ ...indexed('act', act), ...indexed('weight', weight) }));
  return streamThrough(unit.component.design, inputs, unit.latencyCycles, 'sum').map((sum) =>
    BigInt.asIntN(unit.sumWidth, sum),
  );
};

describe('tableDot', () => {
  it('is the sum of looked-up products, a result every cycle, in logic and in memory', () => {
    fc.assert(
      fc.property(tables, ([params, vectors]) => {
        expect(sumsOf(params, vectors)).toEqual(vectors.map((vector) => tableDotModel(params, vector)));
      }),
      { numRuns: 25 },
    );
  });

  it('is the plain dot product with the table of exact products, 8-bit operands in memory', () => {
    const operands = { aWidth: 8, bWidth: 8, aSigned: true, bSigned: true };
    const params = {
      products: 3,
      actWidth: 8,
      weightWidth: 8,
      actSigned: true,
      weightSigned: true,
      multiplier: { kind: 'table' as const, table: exactTable(operands) },
    };
    const vector = { act: [-128n, 127n, 5n], weight: [-128n, -128n, -77n] };
    expect(sumsOf(params, [vector])).toEqual([16384n - 16256n - 385n]);
  });
});
