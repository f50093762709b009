/** Accuracy of an integer network: its exact integers over labelled pictures. */

import { datasetSamples, type Dataset, type IntegerNetwork } from '../../nn/index.js';
import type { FlowHooks } from '../options.js';
import { accuracyOf, expectationOf } from '../verify.js';

/** 0 .. 1; the first of equal logits counts. @throws NnError when the pictures do not fit the network */
export const accuracyOfIntegers = async (
  network: IntegerNetwork,
  data: Dataset,
  hooks: FlowHooks = {},
): Promise<number> => {
  const samples = datasetSamples(network, data);
  return accuracyOf(await expectationOf(network, samples, hooks), data.labels).top1;
};
