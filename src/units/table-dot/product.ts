/** One registered approximate product: logic, or a look-up in block RAM whose read register is the product's. */

import { cat, component, sint, uint } from '../../hdl/index.js';
import type { Range } from '../../num/index.js';
import { requireInteger } from '../errors.js';
import { digest } from '../approx-multiplier/digest.js';
import { productTable } from '../approx-multiplier/model.js';
import { approxProductRange, approxProductType } from '../approx-multiplier/product-type.js';
import {
  requireApproxMultiplier,
  type ApproxKind,
  type ApproxMultiplierParams,
} from '../approx-multiplier/parameters.js';
import { maxTableAddressBits } from '../approx-multiplier/table.js';
import { drawProduct, operandType } from '../approx-multiplier/unit.js';

export interface TableProductParams {
  readonly actWidth: number;
  readonly weightWidth: number;
  readonly actSigned?: boolean;
  readonly weightSigned?: boolean;
  /** `{ kind: 'table', table }` for any table (act's code above weight's), or the parameters of a generator. */
  readonly multiplier: ApproxKind;
  /** Default: tables with more than 10 address bits in block RAM, all else in logic. */
  readonly storage?: 'logic' | 'rom';
}

/** Tables up to this many address bits become logic unless told otherwise. */
const greatestLogicAddress = 10;

/** The same multiplier as `approxMultiplier` takes it: act is a, weight is b. */
export const multiplierOf = (params: TableProductParams): ApproxMultiplierParams => ({
  aWidth: params.actWidth,
  bWidth: params.weightWidth,
  aSigned: params.actSigned ?? false,
  bSigned: params.weightSigned ?? false,
  ...params.multiplier,
});

/** Least and greatest product that this multiplier is said to have. */
export const tableProductRange = (params: TableProductParams): Range =>
  approxProductRange(multiplierOf(params));

/** product = table[act][weight], one cycle later. Free running, no reset. @throws UnitParameterError */
export const tableProduct = (params: TableProductParams) => {
  const multiplier = multiplierOf(params);
  requireApproxMultiplier(multiplier);
  const { actWidth, weightWidth, actSigned = false, weightSigned = false } = params;
  const storage = params.storage ?? defaultStorage(params);
  if (storage === 'rom')
    requireInteger('tableProduct', 'actWidth + weightWidth', actWidth + weightWidth, 2, maxTableAddressBits);
  const type = approxProductType(multiplier);
  const shape = type.signed ? sint(type.width) : uint(type.width);
  const unit = component(
    `table_product_${digest(JSON.stringify({ ...multiplier, storage }))}`,
    {
      in: { act: operandType(actWidth, actSigned), weight: operandType(weightWidth, weightSigned) },
      out: { product: shape },
      parameters: { kind: multiplier.kind, actWidth, weightWidth, actSigned, weightSigned, storage },
      latency: 1,
    },
    ({ act, weight }, m) => {
      if (storage === 'logic')
        return { product: m.pipe('product_q', drawProduct(m, multiplier, act, weight)) };
      const table = m.rom('products', shape, [...productTable(multiplier)]);
      return { product: table.read(cat(act, weight)) };
    },
  );
  return { component: unit, latencyCycles: 1, productWidth: type.width, productSigned: type.signed };
};

const defaultStorage = ({ multiplier, actWidth, weightWidth }: TableProductParams): 'logic' | 'rom' =>
  multiplier.kind === 'table' && actWidth + weightWidth > greatestLogicAddress ? 'rom' : 'logic';
