import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Requantize } from '../../nn/ir.js';
import { requantizeValue } from '../../nn/requantize.js';
import { integerIn } from '../testing/values.js';
import { inputsForContract, requantizeByContract, requantizeModel } from './model.js';
import type { RequantizeParams } from './parameters.js';

const params: RequantizeParams = {
  accWidth: 24,
  multiplierWidth: 20,
  addendWidth: 48,
  sumWidth: 50,
  shiftMin: 0,
  shiftMax: 40,
  resultWidth: 10,
  ties: true,
  pairs: false,
  multiplierStages: 1,
};

const contract = fc
  .record({
    multiplier: integerIn(-(1n << 19n), (1n << 19n) - 1n),
    addend: integerIn(-(1n << 40n), 1n << 40n),
    shift: integerIn(0n, 40n),
    rounding: fc.constantFrom('halfUp', 'halfEven', 'halfAwayFromZero'),
    zeroPoint: integerIn(-128n, 127n),
    bounds: fc.tuple(integerIn(-128n, 127n), integerIn(-128n, 127n)),
  })
  .map(({ bounds: [a, b], ...rest }) => ({ ...rest, lo: a < b ? a : b, hi: a < b ? b : a }));

/** Small multipliers and shifts, so that ties are frequent. */
const tieProne = fc
  .tuple(contract, integerIn(-8n, 8n), integerIn(-64n, 64n), integerIn(0n, 4n))
  .map(([c, multiplier, addend, shift]) => ({ ...c, multiplier, addend, shift }));

const acc = fc.oneof(integerIn(-(1n << 23n), (1n << 23n) - 1n), integerIn(-300n, 300n));

describe('requantize model', () => {
  it('is the integer contract when the addend carries the rounding half', () => {
    fc.assert(
      fc.property(
        fc.oneof(contract, tieProne),
        acc,
        fc.constantFrom('product', 'recoded'),
        (c, value, multiplier) => {
          const unit = { ...params, multiplier };
          expect(requantizeModel(unit, inputsForContract(unit, value, c))).toBe(
            requantizeByContract(value, c),
          );
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('agrees with the reference of src/nn', () => {
    fc.assert(
      fc.property(fc.oneof(contract, tieProne), acc, (c, value) => {
        const record: Requantize = {
          multiplier: [Number(c.multiplier)],
          addend: [Number(c.addend)],
          shift: [Number(c.shift)],
          rounding: c.rounding,
          zeroPoint: Number(c.zeroPoint),
          lo: Number(c.lo),
          hi: Number(c.hi),
        };
        expect(requantizeValue(Number(value), 0, record)).toBe(Number(requantizeByContract(value, c)));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['halfUp', 5n, 3n],
    ['halfUp', -5n, -2n],
    ['halfEven', 5n, 2n],
    ['halfEven', 7n, 4n],
    ['halfEven', -5n, -2n],
    ['halfAwayFromZero', 5n, 3n],
    ['halfAwayFromZero', -5n, -3n],
    ['halfAwayFromZero', -1n, -1n],
  ] as const)('%s sends %s / 2 to %s', (rounding, value, expected) => {
    const c = { multiplier: 1n, addend: 0n, shift: 1n, rounding, zeroPoint: 0n, lo: -100n, hi: 100n };
    expect(requantizeModel(params, inputsForContract(params, value, c))).toBe(expected);
  });
});
