/**
 * One registered signed product in a module of its own, so that synthesis can keep its boundary while it maps DSP cells:
 * flattened, chained signed multiply-adds are miscompiled by `synth_ice40 -dsp` (research/peers.md, point 6).
 */

import { component, sint } from '../../hdl/index.js';

export interface IntProductParams {
  readonly actWidth: number;
  readonly weightWidth: number;
  /** 1: the operands are registered too, inside the module, where a DSP cell can absorb the registers. */
  readonly operandStages?: 0 | 1;
}

/** Module names of products begin with this; synthesis keeps modules with such names whole. */
export const productModulePrefix = 'int_product_';

/** product = act * weight, exact, after `latencyCycles` (1, or 2 with operand registers). */
export const intProduct = ({ actWidth, weightWidth, operandStages = 0 }: IntProductParams) => {
  const productWidth = actWidth + weightWidth;
  const latencyCycles = 1 + operandStages;
  const unit = component(
    `${productModulePrefix}a${actWidth}_w${weightWidth}_o${operandStages}`,
    {
      in: { act: sint(actWidth), weight: sint(weightWidth) },
      out: { product: sint(productWidth) },
      parameters: { actWidth, weightWidth, operandStages },
      latency: latencyCycles,
    },
    ({ act, weight }, m) => {
      const operands = m.pipe('operand', { act, weight }, { stages: operandStages });
      return { product: m.pipe('product_q', operands.act.mul(operands.weight)) };
    },
  );
  return { component: unit, latencyCycles, productWidth };
};
