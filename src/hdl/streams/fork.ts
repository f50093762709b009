/** One stream to several consumers: to all of them, or to the one that each beat names. */
import type { Signals } from '../bundles.js';
import { describe, fail } from '../diagnostics.js';
import { select } from '../bundles.js';
import type { ModuleBuilder } from '../module.js';
import type { UInt } from '../signal.js';
import { all, indices, register } from './parts.js';
import { produce, type Stream } from './stream.js';

/**
 * Every beat goes to each of `count` outputs. Eager: an output gets its beat without waiting for the others; the next beat
 * comes when all have theirs. No output's `valid` depends on any `ready`.
 */
export const fork = <P extends Signals>(
  m: ModuleBuilder,
  name: string,
  input: Stream<P>,
  count: number,
): readonly Stream<P>[] => {
  const branches = indices(count, `the number of branches of fork ${name}`).map((i) => {
    const done = register(m, `${name}_${i}_done`);
    const valid = input.valid.and(done.not());
    const output = produce(m, `${name}_${i}`, { payload: input.payload, valid });
    return { output, done, served: done.or(output.ready) };
  });
  const ready = all(
    m,
    branches.map(({ served }) => served),
  );
  input.ready.value = ready;
  for (const { done, served } of branches) {
    m.when(input.valid, () => {
      done.next = served.and(ready.not());
    });
  }
  return branches.map(({ output }) => output);
};

/**
 * Each beat goes to the output that `choose` names, 0 … count - 1.
 * @throws HDL022 when it can name another one; `assumeRange` promises that it does not.
 */
export const route = <P extends Signals>(
  m: ModuleBuilder,
  name: string,
  input: Stream<P>,
  choose: (payload: P) => UInt,
  count: number,
): readonly Stream<P>[] => {
  const chosen = choose(input.payload);
  if (chosen.range.hi >= BigInt(count)) {
    fail(
      'HDL022',
      `${describe(chosen.node)} names one of the ${count} outputs of route ${name} and can be ${chosen.range.hi}`,
      `promise its range: .assumeRange(0, ${count - 1})`,
    );
  }
  const outputs = indices(count, `the number of outputs of route ${name}`).map((i) =>
    produce(m, `${name}_${i}`, { payload: input.payload, valid: input.valid.and(chosen.eq(i)) }),
  );
  input.ready.value = select(
    chosen,
    outputs.map(({ ready }) => ready),
  );
  return outputs;
};
