/** Dot products of ternary weights in as many cycles as there are weights other than 0. */
import { addressWidth, bit, cat, component, sint, uint } from '../../hdl/index.js';
import { sumWidthOf } from '../adder-tree/tree.js';
import { requireInteger } from '../errors.js';

export interface TernarySkipParams {
  /** Activations of a vector, 2 to 4096. */
  readonly length: number;
  /** 1 to 64. */
  readonly actWidth: number;
}

/**
 * `write`, `address`, `act` fill a memory with a vector of activations. Each cycle with `valid` is one entry of `skipEntries`:
 * activation `index` is added, subtracted (`negative`) or, without `take`, left out. `latencyCycles` after the entry with `last`,
 * `done` is 1 for a cycle and `sum` is the exact dot product; the next entry starts the next one. A write is seen by entries from the
 * next cycle on. @throws UnitParameterError
 */
export const ternarySkip = ({ length, actWidth }: TernarySkipParams) => {
  requireInteger('ternarySkip', 'length', length, 2, 4096);
  requireInteger('ternarySkip', 'actWidth', actWidth, 1, 64);
  const greatest = 1n << BigInt(actWidth - 1);
  const sumWidth = sumWidthOf(length, { lo: -greatest, hi: greatest });
  const address = uint(addressWidth(length));
  const unit = component(
    `ternary_skip_n${length}_a${actWidth}`,
    {
      in: {
        ...{ write: bit, address, act: sint(actWidth) },
        ...{ valid: bit, index: address, negative: bit, take: bit, last: bit },
      },
      out: { done: bit, sum: sint(sumWidth) },
      parameters: { length, actWidth },
    },
    ({ write, address: place, act, valid, index, negative, take, last }, m) => {
      const acts = m.memory('acts', { word: sint(actWidth), depth: length });
      m.when(write, () => {
        acts.write(place, act);
      });
      const value = acts.read(index);
      const taken = take.and(valid);
      const step = m.pipe('step', { valid, taken, negative: negative.and(taken), last }, { reset: 0 });
      const { total, result } = m.regs({ total: sint(sumWidth), result: sint(sumWidth) }, { reset: 0 });
      const term = step.taken.mux(step.negative.mux(value.not(), value), 0);
      // One more bit at the bottom, 1 + negative, makes the carry into the lowest bit of the sum.
      const sum = total.shl(1).or(1).add(cat(term, step.negative).asSint()).shr(1).wrap(sumWidth);
      m.when(step.valid, () => {
        m.when(step.last, () => {
          total.next = 0;
          result.next = sum;
        }).otherwise(() => {
          total.next = sum;
        });
      });
      return { done: m.pipe('done_q', step.valid.and(step.last), { reset: 0 }), sum: result };
    },
  );
  return { component: unit, latencyCycles: 2, sumWidth };
};
