/** Forcing one kind of PE: what fits stays exact, what does not is refused by name or rounded and reported. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccelError, forcePeKind, peKinds, type PeKind } from '../../src/accel/index.js';
import { nearestPowersOfTwo, nearestPyramidPoint, nearestTernary } from '../../src/accel/force/nearest.js';
import { runReference, verifyNetwork, type ConvLayer, type IntegerNetwork } from '../../src/nn/index.js';
import { makeRandomNetwork, randomInput } from '../../src/nn/testing/index.js';
import { faultNetwork } from './helpers/fault-network.js';

const force = (network: IntegerNetwork, kind: PeKind, round = false, pulsesPerWeight = 1) =>
  forcePeKind(network, { kind, round, pulsesPerWeight });

const dense = ({ layers }: IntegerNetwork): readonly ConvLayer[] =>
  layers.filter((layer) => layer.kind === 'conv').filter(({ depthwise }) => !depthwise);

const messageOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof AccelError) return error.message;
    throw error;
  }
  return 'nothing was thrown';
};

const weights = fc.array(fc.integer({ min: -128, max: 127 }), { minLength: 1, maxLength: 24 });
const squaredError = (exact: readonly number[], values: readonly number[], scale: number): number =>
  exact.reduce((sum, weight, index) => sum + (weight - scale * (values[index] ?? 0)) ** 2, 0);

describe('forcing a kind of PE', () => {
  it('changes no output where every weight fits', () => {
    for (let seed = 0; seed < 12; seed++) {
      const network = makeRandomNetwork(seed, 3, { families: ['ternary'] });
      const input = randomInput(network, seed);
      for (const kind of peKinds) {
        const zeroPoints = dense(network).some(({ input: name }) => network.tensors[name]?.zeroPoint !== 0);
        if (kind === 'table' && zeroPoints) continue;
        const forced = force(network, kind);
        expect(forced.rounded).toEqual([]);
        expect(runReference(forced.network, input)).toEqual(runReference(network, input));
      }
    }
  });

  it('names the layer, its first weight that does not fit, and what to do', () => {
    const refused = messageOf(() => force(faultNetwork(), 'ternary'));
    expect(refused).toMatch(
      /^ACC006: layer dense has the weight -?[2-7] at index \d+ \(output channel \d\).*ternary PEs.*--round-weights/,
    );
    expect(messageOf(() => force(faultNetwork(), 'powerOfTwo'))).toMatch(
      /layer dense has the weight -?[3-7] /,
    );
    expect(messageOf(() => force(faultNetwork(), 'pvq'))).toBe('nothing was thrown');
  });

  it('refuses tables where an input has a zero point, and other kinds where a layer has its own table', () => {
    const network = faultNetwork();
    const shifted = Object.fromEntries(
      Object.entries(network.tensors).map(([name, tensor]) => [
        name,
        { ...tensor, zeroPoint: name === 'b' ? 3 : 0 },
      ]),
    );
    expect(messageOf(() => force({ ...network, tensors: shifted }, 'table'))).toMatch(
      /layer pointwise reads b with zero point 3/,
    );
    const tabled = force(network, 'table').network;
    expect(messageOf(() => force(tabled, 'int'))).toMatch(/layer dense has a product table of its own/);
  });

  it.each(['ternary', 'powerOfTwo', 'pvq'] as const)(
    '%s, rounded: a valid network of that format, each changed layer reported, depthwise layers untouched',
    (kind) => {
      const network = faultNetwork();
      const { network: forced, rounded } = force(network, kind, true);
      verifyNetwork(forced);
      expect(dense(forced).map(({ weightFormat }) => weightFormat)).toEqual([kind, kind, kind]);
      expect(forced.layers[1]).toBe(network.layers[1]);
      const [first] = rounded;
      expect(first).toMatchObject({ layer: 'dense', weights: 72 });
      expect(first?.changed).toBeGreaterThan(0);
      expect(first?.largestChange).toBeGreaterThanOrEqual(first?.meanChange ?? NaN);
      if (kind !== 'pvq') expect(rounded.map(({ layer }) => layer)).toEqual(['dense']);
    },
  );

  it('PVQ, rounded: the magnitudes of each filter sum to the pulses', () => {
    const [layer] = dense(force(faultNetwork(), 'pvq', true, 0.5).network);
    const sums = Array.from({ length: 4 }, (_, filter) =>
      layer?.weights
        .subarray(filter * 18, (filter + 1) * 18)
        .reduce((sum, weight) => sum + Math.abs(weight), 0),
    );
    expect(sums).toEqual([9, 9, 9, 9]);
  });
});

describe('nearest weights', () => {
  it('ternary: no threshold and no scale gives a smaller squared error', () => {
    fc.assert(
      fc.property(weights, (exact) => {
        const { values, scale } = nearestTernary(exact);
        const error = squaredError(exact, values, scale);
        for (const threshold of new Set(exact.map(Math.abs))) {
          const other = exact.map((weight) => (Math.abs(weight) >= threshold ? Math.sign(weight) : 0));
          const count = other.filter((value) => value !== 0).length;
          const best =
            exact.reduce((sum, weight, i) => sum + weight * (other[i] ?? 0), 0) / Math.max(1, count);
          expect(error).toBeLessThanOrEqual(squaredError(exact, other, best) + 1e-6);
        }
      }),
    );
  });

  it('powers of two: no other one is nearer', () => {
    const all = [0, ...Array.from({ length: 8 }, (_, k) => [2 ** k, -(2 ** k)]).flat()];
    fc.assert(
      fc.property(weights, (exact) => {
        const { values, scale } = nearestPowersOfTwo(exact);
        expect(scale).toBe(1);
        exact.forEach((weight, index) => {
          const distance = Math.abs(weight - (values[index] ?? NaN));
          expect(distance).toBe(
            all.reduce((least, other) => Math.min(least, Math.abs(weight - other)), Infinity),
          );
        });
      }),
    );
  });

  it('pyramid: the pulses are all spent, and moving one brings it no nearer', () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 30 }), (exact, pulses) => {
        const norm = exact.reduce((sum, weight) => sum + Math.abs(weight), 0);
        fc.pre(norm > 0);
        const { values } = nearestPyramidPoint(exact, pulses);
        expect(values.reduce((sum, value) => sum + Math.abs(value), 0)).toBe(pulses);
        const wanted = exact.map((weight) => (weight * pulses) / norm);
        const error = squaredError(wanted, values, 1);
        values.forEach((from, i) => {
          if (from === 0) return;
          values.forEach((_, j) => {
            if (i === j || exact[j] === 0) return;
            const moved = values.map((value, at) => {
              if (at === i) return value - Math.sign(value);
              return at === j ? value + Math.sign(exact[j] ?? 0) : value;
            });
            expect(squaredError(wanted, moved, 1)).toBeGreaterThanOrEqual(error - 1e-9);
          });
        });
      }),
    );
  });
});
