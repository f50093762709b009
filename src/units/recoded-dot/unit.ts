/** Dot product of integers from LUTs and carry chains alone, for parts without DSP cells. */

import { array, component, sint, uint, type ModuleBuilder, type SInt } from '../../hdl/index.js';
import { typeRange } from '../../num/index.js';
import { adderTree, sumWidthOf, treeLevels, treeStages } from '../adder-tree/tree.js';
import { requireInteger } from '../errors.js';
import { digitCount, recodedProductRange } from './digits.js';
import { joinPlanes, packChoices, recode, recodedWidth, termOf, unpackChoices } from './planes.js';

export interface RecodedDotParams {
  /** Number of activations and weights, 1 to 256. */
  readonly products: number;
  readonly actWidth: number;
  /** 2 to 16. */
  readonly weightWidth: number;
  /** Adder levels between registers, default 1: more makes Yosys merge adders into larger and slower ones (docs/units). */
  readonly levelsPerStage?: number;
  /** 1 (default): the recoded weight is registered, and each weight enters one cycle before its activation. */
  readonly recodeStages?: 0 | 1;
}
export type DigitDotParams = Omit<RecodedDotParams, 'recodeStages'>;

/**
 * sum = Σ act * weight - correction. The correction is a constant of the weights (`recodedDotCorrection`) and belongs into
 * the requantizer's addend. Each weight is recoded to digits of base 4 (see digits.ts), then as `digitDot`. Weights enter
 * `weightLeadCycles` before their activations; the result leaves `latencyCycles` after the activations. Free running, no
 * reset. @throws UnitParameterError
 */
export const recodedDot = (params: RecodedDotParams) => {
  const { products, actWidth, weightWidth, levelsPerStage = 1, recodeStages = 1 } = params;
  const { component: dot, latencyCycles, sumWidth } = digitDot(params);
  const unit = component(
    `recoded_dot_n${products}_a${actWidth}_w${weightWidth}_l${levelsPerStage}_e${recodeStages}`,
    {
      in: { act: array(products, sint(actWidth)), weight: array(products, sint(weightWidth)) },
      out: { sum: sint(sumWidth) },
      parameters: { products, actWidth, weightWidth, levelsPerStage, recodeStages },
      latency: latencyCycles,
    },
    ({ act, weight }, m) => {
      m.latency(weight, -recodeStages);
      const digits = m.pipe('digits', weight.map(recodeWeight), { stages: recodeStages });
      return { sum: dot('dot', { act, digits }).sum };
    },
  );
  return { component: unit, latencyCycles, weightLeadCycles: recodeStages, sumWidth };
};

/** The digits of a weight as `digitDot` takes them: weight.width + 1 bits. Combinational, about as many LUTs. */
export const recodeWeight = (weight: SInt) => packChoices(recode(weight));

/**
 * `recodedDot` of weights that are digits already (`recodeWeight`), so that a weight that many products share, or that is
 * shifted into place, is recoded once. The terms of one digit position are registered and added in a tree, then the
 * positions are. @throws UnitParameterError
 */
export const digitDot = (params: DigitDotParams) => {
  const { products, actWidth, weightWidth, levelsPerStage = 1 } = params;
  requireInteger('recodedDot', 'products', products, 1, 256);
  requireInteger('recodedDot', 'actWidth', actWidth, 1, 64);
  requireInteger('recodedDot', 'weightWidth', weightWidth, 2, 16);
  requireInteger('recodedDot', 'levelsPerStage', levelsPerStage, 1, 8);
  const sumWidth = sumWidthOf(products, recodedProductRange(actWidth, weightWidth));
  const positions = digitCount(weightWidth);
  const latencyCycles = 1 + treeStages(products, levelsPerStage) + treeLevels(positions);
  const digitsWidth = recodedWidth(weightWidth);
  const unit = component(
    `digit_dot_n${products}_a${actWidth}_w${weightWidth}_l${levelsPerStage}`,
    {
      in: { act: array(products, sint(actWidth)), digits: array(products, uint(digitsWidth)) },
      out: { sum: sint(sumWidth) },
      parameters: { products, actWidth, weightWidth, levelsPerStage },
      latency: latencyCycles,
    },
    ({ act, digits }, m) => {
      const choices = digits.map((code) => unpackChoices(code, weightWidth));
      const planes = Array.from({ length: positions }, (_, position) => {
        const terms = act.flatMap((value, index) => {
          const choice = choices[index]?.[position];
          return choice === undefined ? [] : [termOf(value, choice)];
        });
        return planeSum(m, `plane_${position}`, terms, actWidth, levelsPerStage);
      });
      return { sum: joinPlanes(m, 'joined', planes).wrap(sumWidth) };
    },
  );
  return { component: unit, latencyCycles, sumWidth, digitsWidth };
};

/** Registered sum of one position's registered terms. */
const planeSum = (
  m: ModuleBuilder,
  name: string,
  terms: readonly SInt[],
  actWidth: number,
  levelsPerStage: number,
): SInt => adderTree(m, m.pipe(`${name}_term`, terms), typeRange(true, actWidth + 1), levelsPerStage, name);
