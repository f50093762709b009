/** Accuracy of an integer network: its exact integers over labelled pictures. */

import { quantizeSamples, type Dataset, type IntegerNetwork } from '../../nn/index.js';
import type { FlowHooks } from '../options.js';
import { accuracyOf, expectationOf } from '../verify.js';

/** 0 .. 1; the first of equal logits counts. @throws NnError when the pictures do not fit the network */
export const accuracyOfIntegers = async (
  network: IntegerNetwork,
  { shape, count, pictures, scale, labels }: Dataset,
  hooks: FlowHooks = {},
): Promise<number> => {
  const type = pictures instanceof Uint8Array ? 'uint8' : 'float32';
  const array = { type, dims: [count, ...shape], data: pictures } as const;
  const samples = quantizeSamples(network, array, { inputScale: scale });
  return accuracyOf(await expectationOf(network, samples, hooks), labels).top1;
};
