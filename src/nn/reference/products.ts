/** Product tables in the order in which the reference reads them. */
import type { ConvLayer } from '../ir.js';
import { tableIndex } from '../ranges.js';

/** `products[rows[i] + code]`: the product of weight i of the layer and an activation code (its low bits). */
export function tableByWeight(
  { weights, weightBits }: Pick<ConvLayer, 'weights' | 'weightBits'>,
  table: readonly number[],
  actBits: number,
): { readonly products: Float64Array; readonly rows: Int32Array } {
  const codes = 2 ** actBits;
  const mask = 2 ** weightBits - 1;
  const products = Float64Array.from({ length: table.length }, (_, i) => {
    const weight = Math.floor(i / codes);
    return table[tableIndex(i % codes, weight, actBits, weightBits)] ?? 0;
  });
  return { products, rows: Int32Array.from(weights, (weight) => (weight & mask) * codes) };
}
