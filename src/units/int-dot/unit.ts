/** Sum of products of signed integers: 8-bit (or any width) MACs in parallel. */

import { array, component, sint } from '../../hdl/index.js';
import { typeRange, type Range } from '../../num/index.js';
import { adderTree, sumWidthOf, treeStages } from '../adder-tree/tree.js';
import { requireInteger } from '../errors.js';
import { intProduct } from './product.js';

export interface IntDotParams {
  /** Number of activations and weights, 1 to 256. */
  readonly products: number;
  readonly actWidth: number;
  readonly weightWidth: number;
  /** Adder levels between registers, default 1: more makes Yosys merge adders into larger and slower ones (docs/units). */
  readonly levelsPerStage?: number;
  /** 1: registers in front of the multipliers (inside the DSP cells); default 0. */
  readonly operandStages?: 0 | 1;
}

/**
 * sum = Σ act * weight, exact. Each product is registered in its own `int_product_…` module, then added in a registered
 * tree. Free running, no reset; result after `latencyCycles`. @throws UnitParameterError
 */
export const intDot = (params: IntDotParams) => {
  const { products, actWidth, weightWidth, levelsPerStage = 1, operandStages = 0 } = params;
  requireInteger('intDot', 'products', products, 1, 256);
  requireInteger('intDot', 'actWidth', actWidth, 1, 64);
  requireInteger('intDot', 'weightWidth', weightWidth, 1, 64);
  requireInteger('intDot', 'levelsPerStage', levelsPerStage, 1, 8);
  const term = productRange(actWidth, weightWidth);
  const sumWidth = sumWidthOf(products, term);
  const product = intProduct({ actWidth, weightWidth, operandStages });
  const latencyCycles = product.latencyCycles + treeStages(products, levelsPerStage);
  const unit = component(
    `int_dot_n${products}_a${actWidth}_w${weightWidth}_l${levelsPerStage}_o${operandStages}`,
    {
      in: { act: array(products, sint(actWidth)), weight: array(products, sint(weightWidth)) },
      out: { sum: sint(sumWidth) },
      parameters: { products, actWidth, weightWidth, levelsPerStage, operandStages },
      latency: latencyCycles,
    },
    ({ act, weight }, m) => {
      const terms = act.flatMap((value, index) => {
        const factor = weight[index];
        if (factor === undefined) return [];
        return [product.component(`product_${index}`, { act: value, weight: factor }).product];
      });
      return { sum: adderTree(m, terms, term, levelsPerStage) };
    },
  );
  return { component: unit, latencyCycles, sumWidth };
};

/** The greatest product is that of the two smallest factors. */
const productRange = (actWidth: number, weightWidth: number): Range => {
  const act = typeRange(true, actWidth);
  const weight = typeRange(true, weightWidth);
  const ends = [act.lo * weight.hi, act.hi * weight.lo];
  return { lo: ends.reduce((a, b) => (b < a ? b : a)), hi: act.lo * weight.lo };
};
