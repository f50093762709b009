import { describe, expect, test } from 'vitest';
import { haveShared, sharedPath } from '../../../test/nn/shared-data.js';
import { choicesFor, errorsOf, readCatalogue } from '../../quant/index.js';
import { builtInCatalogue } from './built-in.js';
import { evoapproxCatalogue } from './evoapprox.js';

describe('the built-in catalogue', () => {
  test('has exact multipliers of all widths, whose energy rises with both of them', () => {
    const catalogue = builtInCatalogue(({ actBits, magnitudeBits }) => actBits < 6 && magnitudeBits < 5);
    const energies = [2, 3, 4, 5].map((actBits) =>
      [2, 3, 4, 5].map((weightBits) => {
        const signs = [false, true].map((actSigned) =>
          choicesFor(catalogue, { actBits, actSigned, weightBits }, 'any'),
        );
        // Signed activations have half the magnitudes: what is wrong beyond them may be exact, and cheaper, there.
        expect(signs[1]?.exact.energy).toBeLessThanOrEqual(signs[0]?.exact.energy ?? NaN);
        return signs[0]?.exact.energy ?? NaN;
      }),
    );
    energies.forEach((row, i) =>
      row.forEach((energy, j) => {
        expect(energy).toBeGreaterThan(row[j - 1] ?? 0);
        expect(energy).toBeGreaterThan(energies[i - 1]?.[j] ?? 0);
      }),
    );
  });

  test('has approximate ones that are odd in the weight and cheaper than exact, and can be read back from JSON', () => {
    const catalogue = builtInCatalogue(({ actBits, magnitudeBits }) => actBits === 4 && magnitudeBits === 3);
    expect(readCatalogue(JSON.parse(JSON.stringify(catalogue)))).toEqual(catalogue);
    const widths = { actBits: 4, actSigned: false, weightBits: 4 };
    const { exact, approximate } = choicesFor(catalogue, widths, 'any');
    expect(approximate.length).toBeGreaterThan(15);
    for (const { table, energy } of approximate) {
      expect(energy).toBeLessThan(exact.energy);
      for (let act = 0; act < 16; act++)
        for (let weight = 1; weight < 8; weight++)
          expect((table[act * 16 + weight] ?? NaN) + (table[act * 16 + 16 - weight] ?? NaN)).toBe(0);
    }
  });
});

describe.runIf(haveShared())('EvoApproxLib', () => {
  test('its groups become multipliers of signed weights, errors as the index says, power relative to exact', () => {
    const catalogue = evoapproxCatalogue(sharedPath('evoapprox'), (_, weightBits) =>
      weightBits === 4 ? { area: 1000, energy: 500 } : undefined,
    );
    const { exact, approximate } = choicesFor(
      catalogue,
      { actBits: 8, actSigned: false, weightBits: 4 },
      'any',
    );
    expect([exact.name, exact.energy, exact.area]).toEqual(['mul8x3u_003', 500, 1000]);
    expect(approximate).toHaveLength(9);
    const near = approximate.find(({ name }) => name === 'mul8x3u_1XD');
    expect(near?.energy).toBeCloseTo((500 * 0.076) / 0.082, 9);
    // Mean absolute error of the magnitudes 0 .. 7, in the index: 0.125.
    const errors = near === undefined ? [] : Array.from(errorsOf(near)).filter((_, i) => i % 16 < 8);
    expect(errors.reduce((sum, error) => sum + Math.abs(error), 0) / errors.length).toBe(0.125);
  });
});
