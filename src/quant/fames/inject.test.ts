import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Dataset } from '../../nn/index.js';
import { createRandom } from '../../num/index.js';
import { convNodes, modelBuilder, nodeShapes, traceFloat } from '../model/index.js';
import { injectInto } from './inject.js';

test('offsets are added to the output of any convolution, whatever its stride and place', () => {
  fc.assert(
    fc.property(
      fc.record({
        seed: fc.integer({ min: 0, max: 1000 }),
        size: fc.integer({ min: 4, max: 11 }),
        stride: fc.integer({ min: 1, max: 3 }),
        padding: fc.integer({ min: 0, max: 1 }),
        node: fc.constantFrom('conv1', 'depthwise1', 'fullyConnected1'),
      }),
      ({ seed, size, stride, padding, node }) => {
        const model = modelBuilder('net', [size, size + 1, 2], seed)
          .conv(3, { stride, padding })
          .batchNorm()
          .relu()
          .depthwise({ stride })
          .fullyConnected(4)
          .build();
        expect(convNodes(model).map(({ name }) => name)).toContain(node);
        const random = createRandom(seed);
        const picture = Float32Array.from({ length: size * (size + 1) * 2 }, () => random.between(-1, 1));
        const data: Dataset = {
          ...{ name: 'one', shape: [size, size + 1, 2], classes: 4, count: 1, scale: 1 },
          ...{ pictures: picture, labels: new Uint8Array(1) },
        };
        const [height, width, channels] = nodeShapes(model).get(node) ?? [0, 0, 0];
        const offsets = Float32Array.from({ length: height * width * channels }, () => random.between(-1, 1));
        const injection = injectInto(model, {}, node);
        const changed = traceFloat(injection.model, injection.pictures(data, [0], offsets).pictures);
        const original = traceFloat(model, picture).get(node) ?? new Float32Array();
        expect(changed.get(injection.sum)).toEqual(original.map((value, i) => value + (offsets[i] ?? 0)));
      },
    ),
    { numRuns: 60 },
  );
});
