/** An exact product from base-4 digits: the +1 of every negative digit is the carry into an adder that is there anyway. */
import { cat, type ModuleBuilder, type SInt, type UInt } from '../../hdl/index.js';
import { recode, termOf } from '../recoded-dot/planes.js';

/** value + carry: the caller's next adder takes the carry in. */
export interface Unfinished {
  readonly value: SInt;
  readonly carry: UInt;
}

/** act * weight as value + carry, two cycles and a level of joining per doubling of digits later. */
export const exactProduct = (m: ModuleBuilder, act: SInt, weight: SInt): Unfinished => {
  const choices = m.pipe('choice', recode(weight));
  const late = m.pipe('act_q', act);
  const terms = choices.map((choice): Unfinished => ({
    value: termOf(late, choice),
    carry: 'high' in choice ? choice.one.and(choice.high) : choice.complement.and(choice.some),
  }));
  return joined(m, registered(m, 'term', terms), 2);
};

/** a + b + carry, one LUT more than without: a bit below the lowest makes the carry. */
export const addWithCarry = (a: SInt, b: SInt, carry: UInt): SInt =>
  a.shl(1).or(1).add(cat(b, carry).asSint()).shr(1);

/** The low `shift` bits of the lower pass; the higher one's carry enters where its lowest bit does. */
const joined = (m: ModuleBuilder, parts: readonly Unfinished[], shift: number): Unfinished => {
  const [first] = parts;
  if (first === undefined) throw new RangeError('a weight has at least one digit');
  if (parts.length === 1) return first;
  const next: Unfinished[] = [];
  for (let i = 0; i < parts.length; i += 2) {
    const [low, high] = [parts[i], parts[i + 1]];
    if (low === undefined) continue;
    if (high === undefined) next.push(low);
    else {
      const upper = addWithCarry(low.value.shr(shift), high.value, high.carry);
      next.push({ value: cat(upper, low.value.bits(shift - 1, 0)).asSint(), carry: low.carry });
    }
  }
  return joined(m, registered(m, `joined_${shift}`, next), 2 * shift);
};

const registered = (m: ModuleBuilder, name: string, parts: readonly Unfinished[]): readonly Unfinished[] =>
  parts.map(({ value, carry }, index) => ({
    value: m.pipe(`${name}_${index}`, value),
    carry: m.pipe(`${name}_${index}_carry`, carry),
  }));
