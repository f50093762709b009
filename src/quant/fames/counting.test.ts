import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runLayer, type ConvLayer, type IntegerNetwork, type Product } from '../../nn/index.js';
import { makeRandomNetwork, randomInput } from '../../nn/testing/index.js';
import { errorsOf } from './catalogue.js';
import { countingMatrix, prepareTableGradient, tableLength } from './counting.js';
import { depthOf, prepareGather, productLayers, type ProductLayer } from './layers.js';

/** Networks of one layer with random products, and a picture for each. */
const tableNetworks = fc.integer({ min: 0, max: 1e6 }).map((seed) => {
  const network = makeRandomNetwork(seed, 1, {
    families: ['table'],
    operators: ['conv', 'pointwise', 'depthwise', 'fullyConnected'],
  });
  return { network, input: randomInput(network, seed + 1) };
});

function tableLayer(network: IntegerNetwork): { of: ProductLayer; table: readonly number[] } | undefined {
  const [layer] = network.layers;
  if (layer?.kind !== 'conv' || layer.product === 'exact') return undefined;
  const [of] = productLayers(network);
  return of === undefined ? undefined : { of, table: layer.product.table };
}

/** The layer without requantization: its output is the accumulator. */
function rawLayer({ layer }: ProductLayer, product: Product): ConvLayer {
  const { kind, name, input, output, kernel, stride, padding, depthwise, weights, weightBits, bias } = layer;
  return {
    ...{ kind, name, input, output, kernel, stride, padding, depthwise, weights, weightBits, bias },
    ...{ weightFormat: 'int', product },
  };
}

function codesOf(of: ProductLayer, input: Int32Array): Uint8Array {
  const columns = new Uint8Array(of.output[0] * of.output[1] * depthOf(of));
  prepareGather(of)(input, 0, columns, 0);
  return columns;
}

test('the accumulators of the reference change by exactly the counting matrix times the error table', () => {
  let compared = 0;
  fc.assert(
    fc.property(tableNetworks, ({ network, input }) => {
      const drawn = tableLayer(network);
      fc.pre(drawn !== undefined);
      const { of, table } = drawn;
      const columns = codesOf(of, input);
      const errors = errorsOf({ ...of, table });
      const exact = runLayer(network, rawLayer(of, 'exact'), [input]);
      const changed = runLayer(network, rawLayer(of, of.layer.product), [input]);
      const channels = of.output[2];
      const predicted = exact.map((value, i) => {
        const counts = countingMatrix(of, columns, Math.floor(i / channels), i % channels);
        return value + counts.reduce((sum, count, entry) => sum + count * (errors[entry] ?? 0), 0);
      });
      expect(predicted).toEqual(changed);
      compared++;
    }),
    { numRuns: 40 },
  );
  expect(compared).toBeGreaterThan(0);
});

test('the gradient by the table is the sum of the outputs gradients times their counting matrices', () => {
  fc.assert(
    fc.property(
      tableNetworks,
      fc.infiniteStream(fc.integer({ min: -50, max: 50 })),
      ({ network, input }, draw) => {
        const drawn = tableLayer(network);
        fc.pre(drawn !== undefined);
        const { of } = drawn;
        const columns = codesOf(of, input);
        const channels = of.output[2];
        const gradient = Float64Array.from({ length: of.output[0] * of.output[1] * channels }, () =>
          Number(draw.next().value),
        );
        const expected = new Float64Array(tableLength(of));
        gradient.forEach((value, i) => {
          countingMatrix(of, columns, Math.floor(i / channels), i % channels).forEach((count, entry) => {
            expected[entry] = (expected[entry] ?? 0) + value * count;
          });
        });
        const target = new Float64Array(tableLength(of));
        prepareTableGradient(of)(columns, gradient, target);
        expect(target).toEqual(expected);
      },
    ),
    { numRuns: 40 },
  );
});
