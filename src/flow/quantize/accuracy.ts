/** Accuracy of an integer network: its exact integers over labelled pictures. */

import { prepareReference, quantizeSamples, type Dataset, type IntegerNetwork } from '../../nn/index.js';
import { breathe } from '../breathe.js';
import type { FlowHooks } from '../options.js';

/** Pictures between two looks at the signal. */
const GROUP = 200;

/** 0 .. 1; the first of equal logits counts. @throws NnError when the pictures do not fit the network */
export const accuracyOfIntegers = async (
  network: IntegerNetwork,
  { shape, count, pictures, scale, labels }: Dataset,
  hooks: FlowHooks = {},
): Promise<number> => {
  const stage = 'accuracy of the integer network';
  const type = pictures instanceof Uint8Array ? 'uint8' : 'float32';
  const samples = quantizeSamples(
    network,
    { type, dims: [count, ...shape], data: pictures },
    { inputScale: scale },
  );
  const runner = prepareReference(network);
  let correct = 0;
  for (let first = 0; first < count; first += GROUP) {
    hooks.progress?.(stage, first, count);
    await breathe(hooks);
    const group = Math.min(GROUP, count - first);
    const from = first * runner.inputLength;
    const logits = runner.runMany(samples.values.subarray(from, from + group * runner.inputLength), group);
    for (let i = 0; i < group; i++) {
      const own = logits.subarray(i * runner.outputLength, (i + 1) * runner.outputLength);
      if (own.indexOf(Math.max(...own)) === labels[first + i]) correct += 1;
    }
  }
  hooks.progress?.(stage, count, count);
  return correct / count;
};
