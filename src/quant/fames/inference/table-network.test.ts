import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom } from '../../../num/index.js';
import { prepareReference, type IntegerNetwork } from '../../../nn/index.js';
import { makeRandomNetwork, randomInput } from '../../../nn/testing/index.js';
import { productLayers, type ProductLayer } from '../layers.js';
import type { Substitution } from './convolution.js';
import { createTableNetwork } from './table-network.js';

/** Networks of which every convolution can be looked up, with some pictures. */
const cases = fc.record({ seed: fc.integer({ min: 0, max: 1e6 }), layers: fc.integer({ min: 1, max: 6 }) });

function drawn({ seed, layers }: { seed: number; layers: number }) {
  const network = makeRandomNetwork(seed, layers, { families: ['table', 'int'], maxMacs: 8000 });
  const expressible = network.layers.every((layer) => {
    const input = layer.kind === 'conv' ? network.tensors[layer.input] : undefined;
    return input === undefined || (input.bits <= 8 && input.zeroPoint === 0);
  });
  const pictures = [1, 2].map((i) => randomInput(network, seed + i));
  return { network, expressible, pictures, inputs: pictures.flatMap((picture) => [...picture]) };
}

test('it computes what the reference computes, to the bit', () => {
  let compared = 0;
  fc.assert(
    fc.property(cases, (parameters) => {
      const { network, expressible, inputs } = drawn(parameters);
      fc.pre(expressible);
      expect(createTableNetwork(network).run(inputs, 2)).toEqual(
        prepareReference(network).runMany(inputs, 2),
      );
      compared++;
    }),
    { numRuns: 20 },
  );
  expect(compared).toBeGreaterThan(0);
});

/** The network with a layer's product and bias replaced, as src/nn sees it. */
function replaced(network: IntegerNetwork, name: string, { table = [], bias }: Substitution): IntegerNetwork {
  const layers = network.layers.map((layer) =>
    layer.kind !== 'conv' || layer.name !== name
      ? layer
      : {
          ...layer,
          product: { table: Array.from(table), hash: '' },
          bias: layer.bias.map((value, channel) => value + (bias?.[channel] ?? 0)),
        },
  );
  return { ...network, layers };
}

/** Its own products, each a little wrong. */
function substitutionOf(of: ProductLayer, seed: number): Substitution {
  const random = createRandom(seed);
  const own = of.layer.product;
  const table = Array.from({ length: 2 ** (of.actBits + of.weightBits) }, (_, i) =>
    own === 'exact' ? random.integer(-3, 3) : (own.table[i] ?? 0) + random.integer(-1, 1),
  );
  return { table, bias: of.layer.bias.map(() => random.integer(-2, 2)) };
}

test('tables and biases can be replaced and put back, layer by layer', () => {
  let compared = 0;
  fc.assert(
    fc.property(cases, (parameters) => {
      const { network, expressible, inputs } = drawn(parameters);
      const convolutions = expressible ? productLayers(network) : [];
      const chosen = convolutions.filter(({ layer }) => layer.requantize !== undefined);
      fc.pre(chosen.length > 0);
      const running = createTableNetwork(network);
      const changes = chosen.map((of, i) => [of.name, substitutionOf(of, parameters.seed + i)] as const);
      for (const [name, change] of changes) running.substitute(name, change);
      const changed = changes.reduce((net, [name, change]) => replaced(net, name, change), network);
      expect(running.run(inputs, 2)).toEqual(prepareReference(changed).runMany(inputs, 2));
      for (const [name] of changes) running.substitute(name, undefined);
      expect(running.run(inputs, 2)).toEqual(prepareReference(network).runMany(inputs, 2));
      compared++;
    }),
    { numRuns: 20 },
  );
  expect(compared).toBeGreaterThan(0);
});

test('a table of the wrong size and an unknown layer are refused by name', () => {
  const seeds = Array.from({ length: 50 }, (_, seed) => drawn({ seed, layers: 1 }));
  const found = seeds.find(({ network, expressible }) => expressible && network.layers[0]?.kind === 'conv');
  if (found === undefined) throw new Error('no seed gives such a network');
  const { network } = found;
  const name = network.layers[0]?.name ?? '';
  const running = createTableNetwork(network);
  expect(() => running.substitute(name, { table: [1, 2, 3] })).toThrow(/QT503.*needs a table of/);
  expect(() => running.substitute('nowhere', undefined)).toThrow(/QT503.*nowhere/);
});
