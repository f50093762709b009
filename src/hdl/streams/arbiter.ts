/** Several streams into one. */
import { select, type Signals } from '../bundles.js';
import type { ModuleBuilder } from '../module.js';
import type { UInt } from '../signal.js';
import { any, counter, indices, register, selectPayload } from './parts.js';
import { fires, produce, type Stream } from './stream.js';

export interface ArbiterOptions<P extends Signals> {
  /** Who goes first when several wait: the `first` in the list (default), or whoever comes after the last served. */
  readonly policy?: 'first' | 'roundRobin';
  /** Ends of packets: from a packet's first beat to its last, only its stream is served. */
  readonly last?: (payload: P) => UInt;
}

/** A beat and the number of the stream it came from. */
export type From<P extends Signals> = Readonly<{ from: UInt; payload: P }>;

/** Merges streams of one payload. A beat that was offered stays offered until it is taken, whoever else arrives. */
export const arbiter = <P extends Signals>(
  m: ModuleBuilder,
  name: string,
  inputs: readonly Stream<P>[],
  options: ArbiterOptions<P> = {},
): Stream<From<P>> => {
  const { policy = 'first', last } = options;
  const count = indices(inputs.length, `the number of inputs of arbiter ${name}`).length;
  const locked = register(m, `${name}_locked`);
  const served = counter(m, `${name}_served`, count);
  const valids = inputs.map(({ valid }) => valid);
  const fresh = policy === 'first' ? firstOf(m, valids, served.width) : nextOf(m, valids, served);
  const from = locked.mux(served, fresh);
  const payload = selectPayload(
    from,
    inputs.map((input) => input.payload),
  );
  const valid = select(from, valids);
  const output = produce(m, name, { payload: { from, payload }, valid });
  inputs.forEach((input, i) => {
    input.ready.value = output.ready.and(from.eq(i));
  });
  const ends = last === undefined ? fires(output) : fires(output).and(last(payload));
  m.when(valid, () => {
    locked.next = ends.not();
    served.next = from;
  });
  return output;
};

/** The number of the first that is 1; of the last one when none is. */
const firstOf = (m: ModuleBuilder, bits: readonly UInt[], width: number): UInt =>
  bits
    .slice(0, -1)
    .reduceRight(
      (rest, bit, i) => bit.mux(m.constant({ signed: false, width }, i), rest),
      m.constant({ signed: false, width }, bits.length - 1),
    );

/** The first that is 1 after `served`, going round. */
function nextOf(m: ModuleBuilder, bits: readonly UInt[], served: UInt): UInt {
  const later = bits.map((bit, i) => bit.and(served.lt(i)));
  return any(m, later).mux(firstOf(m, later, served.width), firstOf(m, bits, served.width));
}
