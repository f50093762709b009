/**
 * What ONNX operators cannot say about a network: power-of-two and PVQ weights, approximate products. It travels in the
 * file's metadata_props under `nomul.v1`, so that no other program takes an approximate network for an exact one unawares.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { NnError } from './errors.js';
import type { Product, WeightFormat } from './ir.js';

export const METADATA_KEY = 'nomul.v1';

/** Of one Conv, Gemm or MatMul. */
export interface LayerMetadata {
  /** Ternary and plain integer weights are recognized by their values. */
  readonly weightFormat?: Extract<WeightFormat, 'powerOfTwo' | 'pvq'>;
  /** Entry [act code][weight code], both as stored bits: act code * 2^weightBits + weight code. */
  readonly product?: NamedProduct;
}

export interface NamedProduct {
  readonly name: string;
  readonly table: readonly number[];
  /** JSON: what computes the table, where that is known. */
  readonly circuit?: unknown;
}

/** By name of the ONNX node. */
export type NetworkMetadata = ReadonlyMap<string, LayerMetadata>;

/** SHA-256 of the entries in decimal, joined by commas. */
export const productHash = (table: readonly number[]): string =>
  createHash('sha256').update(table.join()).digest('hex');

/** The product of src/nn's IR for a table. */
export const tableProduct = ({ table, circuit }: Pick<NamedProduct, 'table' | 'circuit'>): Product => ({
  ...{ table, hash: productHash(table) },
  ...(circuit === undefined ? {} : { circuit }),
});

const layerSchema = z.strictObject({
  weightFormat: z.enum(['powerOfTwo', 'pvq']).optional(),
  /** Key of `products`. */
  product: z.string().optional(),
});

const metadataSchema = z.strictObject({
  layers: z.record(z.string(), layerSchema),
  /** By hash, so that layers share a table. */
  products: z.record(
    z.string(),
    z.strictObject({ name: z.string(), table: z.array(z.int()), circuit: z.json().optional() }),
  ),
});

/** The text under `nomul.v1`; layers and products in the order given. */
export function writeMetadata(metadata: NetworkMetadata): string {
  const layers: Record<string, z.infer<typeof layerSchema>> = {};
  const products: Record<string, NamedProduct> = {};
  for (const [name, { weightFormat, product }] of metadata) {
    const hash = product === undefined ? undefined : productHash(product.table);
    if (product !== undefined && hash !== undefined)
      products[hash] = { name: product.name, table: product.table, circuit: product.circuit };
    layers[name] = { weightFormat, product: hash };
  }
  return JSON.stringify({ layers, products });
}

/** Nothing where the file has no such text. @throws NnError NN008 when the text is not JSON of that form, names an unknown product, or a table differs from its hash */
export function readMetadata(text: string | undefined): NetworkMetadata {
  if (text === undefined) return new Map();
  const parsed = metadataSchema.safeParse(jsonOf(text));
  if (!parsed.success) throw malformed(z.prettifyError(parsed.error).replaceAll('\n', ' '));
  const products = new Map(Object.entries(parsed.data.products));
  for (const [hash, { name, table }] of products) {
    if (productHash(table) !== hash)
      throw malformed(`the table of product "${name}" has another hash than ${hash}`);
  }
  const layers = Object.entries(parsed.data.layers).map(([name, { weightFormat, product: hash }]) => {
    const product = hash === undefined ? undefined : products.get(hash);
    if (hash !== undefined && product === undefined)
      throw malformed(`layer "${name}" names product ${hash}, which is not among its products`);
    const layer: LayerMetadata = {
      ...(weightFormat === undefined ? {} : { weightFormat }),
      ...(product === undefined ? {} : { product }),
    };
    return [name, layer] as const;
  });
  return new Map(layers);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed('it is not JSON');
  }
}

export const malformed = (problem: string): NnError =>
  new NnError('NN008', `the model's metadata ${METADATA_KEY} is wrong: ${problem}. Write the model again.`);
