/** Units that take several cycles for a result, at small widths: equal to twins that look up or multiply. */
import { describe, expect, it } from 'vitest';
import { proveAllEquivalent } from '../../src/formal/index.js';
import {
  array,
  bit,
  cat,
  component,
  select,
  sint,
  uint,
  type Design,
  type SInt,
} from '../../src/hdl/index.js';
import { pyramidVector } from '../../src/num/index.js';
import { foldInputs } from '../../src/units/cmvm-folded/fold-inputs.js';
import { foldOutputs } from '../../src/units/cmvm-folded/fold-outputs.js';
import { pvqDecoder, pvqRunDecoder, ternarySkip } from '../../src/units/index.js';

interface Pair {
  readonly a: Design;
  readonly b: Design;
}

type Matrix = readonly (readonly number[])[];
const matrix: Matrix = [
  [1, -2],
  [3, 0],
];

const depth = 24;
const prove = (pairs: readonly Pair[]) =>
  proveAllEquivalent(
    pairs.map((pair) => ({ ...pair, resets: 'once' as const, depth })),
    { timeLimitMs: 300_000 },
  );

describe('serial units', () => {
  // Induction would need to be told which states of a unit and its twin belong together: from a reset, for `depth` cycles.
  it('equal twins that look up or multiply', async () => {
    const pairs = {
      'pvqDecoder, three vectors': decoderPair([0, 1, 2, 3, 4, 5, 6, 7]),
      'pvqRunDecoder, eight vectors': runDecoderPair(),
      ternarySkip: skipPair(),
      'cmvmFolded, inputs': foldedInputsPair(matrix),
      'cmvmFolded, outputs': foldedOutputsPair(matrix),
    };
    const verdicts = await prove(Object.values(pairs));
    const shown = Object.keys(pairs).map((name, index) => [name, verdicts[index]?.verdict]);
    for (const [name, verdict] of shown) expect.soft(['proved', 'bounded'], name).toContain(verdict);
  }, 900_000);

  it('with another vector or weight are told apart', async () => {
    const decoder = decoderPair([0, 1, 2, 3, 4, 5, 7, 6]);
    const { a } = foldedInputsPair([[1, -2]]);
    const { b } = foldedInputsPair([[1, -1]]);
    const verdicts = await prove([decoder, { a, b }]);
    expect(verdicts.map(({ verdict, counterexample }) => [verdict, counterexample?.confirmed])).toEqual([
      ['refuted', true],
      ['refuted', true],
    ]);
  }, 600_000);
});

/** Vectors of two elements and two pulses; `order`: the vector that the twin has for an index. */
function decoderPair(order: readonly number[]): Pair {
  const pyramid = { length: 2, pulses: 2 };
  const unit = pvqDecoder(pyramid);
  const face = {
    in: { start: bit, index: uint(unit.indexWidth) },
    out: { ready: bit, shown: sint(unit.elementWidth), valid: bit },
  };
  const a = component('decoding', face, (inputs) => {
    const { ready, element, elementValid } = unit.component('unit', inputs);
    return { ready, shown: elementValid.mux(element, 0), valid: elementValid };
  });
  /** The element that comes in each of eight cycles: a cycle for its sign, its pulses, its end. */
  const schedule = order.map((index) => {
    const found = Array.from({ length: 8 }, (): number | undefined => undefined);
    let cycle = -1;
    for (const element of pyramidVector(BigInt(index), pyramid, 'rfc6716')) {
      cycle += Math.abs(element) + 2;
      found[cycle] = element;
    }
    return found;
  });
  const b = component('looking_up', face, ({ start, index }, m) => {
    const { busy, cycle, held } = m.regs({ busy: bit, cycle: uint(3), held: uint(unit.indexWidth) });
    const last = cycle.eq(unit.cycles - 2);
    m.when(busy, () => {
      cycle.next = cycle.add(1).wrap(3);
      busy.next = last.not();
    }).elseWhen(start, () => {
      busy.next = 1;
      held.next = index;
      cycle.next = 0;
    });
    const entries = schedule.flat();
    const at = cat(held, cycle);
    const valid = busy.and(
      select(
        at,
        entries.map((entry) => m.constant(bit, entry === undefined ? 0 : 1)),
      ),
    );
    const element = select(
      at,
      entries.map((entry) => m.constant(sint(unit.elementWidth), entry ?? 0)),
    );
    return {
      ready: busy.not(),
      shown: m.pipe('shown_q', valid.mux(element, 0), { reset: 0 }),
      valid: m.pipe('valid_q', valid, { reset: 0 }),
    };
  });
  return { a: a.design, b: b.design };
}

/** Vectors of three elements and two pulses; runs that fit no vector are assumed away. */
function runDecoderPair(): Pair {
  const [length, pulses] = [3, 2];
  const unit = pvqRunDecoder({ length, pulses });
  const face = {
    in: { runValid: bit, zeros: uint(2), value: sint(unit.elementWidth) },
    out: { ready: bit, shown: sint(unit.elementWidth), valid: bit },
  };
  const a = component('decoding', face, (inputs) => {
    const { runReady, element, elementValid } = unit.component('unit', inputs);
    return { ready: runReady, shown: elementValid.mux(element, 0), valid: elementValid };
  });
  const b = component('counting', face, ({ runValid, zeros, value }, m) => {
    const { place, seen, spent } = m.regs({ place: uint(4), seen: uint(4), spent: uint(4) });
    const complete = spent.eq(pulses);
    const taken = runValid.and(complete.not()).and(seen.eq(zeros));
    const after = spent.add(value.lt(0).mux(value.neg(), value).asUint());
    const valid = complete.or(runValid);
    const last = place.eq(length - 1);
    m.assume(taken.not().or(value.ne(0).and(after.le(pulses))), 'a run fits what is left');
    m.assume(
      valid
        .and(last)
        .not()
        .or(complete)
        .or(taken.and(after.eq(pulses))),
      'a vector is complete',
    );
    m.when(valid, () => {
      place.next = last.mux(m.constant(uint(4), 0), place.add(1).wrap(4));
      spent.next = last.mux(m.constant(uint(4), 0), taken.mux(after.wrap(4), spent));
      seen.next = complete.or(taken).mux(m.constant(uint(4), 0), seen.add(1).wrap(4));
    });
    return {
      ready: taken,
      shown: m.pipe('shown_q', taken.mux(value, 0), { reset: 0 }),
      valid: m.pipe('valid_q', valid, { reset: 0 }),
    };
  });
  return { a: a.design, b: b.design };
}

/** Activations are written before they are read: what the memory holds at power-up is unknown. */
function skipPair(): Pair {
  const unit = ternarySkip({ length: 2, actWidth: 2 });
  const face = {
    in: {
      ...{ write: bit, address: uint(1), act: sint(2) },
      ...{ valid: bit, index: uint(1), negative: bit, take: bit, last: bit },
    },
    out: { done: bit, sum: sint(unit.sumWidth) },
  };
  const a = component('skipping', face, (inputs) => unit.component('unit', inputs));
  const b = component('adding', face, ({ write, address, act, valid, index, negative, take, last }, m) => {
    const { acts } = m.regs({ acts: array(2, sint(2)) }, { reset: false });
    const { written } = m.regs({ written: array(2, bit) });
    acts.forEach((register, i) => {
      m.when(write.and(address.eq(i)), () => {
        register.next = act;
      });
    });
    written.forEach((flag, i) => {
      m.when(write.and(address.eq(i)), () => {
        flag.next = 1;
      });
    });
    m.assume(valid.and(take).not().or(select(index, written)), 'what is read has been written');
    const value = select(index, acts);
    const term = valid.and(take).mux(negative.mux(value.neg(), value), 0);
    const step = m.pipe('step', { valid, last, term }, { reset: 0 });
    const { total, result } = m.regs({ total: sint(unit.sumWidth), result: sint(unit.sumWidth) });
    const sum = total.add(step.term).wrap(unit.sumWidth);
    m.when(step.valid, () => {
      total.next = step.last.mux(m.constant(sint(unit.sumWidth), 0), sum);
      result.next = step.last.mux(sum, result);
    });
    return { done: m.pipe('done_q', step.valid.and(step.last), { reset: 0 }), sum: result };
  });
  return { a: a.design, b: b.design };
}

const dot = (row: readonly number[], x: readonly SInt[]): SInt =>
  x.map((value, i) => value.mul(row[i] ?? 0)).reduce((sum, product) => sum.add(product));

const x = sint(2);
const sumWidth = 6;
const paramsOf = (side: 'inputs' | 'outputs', weights: Matrix) =>
  ({
    ...{ name: 'folded', matrix: weights, inputWidth: 2, inputSigned: true },
    fold: { side, perCycle: 1 },
  }) as const;

/** One of two inputs a cycle. */
function foldedInputsPair(weights: Matrix): Pair {
  const { component: unit, latencyCycles: stages } = foldInputs(paramsOf('inputs', weights));
  const face = { in: { x, valid: bit }, out: { y: array(weights.length, sint(sumWidth)), done: bit } };
  const a = component('folded_inputs', face, ({ x: value, valid }) => {
    const { y, out_valid } = unit('unit', { x: [value], in_valid: valid });
    return { y: y.map((sum) => out_valid.mux(sum, 0)), done: out_valid };
  });
  const b = component('multiplying', face, ({ x: value, valid }, m) => {
    const { isSecond } = m.regs({ isSecond: bit });
    const first = m.pipe('first', value, { enable: valid });
    m.when(valid, () => {
      isSecond.next = isSecond.not();
    });
    const done = valid.and(isSecond);
    const y = weights.map((row) => done.mux(dot(row, [first, value]), 0));
    return { y: m.pipe('y_q', y, { stages, reset: 0 }), done: m.pipe('done_q', done, { stages, reset: 0 }) };
  });
  return { a: a.design, b: b.design };
}

/** One of two outputs a cycle. */
function foldedOutputsPair(weights: Matrix): Pair {
  const { component: unit, latencyCycles } = foldOutputs(paramsOf('outputs', weights));
  const face = {
    in: { x: array(2, x), valid: bit },
    out: { y: sint(sumWidth), ready: bit, done: bit, group: bit },
  };
  const a = component('folded_outputs', face, ({ x: values, valid }, m) => {
    const { y, in_ready, out_valid, out_group } = unit('unit', { x: values, in_valid: valid });
    const [sum = m.constant(x, 0)] = y;
    return {
      y: out_valid.mux(sum, 0),
      ready: in_ready,
      done: out_valid,
      group: out_valid.mux(out_group, 0),
    };
  });
  const b = component('multiplying', face, ({ x: values, valid }, m) => {
    const { busy, phase } = m.regs({ busy: bit, phase: bit });
    const ready = busy.not().or(phase);
    const held = m.pipe('held', values, { enable: valid.and(ready) });
    m.when(ready, () => {
      busy.next = valid;
      phase.next = 0;
    }).otherwise(() => {
      phase.next = 1;
    });
    const sums = weights.map((row) => dot(row, held));
    const shown = { y: busy.mux(select(phase, sums), 0), done: busy, group: busy.and(phase) };
    return { ...m.pipe('shown', shown, { stages: latencyCycles - 1, reset: 0 }), ready };
  });
  return { a: a.design, b: b.design };
}
