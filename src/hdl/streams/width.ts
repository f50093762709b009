/** Streams of groups of beats. */
import type { Signals } from '../bundles.js';
import type { ModuleBuilder } from '../module.js';
import { counter, indices, payloadRegs, register, selectPayload, successor } from './parts.js';
import { fires, produce, type Stream } from './stream.js';

/** `count` beats become one beat with their payloads, the earliest first. Everything but `ready` comes from registers. */
export const widthUp = <P extends Signals>(
  m: ModuleBuilder,
  name: string,
  input: Stream<P>,
  count: number,
): Stream<readonly P[]> => {
  const places = indices(count, `the factor of widthUp ${name}`);
  const payload = places.map((i) => payloadRegs(m, `${name}_${i}`, input.payload));
  const filled = counter(m, `${name}_count`, count);
  const valid = register(m, `${name}_valid`);
  const output = produce(m, name, { payload, valid });
  const open = valid.not().or(output.ready);
  input.ready.value = open;
  m.when(open, () => {
    valid.next = input.valid.and(filled.eq(count - 1));
  });
  m.when(fires(input), () => {
    filled.next = successor(m, filled, count);
    payload.forEach((part, i) => m.when(filled.eq(i), () => m.load(part, input.payload)));
  });
  return output;
};

/** One beat with several payloads becomes as many beats, the first payload first. `ready` and `valid` pass through. */
export const widthDown = <P extends Signals>(
  m: ModuleBuilder,
  name: string,
  input: Stream<readonly P[]>,
): Stream<P> => {
  const count = indices(input.payload.length, `the number of payloads of widthDown ${name}`).length;
  const sent = counter(m, `${name}_count`, count);
  const output = produce(m, name, { payload: selectPayload(sent, input.payload), valid: input.valid });
  input.ready.value = output.ready.and(sent.eq(count - 1));
  m.when(fires(output), () => {
    sent.next = successor(m, sent, count);
  });
  return output;
};
