/** The protocol of a stream, watched in simulation. */
import { leaves, type Signals } from '../bundles.js';
import type { ModuleBuilder } from '../module.js';
import { all, payloadRegs, register } from './parts.js';
import type { Stream } from './stream.js';

/**
 * Simulations fail when `valid` falls, or the payload changes, before `ready`. The registers NAME_waits, NAME_before… are
 * read by assertions only: synthesis removes them.
 */
export const checkStream = (
  m: ModuleBuilder,
  name: string,
  { payload, valid, ready }: Stream<Signals>,
): void => {
  const waits = register(m, `${name}_waits`);
  const before = payloadRegs(m, `${name}_before`, payload);
  waits.next = valid.and(ready.not());
  m.load(before, payload);
  const earlier = leaves(before, '');
  const holds = leaves(payload, '').map(({ signal }, i) => {
    const known = earlier[i]?.signal ?? signal;
    return known.asUint().eq(signal.asUint());
  });
  m.when(waits, () => {
    m.assert(valid, `stream ${name}: valid falls before ready`);
    m.assert(all(m, holds), `stream ${name}: the payload changes before ready`);
  });
};
