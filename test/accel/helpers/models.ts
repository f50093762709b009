/** Models and pictures of ../shared/data as the accelerator tests use them. */

import {
  importOnnx,
  loadSamples,
  quantizeSamples,
  elementCount,
  type IntegerNetwork,
} from '../../../src/nn/index.js';
import { readShared, sharedPath } from '../../nn/shared-data.js';

export const loadModel = (path: string): IntegerNetwork => importOnnx(readShared(path)).network;

/** The first pictures of a data set, as the network's input integers. */
export const loadPictures = (network: IntegerNetwork, file: string, count: number): readonly Int32Array[] => {
  const samples = loadSamples(sharedPath(`datasets/${file}`));
  const { values } = quantizeSamples(network, samples, { inputScale: 1 / 256 });
  const size = elementCount(network.tensors[network.input]?.shape ?? [0, 0, 0]);
  return Array.from({ length: count }, (_, index) => values.slice(index * size, (index + 1) * size));
};

export const fashion = 'fashion-t10k-images-idx3-ubyte.gz';
export const digits = 'mnist-t10k-images-idx3-ubyte.gz';
