/** Dot product of integers from LUTs and carry chains alone, for parts without DSP cells. */

import { array, component, sint, type ModuleBuilder, type SInt } from '../../hdl/index.js';
import { typeRange } from '../../num/index.js';
import { adderTree, sumWidthOf, treeLevels, treeStages } from '../adder-tree/tree.js';
import { requireInteger } from '../errors.js';
import { digitCount, recodedProductRange } from './digits.js';
import { joinPlanes, recode, termOf } from './planes.js';

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

/**
 * sum = Σ act * weight - correction. The correction is a constant of the weights (`recodedDotCorrection`) and belongs into
 * the requantizer's addend. Each weight is recoded to digits of base 4 (see digits.ts); the terms of one digit position
 * are added in a tree, then the positions are. Weights enter `weightLeadCycles` before their activations; the result
 * leaves `latencyCycles` after the activations. Free running, no reset. @throws UnitParameterError
 */
export const recodedDot = (params: RecodedDotParams) => {
  const { products, actWidth, weightWidth, levelsPerStage = 1, recodeStages = 1 } = params;
  requireInteger('recodedDot', 'products', products, 1, 256);
  requireInteger('recodedDot', 'actWidth', actWidth, 1, 64);
  requireInteger('recodedDot', 'weightWidth', weightWidth, 2, 16);
  requireInteger('recodedDot', 'levelsPerStage', levelsPerStage, 1, 8);
  const sumWidth = sumWidthOf(products, recodedProductRange(actWidth, weightWidth));
  const positions = digitCount(weightWidth);
  const treeCycles = Math.max(1, treeStages(products, levelsPerStage));
  const latencyCycles = treeCycles + treeLevels(positions);
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
      const choices = m.pipe('choice', weight.map(recode), { stages: recodeStages });
      const planes = Array.from({ length: positions }, (_, position) => {
        const terms = act.flatMap((value, index) => {
          const choice = choices[index]?.[position];
          return choice === undefined ? [] : [termOf(value, choice)];
        });
        return planeSum(m, position, terms, actWidth, levelsPerStage);
      });
      return { sum: joinPlanes(m, 'joined', planes).wrap(sumWidth) };
    },
  );
  return { component: unit, latencyCycles, weightLeadCycles: recodeStages, sumWidth };
};

/** Registered sum of one position's terms. */
const planeSum = (
  m: ModuleBuilder,
  position: number,
  terms: readonly SInt[],
  actWidth: number,
  levelsPerStage: number,
): SInt => {
  const name = `plane_${position}`;
  const [only] = terms;
  if (terms.length === 1 && only !== undefined) return m.pipe(name, only);
  return adderTree(m, terms, typeRange(true, actWidth + 1), levelsPerStage, name);
};
