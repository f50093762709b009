/** Sum of approximate products of activations and weights given by sign and magnitude: the multiplier sees magnitudes only. */

import { array, component, sint, uint } from '../../hdl/index.js';
import type { Range } from '../../num/index.js';
import { adderTree, sumWidthOf, treeStages } from '../adder-tree/tree.js';
import { digest } from '../approx-multiplier/digest.js';
import { requireApproxMultiplier, type ApproxKind } from '../approx-multiplier/parameters.js';
import { approxProductType } from '../approx-multiplier/product-type.js';
import { rangeOfType } from '../approx-multiplier/table.js';
import { drawProduct } from '../approx-multiplier/unit.js';
import { requireInteger } from '../errors.js';

export interface SignMagnitudeDotParams {
  /** Number of activations and weights, 1 to 256. */
  readonly products: number;
  /** Of activations, unsigned, and of the weights' magnitudes. */
  readonly actWidth: number;
  readonly magnitudeWidth: number;
  /** Of unsigned operands: a the activation, b the magnitude. */
  readonly multiplier: ApproxKind;
  /** Adder levels between registers, default 1. */
  readonly levelsPerStage?: number;
}

/** The multiplier of magnitudes as `approxMultiplier` takes it. */
export const magnitudeMultiplier = ({ actWidth, magnitudeWidth, multiplier }: SignMagnitudeDotParams) => ({
  aWidth: actWidth,
  bWidth: magnitudeWidth,
  ...multiplier,
});

/**
 * sum = Σ term, term = p or ~p (that is -p - 1) where `negative`, p the approximate product of activation and magnitude. The
 * dot product is `sum + number of negative weights`; that number is a constant of the weights. Each term is registered, then
 * added in a registered tree. Free running, no reset; result after `latencyCycles`. @throws UnitParameterError
 */
export const signMagnitudeDot = (params: SignMagnitudeDotParams) => {
  const { products, actWidth, magnitudeWidth, levelsPerStage = 1 } = params;
  requireInteger('signMagnitudeDot', 'products', products, 1, 256);
  requireInteger('signMagnitudeDot', 'levelsPerStage', levelsPerStage, 1, 8);
  const term = signedTerm(params);
  const range = termRange(params);
  const sumWidth = sumWidthOf(products, range);
  const latencyCycles = 1 + treeStages(products, levelsPerStage);
  const unit = component(
    `sign_magnitude_dot_n${products}_l${levelsPerStage}_${digest(JSON.stringify(magnitudeMultiplier(params)))}`,
    {
      in: {
        act: array(products, uint(actWidth)),
        magnitude: array(products, uint(magnitudeWidth)),
        negative: array(products, uint(1)),
      },
      out: { sum: sint(sumWidth) },
      parameters: { products, actWidth, magnitudeWidth, levelsPerStage },
      latency: latencyCycles,
    },
    ({ act, magnitude, negative }, m) => {
      const terms = act.flatMap((value, index) => {
        const [size, sign] = [magnitude[index], negative[index]];
        if (size === undefined || sign === undefined) return [];
        return [term(`term_${index}`, { act: value, magnitude: size, negative: sign }).term];
      });
      return { sum: adderTree(m, terms, range, levelsPerStage) };
    },
  );
  return { component: unit, latencyCycles, sumWidth };
};

/** What one term can be: the product's type and its complement. */
export const termRange = (params: SignMagnitudeDotParams): Range => {
  const { hi } = rangeOfType(approxProductType(magnitudeMultiplier(params)));
  return { lo: -hi - 1n, hi };
};

const signedTerm = (params: SignMagnitudeDotParams) => {
  const { actWidth, magnitudeWidth } = params;
  const multiplier = magnitudeMultiplier(params);
  requireApproxMultiplier(multiplier);
  const { width } = approxProductType(multiplier);
  return component(
    `sign_magnitude_term_${digest(JSON.stringify(multiplier))}`,
    {
      in: { act: uint(actWidth), magnitude: uint(magnitudeWidth), negative: uint(1) },
      out: { term: sint(width + 1) },
      parameters: { kind: multiplier.kind, actWidth, magnitudeWidth },
      latency: 1,
    },
    ({ act, magnitude, negative }, m) => {
      const product = drawProduct(m, multiplier, act, magnitude).asUint().wrap(width).toSint();
      return { term: m.pipe('term_q', negative.mux(product.not(), product)) };
    },
  );
};
