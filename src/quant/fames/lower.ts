/** From a quantized model to what runs with tables. */
import { datasetSamples, importOnnx, subset, type Dataset, type IntegerNetwork } from '../../nn/index.js';
import type { MethodData } from '../method.js';
import { gridAt, weightGridOf, convNamed, writeModel, type QuantizedModel } from '../model/index.js';

/** The integer network that other stages see: what the importer makes of the written file. @throws QuantError, NnError */
export const integerNetworkOf = (quantized: QuantizedModel): IntegerNetwork =>
  importOnnx(writeModel(quantized, 'qonnx')).network;

/** The pictures as the network's input integers, one after another. @throws NnError NN021 wrong shape */
export const inputsOf = (network: IntegerNetwork, data: Dataset, pictures: readonly number[]): Int32Array =>
  datasetSamples(network, subset(data, pictures)).values;

/** Real value of one step of each output channel's accumulator. */
export function accumulatorScales(quantized: QuantizedModel, conv: string): readonly number[] {
  const node = convNamed(quantized.model, conv);
  const { scales } = weightGridOf(quantized, conv);
  const { scale } = gridAt(quantized, node.input);
  return Array.from(
    { length: node.outChannels },
    (_, o) => scale * (scales[scales.length === 1 ? 0 : o] ?? 0),
  );
}

/** Pictures that training has not seen; the training pictures where none are held back. */
export const calibrationData = ({ train, validation }: MethodData): Dataset =>
  validation.count > 0 ? validation : train;
