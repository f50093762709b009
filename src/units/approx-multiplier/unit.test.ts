import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulate } from '../../sim/index.js';
import { typeRange } from '../../num/index.js';
import { UnitParameterError } from '../errors.js';
import { integerIn } from '../testing/values.js';
import { approxMultiplierModel, productTable } from './model.js';
import type { ApproxKind, ApproxMultiplierParams } from './parameters.js';
import { operandValues, productTableIndex, type TableOperands } from './table.js';
import { approxMultiplier } from './unit.js';

const operandTypes = (widest: number): fc.Arbitrary<Required<TableOperands>> =>
  fc.record({
    aWidth: fc.integer({ min: 2, max: widest }),
    bWidth: fc.integer({ min: 2, max: widest }),
    aSigned: fc.boolean(),
    bSigned: fc.boolean(),
  });

const compensation = fc.constantFrom('mean' as const, 0, 3);

/** Every kind that works at any width. */
const kindFor = ({ aWidth, bWidth }: TableOperands): fc.Arbitrary<ApproxKind> => {
  const narrower = Math.min(aWidth, bWidth);
  const below = (end: number) => fc.integer({ min: 0, max: end - 1 });
  const simple: fc.Arbitrary<ApproxKind> = fc.oneof(
    fc.constant({ kind: 'exact' as const }),
    fc
      .record({ columns: below(aWidth + bWidth), compensation })
      .map((rest) => ({ kind: 'truncated' as const, ...rest })),
    fc
      .record({ vertical: below(aWidth + bWidth), horizontal: below(bWidth + 1), compensation })
      .map((rest) => ({ kind: 'brokenArray' as const, ...rest })),
    fc
      .record({ dropped: fc.array(fc.tuple(below(aWidth), below(bWidth))), compensation })
      .map((rest) => ({ kind: 'droppedProducts' as const, ...rest })),
    fc
      .record({
        aDropped: below(aWidth),
        bDropped: below(bWidth),
        fill: fc.constantFrom('zero' as const, 'half' as const),
      })
      .map((rest) => ({ kind: 'operandTrimmed' as const, ...rest })),
    fc
      .record({
        fractionBits: fc.integer({ min: 1, max: narrower }),
        correction: fc.constantFrom('none' as const, 'minimallyBiased' as const),
      })
      .map((rest) => ({ kind: 'logarithmic' as const, ...rest })),
    fc.constant({ kind: 'logarithmic' as const }),
    fc.integer({ min: 1, max: narrower }).map((terms) => ({ kind: 'iterativeLogarithmic' as const, terms })),
    fc.integer({ min: 2, max: narrower }).map((bits) => ({ kind: 'dynamicRange' as const, bits })),
  );
  return fc.oneof(
    simple,
    fc.constant({
      kind: 'recursive' as const,
      lowLow: { kind: 'truncated' as const, columns: 1 },
      highLow: { kind: 'exact' as const },
      lowHigh: { kind: 'brokenArray' as const, vertical: 1, horizontal: 1, compensation: 1 },
      highHigh: { kind: 'exact' as const },
    }),
  );
};

const operandIn = (width: number, signed: boolean) => {
  const { lo, hi } = typeRange(signed, width);
  return integerIn(lo, hi);
};

/** Products of every pair of operands, by the hardware. */
const hardwareTable = (params: ApproxMultiplierParams): readonly number[] => {
  const simulation = simulate(approxMultiplier(params).component.design);
  return operandValues(params.aWidth, params.aSigned).flatMap((a) =>
    operandValues(params.bWidth, params.bSigned).map((b) => {
      simulation.poke('a', a);
      simulation.poke('b', b);
      return simulation.peekNumber('product');
    }),
  );
};

describe('approxMultiplier', () => {
  it('computes its model at random widths, in every kind', () => {
    const cases = operandTypes(14).chain((operands) =>
      kindFor(operands).chain((kind) =>
        fc.tuple(
          fc.constant<ApproxMultiplierParams>({ ...operands, ...kind }),
          fc.array(
            fc.record({
              a: operandIn(operands.aWidth, operands.aSigned),
              b: operandIn(operands.bWidth, operands.bSigned),
            }),
            { minLength: 1, maxLength: 20 },
          ),
        ),
      ),
    );
    fc.assert(
      fc.property(cases, ([params, pairs]) => {
        const simulation = simulate(approxMultiplier(params).component.design);
        for (const pair of pairs) {
          simulation.poke('a', pair.a);
          simulation.poke('b', pair.b);
          expect(simulation.peek('product')).toBe(approxMultiplierModel(params, pair));
        }
      }),
      { numRuns: 120 },
    );
  });

  it('has its table as its function, every pair up to 4x4', () => {
    const cases = operandTypes(4).chain((operands) =>
      kindFor(operands).map((kind): ApproxMultiplierParams => ({ ...operands, ...kind })),
    );
    fc.assert(
      fc.property(cases, (params) => {
        expect(hardwareTable(params)).toEqual(productTable(params));
      }),
      { numRuns: 60 },
    );
  });

  it('looks any table up', () => {
    const cases = operandTypes(4).chain((operands) =>
      fc.tuple(
        fc.constant(operands),
        fc.array(fc.integer({ min: -300, max: 300 }), {
          minLength: 2 ** (operands.aWidth + operands.bWidth),
          maxLength: 2 ** (operands.aWidth + operands.bWidth),
          size: 'max',
        }),
      ),
    );
    fc.assert(
      fc.property(cases, ([operands, table]) => {
        expect(hardwareTable({ ...operands, kind: 'table', table })).toEqual(table);
      }),
      { numRuns: 20 },
    );
  });

  it('puts the code of a above that of b in its table', () => {
    const operands = { aWidth: 3, bWidth: 2, aSigned: true, bSigned: false };
    const table = productTable({ ...operands, kind: 'exact' });
    expect(table[0b111_10]).toBe(-1 * 2);
    expect(table[productTableIndex(operands, -4n, 3n)]).toBe(-12);
  });

  it('refuses a table of another size and names row and column of an entry that no table has', () => {
    const operands = { aWidth: 2, bWidth: 2, kind: 'table' as const };
    const exact = productTable({ aWidth: 2, bWidth: 2, kind: 'exact' });
    expect(() => approxMultiplier({ ...operands, table: exact.slice(1) })).toThrow(
      new UnitParameterError(
        'approxMultiplier',
        'table',
        'has 15 entries; 4 rows (codes of a) of 4 columns (codes of b) need 16',
      ),
    );
    expect(() => approxMultiplier({ ...operands, table: exact.with(6, 0.5) })).toThrow(
      /table has 0.5 at row 1, column 2/,
    );
  });
});

describe('what is known of the classical approximations', () => {
  const every = (kind: ApproxKind, width: number) => {
    const params = { aWidth: width, bWidth: width, ...kind };
    return productTable(params).map((product, index) => ({
      product,
      exact: (index >> width) * (index & (2 ** width - 1)),
    }));
  };

  it("Mitchell's product is never too great and at most 11.1 % too small", () => {
    for (const { product, exact } of every({ kind: 'logarithmic' }, 6)) {
      expect(product).toBeLessThanOrEqual(exact);
      // One more for the bits that the shift cuts off.
      expect(product).toBeGreaterThanOrEqual(exact * (1 - 1 / 9) - 1);
    }
  });

  it('each term of the iterative logarithm comes nearer, and as many as bits are exact', () => {
    const errorOf = (terms: number) =>
      every({ kind: 'iterativeLogarithmic', terms }, 6).reduce(
        (sum, { product, exact }) => sum + exact - product,
        0,
      );
    expect(errorOf(1)).toBeGreaterThan(errorOf(2));
    expect(errorOf(6)).toBe(0);
  });

  it('DRUM is exact for operands that fit its range', () => {
    for (const { product, exact } of every({ kind: 'dynamicRange', bits: 4 }, 4)) expect(product).toBe(exact);
  });
});
