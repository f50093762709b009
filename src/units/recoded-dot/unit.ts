/** Dot product of integers from LUTs and carry chains alone, for parts without DSP cells. */

import { array, component, sint, type ModuleBuilder, type SInt, type UInt } from '../../hdl/index.js';
import { typeRange } from '../../num/index.js';
import { adderTree, sumWidthOf, treeLevels, treeStages } from '../adder-tree/tree.js';
import { requireInteger } from '../errors.js';
import { digitCount, recodedProductRange } from './digits.js';

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
  const unit = component(
    `recoded_dot_n${products}_a${actWidth}_w${weightWidth}_l${levelsPerStage}_e${recodeStages}`,
    {
      in: { act: array(products, sint(actWidth)), weight: array(products, sint(weightWidth)) },
      out: { sum: sint(sumWidth) },
      parameters: { products, actWidth, weightWidth, levelsPerStage, recodeStages },
    },
    ({ act, weight }, m) => {
      const choices = m.pipe('choice', weight.map(recode), { stages: recodeStages });
      const planes = Array.from({ length: positions }, (_, position) => {
        const terms = act.flatMap((value, index) => {
          const choice = choices[index]?.[position];
          return choice === undefined ? [] : [termOf(value, choice)];
        });
        return planeSum(m, position, terms, actWidth, levelsPerStage);
      });
      return { sum: joinPlanes(m, planes, 2).wrap(sumWidth) };
    },
  );
  const treeCycles = Math.max(1, treeStages(products, levelsPerStage));
  const latencyCycles = treeCycles + treeLevels(positions);
  return { component: unit, latencyCycles, weightLeadCycles: recodeStages, sumWidth };
};

/** How a digit chooses its term: of ~act, 0, act, 2 act by two bits, or (last position) ± one, two times act or 0. */
type Choice =
  | { readonly one: UInt; readonly high: UInt }
  | { readonly one: UInt; readonly complement: UInt }
  | { readonly one: UInt; readonly two: UInt; readonly complement: UInt };

const recode = (weight: SInt): readonly Choice[] => {
  const choices: Choice[] = [];
  let carry: UInt | undefined;
  const last = 2 * (digitCount(weight.width) - 1);
  for (let low = 0; low < last; low += 2) {
    const [bit0, bit1] = [weight.bit(low), weight.bit(low + 1)];
    choices.push(
      carry === undefined
        ? { one: bit0, high: bit1 }
        : { one: bit0.xor(carry), high: bit1.xor(bit0.and(carry)) },
    );
    carry = bit1.and(carry === undefined ? bit0 : bit0.or(carry));
  }
  return [...choices, lastChoice(weight, last, carry)];
};

/** -2 sign + bit + carry, or -sign + carry where the weight's width is odd. */
const lastChoice = (weight: SInt, low: number, carry: UInt | undefined): Choice => {
  const sign = weight.bit(weight.width - 1);
  if (low === weight.width - 1) {
    return { one: carry === undefined ? sign : sign.xor(carry), complement: sign };
  }
  const bit = weight.bit(low);
  if (carry === undefined) return { one: bit, two: sign.and(bit.not()), complement: sign };
  return { one: bit.xor(carry), two: bit.eq(carry).and(sign.xor(bit)), complement: sign };
};

const termOf = (act: SInt, choice: Choice): SInt => {
  const twice = act.shl(1);
  if ('high' in choice) return choice.high.mux(choice.one.mux(act.not(), twice), choice.one.mux(act, 0));
  const magnitude = choice.one.mux(act, 'two' in choice ? choice.two.mux(twice, 0) : 0);
  return choice.complement.mux(magnitude.not(), magnitude);
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

/** Σ plane * 4^position, two at a time, a register after each addition; neighbours are `shift` bits apart. */
const joinPlanes = (m: ModuleBuilder, planes: readonly SInt[], shift: number): SInt => {
  const [first] = planes;
  if (first === undefined) throw new RangeError('a weight has at least one digit');
  if (planes.length === 1) return first;
  const joined: SInt[] = [];
  for (let i = 0; i < planes.length; i += 2) {
    const [low, high] = [planes[i], planes[i + 1]];
    if (low !== undefined) joined.push(high === undefined ? low : low.add(high.shl(shift)));
  }
  return joinPlanes(m, m.pipe(`joined_${shift}`, joined), 2 * shift);
};
