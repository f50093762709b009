import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnitParameterError } from '../errors.js';
import { streamThrough, type Ports } from '../testing/stream.js';
import { integerIn, sintValue, uintValue } from '../testing/values.js';
import { requantizeModel, requantizeSum, type RequantizeInputs } from './model.js';
import type { RequantizeParams } from './parameters.js';
import { requantize } from './unit.js';

const parameters: fc.Arbitrary<RequantizeParams> = fc
  .record({
    accWidth: fc.integer({ min: 8, max: 32 }),
    multiplierWidth: fc.integer({ min: 2, max: 32 }),
    addendWidth: fc.integer({ min: 1, max: 52 }),
    sumWidth: fc.integer({ min: 2, max: 56 }),
    resultWidth: fc.integer({ min: 2, max: 17 }),
    ties: fc.boolean(),
    pairs: fc.boolean(),
    pairDepth: fc.integer({ min: 1, max: 5 }),
    multiplier: fc.constantFrom('product', 'recoded', 'none'),
    multiplierStages: fc.constantFrom<1 | 2 | 3>(1, 2, 3),
    ends: fc.tuple(fc.nat(), fc.nat()),
  })
  .map(({ ends: [a, b], ...rest }) => {
    const [first, second] = [a % rest.sumWidth, b % rest.sumWidth];
    return { ...rest, shiftMin: Math.min(first, second), shiftMax: Math.max(first, second) };
  });

interface Vector extends RequantizeInputs {
  readonly hold: bigint;
  readonly combine: bigint;
}

const vectorOf = (p: RequantizeParams, bounds: Bounds): fc.Arbitrary<Vector> => {
  const random = fc.record({
    acc: sintValue(p.accWidth),
    multiplier: sintValue(p.multiplierWidth),
    addend: sintValue(p.addendWidth),
    shift: integerIn(0n, BigInt(p.shiftMax - p.shiftMin)),
    hold: uintValue(1),
    combine: uintValue(1),
  });
  /** Exactly on a tie (in the unit's eyes: nothing below the point), near the clamping bounds. */
  const tie = fc.tuple(random, integerIn(-3n, 3n), fc.boolean()).map(([inputs, step, high]) => {
    const shift = inputs.shift + BigInt(p.shiftMin);
    const sum = ((high ? bounds.hi : bounds.lo) + step) << shift;
    return { ...inputs, multiplier: 0n, addend: BigInt.asIntN(p.addendWidth, sum) };
  });
  return fc.oneof(random, tie).map((inputs) => ({ ...inputs, ...bounds }));
};

interface Bounds {
  readonly lo: bigint;
  readonly hi: bigint;
  readonly zeroPoint: bigint;
  readonly tieMode: bigint;
}

const boundsOf = ({ resultWidth }: RequantizeParams): fc.Arbitrary<Bounds> =>
  fc
    .record({
      a: fc.oneof(sintValue(resultWidth), fc.constant(0n)),
      b: sintValue(resultWidth),
      zeroPoint: sintValue(resultWidth),
      tieMode: integerIn(0n, 2n),
    })
    .map(({ a, b, ...rest }) => ({ lo: a < b ? a : b, hi: a < b ? b : a, ...rest }));

const cases = parameters.chain((params) =>
  boundsOf(params).chain((bounds) =>
    fc.tuple(fc.constant(params), fc.array(vectorOf(params, bounds), { minLength: 1, maxLength: 80 })),
  ),
);

/** What leaves for every vector, with the kept sums carried along, oldest first. */
const expected = (params: RequantizeParams, vectors: readonly Vector[]): readonly bigint[] => {
  let kept: readonly bigint[] = Array.from({ length: params.pairDepth ?? 1 }, () => 0n);
  return vectors.map((vector) => {
    if (!params.pairs) return requantizeModel(params, vector);
    const inputs = { ...vector, kept: vector.combine === 1n ? (kept[0] ?? 0n) : 0n };
    if (vector.hold === 1n || vector.combine === 1n) kept = [...kept.slice(1), requantizeSum(params, inputs)];
    return requantizeModel(params, inputs);
  });
};

const portsOf = (params: RequantizeParams, vector: Vector): Ports => {
  const { acc, multiplier, addend, shift, lo, hi, zeroPoint, tieMode, hold, combine } = vector;
  return {
    ...{ acc, addend, shift, lo, hi, zero_point: zeroPoint },
    ...(params.multiplier === 'none' ? {} : { multiplier }),
    ...(params.ties ? { tie_mode: tieMode ?? 0n } : {}),
    ...(params.pairs ? { hold, combine } : {}),
  };
};

const run = (params: RequantizeParams, vectors: readonly Vector[]): readonly bigint[] => {
  const unit = requantize(params);
  const inputs = vectors.map((vector) => portsOf(params, vector));
  return streamThrough(unit.component.design, inputs, unit.latencyCycles, 'value');
};

describe('requantize', () => {
  it('equals its model, a result every cycle', () => {
    fc.assert(
      fc.property(cases, ([params, vectors]) => {
        // What is kept before the first holds is unknown.
        const depth = params.pairDepth ?? 1;
        const settled = vectors.map((vector, index) =>
          index < depth ? { ...vector, hold: 1n, combine: 0n } : vector,
        );
        expect(run(params, settled)).toEqual(expected(params, settled));
      }),
      { numRuns: 60 },
    );
  });

  it('adds a kept value to a later one', () => {
    const params: RequantizeParams = {
      accWidth: 9,
      multiplierWidth: 8,
      addendWidth: 20,
      sumWidth: 20,
      shiftMin: 4,
      shiftMax: 4,
      resultWidth: 9,
      ties: false,
      pairs: true,
      multiplierStages: 1,
    };
    const common = { shift: 0n, lo: -128n, hi: 127n, zeroPoint: 3n };
    const first = { ...common, acc: 100n, multiplier: 9n, addend: 8n, hold: 1n, combine: 0n };
    const gap = { ...common, acc: 1n, multiplier: 1n, addend: 0n, hold: 0n, combine: 0n };
    const second = { ...common, acc: -50n, multiplier: 7n, addend: 0n, hold: 0n, combine: 1n };
    // (100 * 9 + 8 - 50 * 7) >> 4 = 34
    expect(run(params, [first, gap, second])[2]).toBe(37n);
  });

  it('adds values in the order in which they were kept', () => {
    const params: RequantizeParams = {
      accWidth: 9,
      multiplierWidth: 8,
      addendWidth: 20,
      sumWidth: 20,
      shiftMin: 0,
      shiftMax: 4,
      resultWidth: 12,
      ties: false,
      pairs: true,
      pairDepth: 3,
      multiplierStages: 1,
    };
    const value = (acc: bigint, hold: bigint): Vector => ({
      ...{ acc, hold, combine: 1n - hold },
      ...{ multiplier: 1n, addend: 0n, shift: 0n, lo: -2048n, hi: 2047n, zeroPoint: 0n },
    });
    const first = [10n, 20n, 30n].map((acc) => value(acc, 1n));
    const second = [1n, 2n, 3n].map((acc) => value(acc, 0n));
    expect(run(params, [...first, ...second]).slice(3)).toEqual([11n, 22n, 33n]);
  });

  it.each([
    [{ shiftMin: 5, shiftMax: 4 }, 'shiftMax must be an integer from 5 to 39, not 4'],
    [{ sumWidth: 1 }, 'sumWidth must be an integer from 2 to 128, not 1'],
    [
      { accWidth: 4, multiplierWidth: 4, multiplierStages: 3 },
      'multiplierStages is 3, too many for 4 x 4 bits',
    ],
  ] as const)('refuses %j', (change, message) => {
    const params: RequantizeParams = {
      accWidth: 16,
      multiplierWidth: 16,
      addendWidth: 32,
      sumWidth: 40,
      shiftMin: 0,
      shiftMax: 20,
      resultWidth: 8,
      ties: false,
      pairs: false,
      multiplierStages: 1,
    };
    expect(() => requantize({ ...params, ...change })).toThrow(UnitParameterError);
    expect(() => requantize({ ...params, ...change })).toThrow(`UNIT001: requantize: ${message}`);
  });
});
