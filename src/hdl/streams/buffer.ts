/** First in, first out. */
import { leaves, mapSignals, type Signals } from '../bundles.js';
import type { UIntReg } from '../driven.js';
import type { ModuleBuilder } from '../module.js';
import type { UInt } from '../signal.js';
import { uint } from '../types.js';
import { counter, indices, leafType, payloadRegs, register, successor } from './parts.js';
import { fires, produce, type Stream } from './stream.js';

/** Deeper buffers use a memory. */
const mostRegisters = 4;

export interface BufferOptions {
  /** Where the beats wait: by default registers up to a depth of 4, beyond that a memory that becomes block RAM. */
  readonly storage?: 'registers' | 'memory';
}

/**
 * Holds up to `depth` beats. No path crosses it in either direction; with two places or more (a memory: three) it moves one
 * beat per cycle. Latency: 1 cycle, with a memory 2.
 */
export const buffer = <P extends Signals>(
  m: ModuleBuilder,
  name: string,
  input: Stream<P>,
  depth: number,
  options: BufferOptions = {},
): Stream<P> => {
  const places = indices(depth, `the depth of buffer ${name}`);
  const storage = options.storage ?? (depth <= mostRegisters ? 'registers' : 'memory');
  const held = register(m, `${name}_count`, uint(depth.toString(2).length));
  input.ready.value = held.ne(depth);
  return storage === 'registers'
    ? inRegisters(m, name, input, held, places)
    : inMemory(m, name, input, held, depth);
};

/** The beats move up when the first leaves. */
function inRegisters<P extends Signals>(
  m: ModuleBuilder,
  name: string,
  input: Stream<P>,
  held: UIntReg,
  places: readonly number[],
): Stream<P> {
  const slots = places.map((i) => payloadRegs(m, `${name}_${i}`, input.payload));
  const [first = input.payload] = slots;
  const output = produce(m, name, { payload: first, valid: held.ne(0) });
  const [push, pop] = [fires(input), fires(output)];
  countBeats(m, held, push, pop);
  slots.forEach((slot, i) => {
    const next = slots[i + 1];
    const arrives = push.and(pop.mux(held.eq(i + 1), held.eq(i)));
    const chain = m.when(arrives, () => m.load(slot, input.payload));
    if (next !== undefined) chain.elseWhen(pop, () => m.load(slot, next));
  });
  return output;
}

/** The memory's own output register holds the first beat. */
function inMemory<P extends Signals>(
  m: ModuleBuilder,
  name: string,
  input: Stream<P>,
  held: UIntReg,
  depth: number,
): Stream<P> {
  const beat = leaves(input.payload, '');
  const word = Object.fromEntries(beat.map(({ name: leaf, signal }) => [leaf, leafType(signal)]));
  const memory = m.memory(`${name}_words`, { word, depth, readDuringWrite: 'never' });
  const [writeAt, readAt] = [counter(m, `${name}_write_at`, depth), counter(m, `${name}_read_at`, depth)];
  const valid = register(m, `${name}_valid`);
  const { ready } = produce(m, name, { payload: input.payload, valid });
  const [push, pop] = [fires(input), valid.and(ready)];
  countBeats(m, held, push, pop);
  m.when(push, () => {
    memory.write(writeAt, Object.fromEntries(beat.map(({ name: leaf, signal }) => [leaf, signal])));
    writeAt.next = successor(m, writeAt, depth);
  });
  const open = valid.not().or(ready);
  const inMemory = held.ne(valid);
  m.when(open, () => {
    valid.next = inMemory;
    m.when(inMemory, () => {
      readAt.next = successor(m, readAt, depth);
    });
  });
  const first = memory.read(readAt, open.and(inMemory));
  const payload = mapSignals(input.payload, '', (leaf, signal) => first[leaf] ?? signal) as P;
  return { payload, valid, ready };
}

function countBeats(m: ModuleBuilder, held: UIntReg, push: UInt, pop: UInt): void {
  m.when(push.ne(pop), () => {
    held.next = push.mux(held.add(1), held.sub(1).asUint()).wrap(held.width);
  });
}
