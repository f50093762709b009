/** Fixed point against exact rationals: every operation, every rounding mode, every overflow. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundRational, scaleByPowerOfTwo, typeRange, wrapTo, type Rational } from '../num/index.js';
import { simulate } from '../sim/index.js';
import { evaluate } from '../../test/helpers/evaluate.js';
import {
  component,
  fixed,
  fixedConstant,
  HdlError,
  SFixed,
  ufixed,
  UFixed,
  type Node,
  type RoundingMode,
  type SFixedType,
  type UFixedType,
} from './index.js';

const modes = ['floor', 'ceil', 'truncate', 'halfUp', 'halfEven', 'halfAwayFromZero'] as const;

/** The exact value that a fixed-point signal has for these inputs. */
const valueOf = (signal: SFixed | UFixed, known: ReadonlyMap<Node, bigint>): Rational =>
  scaleByPowerOfTwo(
    { numerator: evaluate(signal.raw.node, new Map(known)), denominator: 1n },
    -signal.fraction,
  );

const same = (a: Rational, b: Rational): boolean =>
  a.numerator * b.denominator === b.numerator * a.denominator;
const less = (a: Rational, b: Rational): boolean => a.numerator * b.denominator < b.numerator * a.denominator;
const plus = (a: Rational, b: Rational): Rational => ({
  numerator: a.numerator * b.denominator + b.numerator * a.denominator,
  denominator: a.denominator * b.denominator,
});
const times = (a: Rational, b: Rational): Rational => ({
  numerator: a.numerator * b.numerator,
  denominator: a.denominator * b.denominator,
});
const minus = ({ numerator, denominator }: Rational): Rational => ({ numerator: -numerator, denominator });

interface Pair<F> {
  readonly a: F;
  readonly b: F;
}

/** Runs `body` with two signals of the given formats and with what stored values they have. */
const withSigned = (
  types: Pair<SFixedType>,
  values: Pair<bigint>,
  body: (signals: Pair<SFixed>, known: ReadonlyMap<Node, bigint>) => void,
): void => {
  component('sandbox', { in: { a: types.a, b: types.b }, out: {} }, ({ a, b }, m) => {
    m.unused(a, b);
    body(
      { a, b },
      new Map([
        [a.raw.node, values.a],
        [b.raw.node, values.b],
      ]),
    );
    return {};
  });
};
const withUnsigned = (
  types: Pair<UFixedType>,
  values: Pair<bigint>,
  body: (signals: Pair<UFixed>, known: ReadonlyMap<Node, bigint>) => void,
): void => {
  component('sandbox', { in: { a: types.a, b: types.b }, out: {} }, ({ a, b }, m) => {
    m.unused(a, b);
    body(
      { a, b },
      new Map([
        [a.raw.node, values.a],
        [b.raw.node, values.b],
      ]),
    );
    return {};
  });
};

const shape = fc.record({
  width: fc.integer({ min: 1, max: 12 }),
  fraction: fc.integer({ min: -4, max: 14 }),
});
const valueIn = (signed: boolean, width: number): fc.Arbitrary<bigint> => {
  const { lo, hi } = typeRange(signed, width);
  return fc.oneof(fc.bigInt(lo, hi), fc.constantFrom(lo, hi));
};
const operands = (signed: boolean) =>
  fc.tuple(shape, shape).chain(([a, b]) =>
    fc.record({
      a: fc.constant(a),
      b: fc.constant(b),
      values: fc.record({ a: valueIn(signed, a.width), b: valueIn(signed, b.width) }),
    }),
  );

describe('fixed point', () => {
  it('adds, subtracts, multiplies, negates, compares and chooses exactly', () => {
    fc.assert(
      fc.property(operands(true), ({ a, b, values }) => {
        const types = { a: fixed(a.width, a.fraction), b: fixed(b.width, b.fraction) };
        withSigned(types, values, ({ a: x, b: y }, known) => {
          const [u, v] = [valueOf(x, known), valueOf(y, known)];
          expect(same(valueOf(x.add(y), known), plus(u, v))).toBe(true);
          expect(same(valueOf(x.sub(y), known), plus(u, minus(v)))).toBe(true);
          expect(same(valueOf(x.mul(y), known), times(u, v))).toBe(true);
          expect(same(valueOf(x.neg(), known), minus(u))).toBe(true);
          expect(same(valueOf(x.shl(3), known), times(u, { numerator: 8n, denominator: 1n }))).toBe(true);
          expect(same(valueOf(x.shr(3), known), times(u, { numerator: 1n, denominator: 8n }))).toBe(true);
          const holds = (node: Node): boolean => evaluate(node, new Map(known)) === 1n;
          expect(holds(x.lt(y).node)).toBe(less(u, v));
          expect(holds(x.ge(y).node)).toBe(!less(u, v));
          expect(holds(x.gt(y).node)).toBe(less(v, u));
          expect(holds(x.le(y).node)).toBe(!less(v, u));
          expect(holds(x.eq(y).node)).toBe(same(u, v));
          expect(holds(x.ne(y).node)).toBe(!same(u, v));
          expect(same(valueOf(x.lt(y).mux(x, y), known), less(u, v) ? u : v)).toBe(true);
        });
      }),
    );
  });

  it('is exact unsigned too, where a difference is signed', () => {
    fc.assert(
      fc.property(operands(false), ({ a, b, values }) => {
        const types = { a: ufixed(a.width, a.fraction), b: ufixed(b.width, b.fraction) };
        withUnsigned(types, values, ({ a: x, b: y }, known) => {
          const [u, v] = [valueOf(x, known), valueOf(y, known)];
          expect(same(valueOf(x.add(y), known), plus(u, v))).toBe(true);
          expect(same(valueOf(x.sub(y), known), plus(u, minus(v)))).toBe(true);
          expect(same(valueOf(x.mul(y), known), times(u, v))).toBe(true);
          expect(same(valueOf(x.neg(), known), minus(u))).toBe(true);
          expect(same(valueOf(x.toSigned(), known), u)).toBe(true);
          expect(same(valueOf(x.lt(y).mux(x, y), known), less(u, v) ? u : v)).toBe(true);
        });
      }),
    );
  });

  it('takes constants beside signals', () => {
    withSigned({ a: fixed(8, 4), b: fixed(8, 0) }, { a: 24n, b: 3n }, ({ a, b }, known) => {
      expect(same(valueOf(a.add(0.375), known), { numerator: 15n, denominator: 8n })).toBe(true);
      expect(same(valueOf(b.mul(-0.25), known), { numerator: -3n, denominator: 4n })).toBe(true);
      expect(evaluate(a.gt(1.25).node, new Map(known))).toBe(1n);
      const third = fixedConstant({ numerator: 1n, denominator: 3n }, fixed(8, 6), 'halfEven');
      expect(same(valueOf(b.add(third), known), { numerator: 3n * 64n + 21n, denominator: 64n })).toBe(true);
    });
  });

  it('rounds like exact rationals, in every mode', () => {
    fc.assert(
      fc.property(
        operands(true),
        fc.integer({ min: -8, max: 16 }),
        fc.constantFrom<RoundingMode>(...modes),
        ({ a, b, values }, fraction, mode) => {
          const types = { a: fixed(a.width, a.fraction), b: fixed(b.width, b.fraction) };
          withSigned(types, values, ({ a: x }, known) => {
            const exact = scaleByPowerOfTwo(valueOf(x, known), fraction);
            const expected = scaleByPowerOfTwo(
              { numerator: roundRational(exact, mode), denominator: 1n },
              -fraction,
            );
            const rounded = x.round(fraction, mode);
            expect(rounded.fraction).toBe(fraction);
            expect(same(valueOf(rounded, known), expected)).toBe(true);
          });
        },
      ),
      { numRuns: 500 },
    );
  });

  it('rounds unsigned values the same way', () => {
    fc.assert(
      fc.property(
        operands(false),
        fc.integer({ min: -8, max: 16 }),
        fc.constantFrom<RoundingMode>(...modes),
        ({ a, b, values }, fraction, mode) => {
          const types = { a: ufixed(a.width, a.fraction), b: ufixed(b.width, b.fraction) };
          withUnsigned(types, values, ({ a: x }, known) => {
            const exact = scaleByPowerOfTwo(valueOf(x, known), fraction);
            const stored = evaluate(x.round(fraction, mode).raw.node, new Map(known));
            expect(stored).toBe(roundRational(exact, mode));
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('resizes by rounding, then wrapping or saturating', () => {
    fc.assert(
      fc.property(
        operands(true),
        fc.constantFrom<RoundingMode>(...modes),
        fc.constantFrom('wrap', 'saturate'),
        ({ a, b, values }, rounding, overflow) => {
          const types = { a: fixed(a.width, a.fraction), b: fixed(b.width, b.fraction) };
          withSigned(types, values, ({ a: x }, known) => {
            const exact = scaleByPowerOfTwo(valueOf(x, known), b.fraction);
            const rounded = roundRational(exact, rounding);
            const { lo, hi } = typeRange(true, b.width);
            const saturated = rounded < lo ? lo : rounded > hi ? hi : rounded;
            const expected = overflow === 'wrap' ? wrapTo(rounded, true, b.width) : saturated;
            const result = x.resize(types.b, { rounding, overflow });
            expect(result.format).toEqual({ signed: true, width: b.width, fraction: b.fraction });
            expect(evaluate(result.raw.node, new Map(known))).toBe(expected);
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    ['fewer fraction bits', 'HDL029', (a: SFixed) => a.resize(fixed(8, 2), { overflow: 'wrap' })],
    ['a smaller range', 'HDL004', (a: SFixed) => a.resize(fixed(4, 4))],
    ['a decimal without an end in binary', 'HDL029', (a: SFixed) => a.add(0.1)],
    ['a decimal off the grid', 'HDL029', () => fixedConstant('0.1', fixed(8, 4))],
    ['a constant outside of the type', 'HDL004', () => fixedConstant(8, fixed(8, 4))],
    ['no number at all', 'HDL029', () => fixedConstant('one', fixed(8, 4))],
  ] as const)('refuses %s', (_, code, mistake) => {
    let caught: unknown;
    try {
      withSigned({ a: fixed(8, 4), b: fixed(8, 4) }, { a: 0n, b: 0n }, ({ a }) => void mistake(a));
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(HdlError);
    expect(caught).toHaveProperty('code', code);
  });

  it('goes through ports, registers with initial values, wires, pipes, memories and instances', () => {
    const half = component('half', { in: { x: fixed(8, 4) }, out: { y: fixed(10, 6) } }, ({ x }) => ({
      y: x.shr(1),
    }));
    const unit = component(
      'path',
      { in: { x: fixed(8, 4), address: ufixed(2, 0) }, out: { y: fixed(12, 6), z: ufixed(6, 4) } },
      ({ x, address }, m) => {
        const { kept, copy } = m.regs({ kept: fixed(9, 5), copy: fixed(10, 6) }, { reset: -1.5 });
        kept.next = x;
        const { net } = m.wires({ net: ufixed(6, 4) }, { default: 0.25 });
        m.when(x.gt(0.5), () => {
          net.value = 1.25;
        });
        const lut = m.memory('lut', { word: fixed(8, 4), depth: 4, init: [[16, 8, 4, 2]] });
        const { y } = half('half', { x: m.pipe('late', { lut: lut.read(address.raw) }).lut });
        m.load({ copy }, { copy: y });
        return { y: m.pipe('sum_q', kept.add(copy).resize(fixed(12, 6), { overflow: 'wrap' })), z: net };
      },
    );
    expect(unit.design.regs.map(({ name, reset }) => [name, reset])).toEqual([
      ['kept', -48n],
      ['copy', -96n],
      ['late_lut', undefined],
      ['sum_q', undefined],
    ]);
    const simulation = simulate(unit.design);
    simulation.poke('x', 40n); // 2.5
    simulation.poke('address', 1n); // 0.5, halved
    simulation.step(5);
    expect(simulation.peek('y')).toBe(160n + 16n);
    expect(simulation.peek('z')).toBe(20n);
  });
});
