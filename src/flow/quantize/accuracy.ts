/** Accuracy of an integer network: its exact integers over labelled pictures. */

import { datasetSamples, type Dataset, type IntegerNetwork } from '../../nn/index.js';
import type { FlowHooks } from '../options.js';
import { expectationOf, recognized, shareOf } from '../verify.js';

/** 0 .. 1; the first of equal logits counts. @throws NnError when the pictures do not fit the network */
export const accuracyOfIntegers = async (
  network: IntegerNetwork,
  data: Dataset,
  hooks: FlowHooks = {},
): Promise<number> => shareOf(await recognizedByIntegers(network, data, hooks));

/** Of each picture, whether the integer network knows it. @throws NnError when the pictures do not fit the network */
export const recognizedByIntegers = async (
  network: IntegerNetwork,
  data: Dataset,
  hooks: FlowHooks = {},
): Promise<readonly boolean[]> => {
  const { outputs, outputSize } = await expectationOf(network, datasetSamples(network, data), hooks);
  return recognized(outputs, outputSize, data.labels);
};
