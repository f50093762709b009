import fc from 'fast-check';
import { expect, test } from 'vitest';
import { prepareReference } from '../../src/nn/reference/index.js';
import { makeRandomNetwork, randomInput, randomNetwork } from '../../src/nn/testing/index.js';
import { naiveNetwork } from './naive.js';

test('every tensor of random networks equals an independent BigInt implementation', () => {
  fc.assert(
    fc.property(randomNetwork(), fc.integer({ min: 0, max: 1000 }), (network, seed) => {
      const input = randomInput(network, seed);
      expect(prepareReference(network).trace(input)).toEqual(naiveNetwork(network, input));
    }),
    { numRuns: 150 },
  );
});

test('a runner may be used again, for one picture or many', () => {
  const network = makeRandomNetwork(12, 3);
  const runner = prepareReference(network);
  const [a, b] = [randomInput(network, 1), randomInput(network, 2)];
  const both = new Int32Array([...a, ...b]);
  expect([...runner.runMany(both, 2)]).toEqual([...runner.run(a), ...runner.run(b)]);
});

test('random networks cover every operator, and their outputs spread', () => {
  const kinds = new Map<string, number>();
  let wide = 0;
  for (let seed = 0; seed < 200; seed++) {
    const network = makeRandomNetwork(seed, 1 + (seed % 5));
    for (const { name } of network.layers) {
      const operator = name.replace(/[_\d]+/g, '');
      kinds.set(operator, (kinds.get(operator) ?? 0) + 1);
    }
    const output = prepareReference(network).run(randomInput(network, seed));
    if (new Set(output).size > 1 || output.length === 1) wide++;
  }
  expect([...kinds.keys()].sort()).toEqual(
    [
      'add',
      'avgPool',
      'conv',
      'depthwise',
      'fullyConnected',
      'maxPool',
      'pointwise',
      'rescale',
      'residualconv',
    ].sort(),
  );
  expect(wide).toBeGreaterThan(170);
});
