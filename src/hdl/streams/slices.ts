/** Registers in the way of a stream: they cut long paths, cost a cycle of latency and keep one beat per cycle. */
import type { Signals } from '../bundles.js';
import type { ModuleBuilder } from '../module.js';
import { payloadRegs, register } from './parts.js';
import { fires, produce, type Stream } from './stream.js';

/** Payload and `valid` come from registers; `ready` passes through. Holds one beat. */
export const forward = <P extends Signals>(m: ModuleBuilder, name: string, input: Stream<P>): Stream<P> => {
  const valid = register(m, `${name}_valid`);
  const payload = payloadRegs(m, `${name}_payload`, input.payload);
  const output = produce(m, name, { payload, valid });
  const open = valid.not().or(output.ready);
  input.ready.value = open;
  m.when(open, () => {
    valid.next = input.valid;
    m.load(payload, input.payload);
  });
  return output;
};

/** Payload, `valid` and `ready` all come from registers: no path crosses. Holds two beats. */
export const skid = <P extends Signals>(m: ModuleBuilder, name: string, input: Stream<P>): Stream<P> => {
  const valid = register(m, `${name}_valid`);
  const payload = payloadRegs(m, `${name}_payload`, input.payload);
  /** The beat that arrived while the output was stopped. */
  const waiting = register(m, `${name}_waiting`);
  const spare = payloadRegs(m, `${name}_spare`, input.payload);
  const output = produce(m, name, { payload, valid });
  const open = valid.not().or(output.ready);
  input.ready.value = waiting.not();
  m.when(open, () => {
    valid.next = input.valid.or(waiting);
    waiting.next = 0;
    m.when(waiting, () => m.load(payload, spare)).otherwise(() => m.load(payload, input.payload));
  }).elseWhen(fires(input), () => {
    waiting.next = 1;
    m.load(spare, input.payload);
  });
  return output;
};
