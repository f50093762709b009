/** Streams beat by beat: other payloads, fewer beats, several streams side by side. No state, no latency. */
import type { Signals } from '../bundles.js';
import type { ModuleBuilder } from '../module.js';
import type { UInt } from '../signal.js';
import { all } from './parts.js';
import { produce, type Stream } from './stream.js';

/** The same beats with another payload. */
export const map = <P extends Signals, Q extends Signals>(
  input: Stream<P>,
  change: (payload: P) => Q,
): Stream<Q> => ({ ...input, payload: change(input.payload) });

/** The beats for which `keep` is 1; the others are taken and dropped. */
export const filter = <P extends Signals>(
  m: ModuleBuilder,
  name: string,
  input: Stream<P>,
  keep: (payload: P) => UInt,
): Stream<P> => {
  const kept = keep(input.payload);
  const output = produce(m, name, { payload: input.payload, valid: input.valid.and(kept) });
  input.ready.value = kept.not().or(output.ready);
  return output;
};

type Payloads<R extends Readonly<Record<string, Stream<Signals>>>> = {
  readonly [K in keyof R]: R[K]['payload'];
};

/** One beat of each input becomes one beat with all payloads. An input waits for the others. */
export const join = <const R extends Readonly<Record<string, Stream<Signals>>>>(
  m: ModuleBuilder,
  name: string,
  inputs: R,
): Stream<Payloads<R>> => {
  const streams = Object.values(inputs);
  const valid = all(
    m,
    streams.map((input) => input.valid),
  );
  const payload = Object.fromEntries(Object.entries(inputs).map(([key, input]) => [key, input.payload]));
  const output = produce(m, name, { payload: payload as Payloads<R>, valid });
  for (const input of streams) input.ready.value = valid.and(output.ready);
  return output;
};
