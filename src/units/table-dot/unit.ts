/** Sum of approximate products, each a look-up in a table or made by an approximate multiplier. */

import { array, component, sint } from '../../hdl/index.js';
import { adderTree, sumWidthOf, treeStages } from '../adder-tree/tree.js';
import { digest } from '../approx-multiplier/digest.js';
import { operandType } from '../approx-multiplier/unit.js';
import { requireInteger } from '../errors.js';
import { multiplierOf, tableProduct, tableProductRange, type TableProductParams } from './product.js';

export interface TableDotParams extends TableProductParams {
  /** Number of activations and weights, 1 to 256. */
  readonly products: number;
  /** Adder levels between registers, default 1. */
  readonly levelsPerStage?: number;
}

/**
 * sum = Σ table[act][weight]. Each product is registered, then added in a registered tree. Free running, no reset; result
 * after `latencyCycles`. @throws UnitParameterError
 */
export const tableDot = (params: TableDotParams) => {
  const {
    products,
    actWidth,
    weightWidth,
    actSigned = false,
    weightSigned = false,
    levelsPerStage = 1,
  } = params;
  requireInteger('tableDot', 'products', products, 1, 256);
  requireInteger('tableDot', 'levelsPerStage', levelsPerStage, 1, 8);
  const product = tableProduct(params);
  const range = tableProductRange(params);
  const sumWidth = sumWidthOf(products, range);
  const latencyCycles = product.latencyCycles + treeStages(products, levelsPerStage);
  const { storage = 'default' } = params;
  const unit = component(
    `table_dot_n${products}_l${levelsPerStage}_${digest(JSON.stringify({ ...multiplierOf(params), storage }))}`,
    {
      in: {
        act: array(products, operandType(actWidth, actSigned)),
        weight: array(products, operandType(weightWidth, weightSigned)),
      },
      out: { sum: sint(sumWidth) },
      parameters: { products, actWidth, weightWidth, actSigned, weightSigned, levelsPerStage },
      latency: latencyCycles,
    },
    ({ act, weight }, m) => {
      const terms = act.flatMap((value, index) => {
        const factor = weight[index];
        if (factor === undefined) return [];
        const { product: term } = product.component(`product_${index}`, { act: value, weight: factor });
        return [term.kind === 'uint' ? term.toSint() : term];
      });
      return { sum: adderTree(m, terms, range, levelsPerStage) };
    },
  );
  return { component: unit, latencyCycles, sumWidth };
};
