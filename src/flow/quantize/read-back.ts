/** A written model must be the network that was meant: what the importer reads is compared with what was written. */

import type { ConvLayer, IntegerNetwork } from '../../nn/index.js';
import type { QuantizedModel } from '../../quant/index.js';
import { FlowError } from '../errors.js';

/** QCDQ stores codes as int8 and uint8. */
export const fitsInt8 = ({ weights, activations, input }: QuantizedModel): boolean =>
  Object.values(weights).every(({ bits }) => bits <= 8) &&
  [input, ...Object.values(activations)].every(({ bits }) => bits <= 8);

/** @throws FlowError NOT_READ_BACK naming the first layer that differs: a defect of nomul */
export const requireReadBack = (
  { weights, products }: QuantizedModel,
  { layers }: IntegerNetwork,
  file: string,
): void => {
  const read = new Map(layers.flatMap((layer) => (layer.kind === 'conv' ? [[layer.name, layer]] : [])));
  for (const [name, grid] of Object.entries(weights)) {
    const layer = read.get(name);
    const difference =
      layer === undefined ? 'is missing' : differenceOf(layer, grid, products[name]?.table ?? undefined);
    if (difference !== undefined)
      throw new FlowError(
        'NOT_READ_BACK',
        `${file}: layer "${name}" ${difference} when it is read back; this is a defect of nomul, please report it with the model`,
        1,
      );
  }
};

const differenceOf = (
  layer: ConvLayer,
  { codes, format }: QuantizedModel['weights'][string],
  table: readonly number[] | undefined,
): string | undefined => {
  if (layer.weights.length !== codes.length) return 'has another number of weights';
  const at = codes.findIndex((code, index) => code !== layer.weights[index]);
  if (at >= 0) return `has weight ${layer.weights[at] ?? 0} instead of ${codes[at] ?? 0} at ${at}`;
  if (layer.weightFormat !== format) return `is ${layer.weightFormat} instead of ${format}`;
  const product = layer.product === 'exact' ? undefined : layer.product.table;
  const same = (product ?? []).every((value, index) => value === table?.[index]);
  return product?.length === table?.length && same ? undefined : 'has another product table';
};
