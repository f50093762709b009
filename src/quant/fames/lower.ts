/** From a quantized model to what runs with tables. */
import { importOnnx, quantizeSamples, type Dataset, type IntegerNetwork } from '../../nn/index.js';
import type { MethodData } from '../method.js';
import { gridAt, weightGridOf, convNamed, writeModel, type QuantizedModel } from '../model/index.js';

/** The integer network that other stages see: what the importer makes of the written file. @throws QuantError, NnError */
export const integerNetworkOf = (quantized: QuantizedModel): IntegerNetwork =>
  importOnnx(writeModel(quantized, 'qonnx')).network;

/** The pictures as the network's input integers, one after another. @throws NnError NN021 wrong shape */
export function inputsOf(network: IntegerNetwork, data: Dataset, pictures: readonly number[]): Int32Array {
  const size = data.shape[0] * data.shape[1] * data.shape[2];
  const chosen = new Float32Array(pictures.length * size);
  pictures.forEach((picture, i) =>
    chosen.set(data.pictures.subarray(picture * size, (picture + 1) * size), i * size),
  );
  const samples = { type: 'float32', dims: [pictures.length, ...data.shape], data: chosen } as const;
  return quantizeSamples(network, samples, { inputScale: data.scale }).values;
}

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
