/** The ways from one clock domain into another: synchronizers for bits, Gray codes, pulses, and a FIFO for words. */
import { leaves, mapSignals, type Signals } from './bundles.js';
import { component } from './component.js';
import { describe, fail } from './diagnostics.js';
import { type ClockDomain, defaultDomain } from './domains.js';
import type { UIntReg } from './driven.js';
import type { ModuleBuilder } from './module.js';
import type { UInt } from './signal.js';
import { produce, stream, type Stream } from './streams/index.js';
import { bit, type Shape, uint, zipLeaves } from './types.js';

export interface SynchronizeOptions {
  /** Registers in a row, 2 (default) or more: the time in which a register that was caught in between settles. */
  readonly stages?: number;
  /** Name of the first register, NAME_2 … follow; default: the signal's name and `_sync`. */
  readonly name?: string;
  /** The signal has several bits of which at most one changes at a time. */
  readonly gray?: boolean;
  /** Value after reset (default 0); `false`: not reset. */
  readonly reset?: number | bigint | false;
  readonly powerUp?: number | bigint;
}

/**
 * A bit (or Gray code) of another clock domain, `stages` cycles of the present one later. The bit must come straight from a
 * register, and changes that last shorter than a cycle may be missed. @throws HDL024
 */
export const synchronize = (m: ModuleBuilder, signal: UInt, options: SynchronizeOptions = {}): UInt => {
  const { stages = 2, gray = false, name = `${baseName(signal)}_sync`, reset = 0, powerUp } = options;
  if (!Number.isInteger(stages) || stages < 2)
    fail('HDL024', `a synchronizer of ${describe(signal.node)} has ${stages} stages`, 'use at least 2');
  if (signal.width > 1 && !gray) {
    fail(
      'HDL024',
      `${describe(signal.node)} is synchronized bit by bit, and its bits may arrive in different cycles`,
      'pass words through asyncFifo(…), or a Gray code with { gray: true }',
    );
  }
  const initial = powerUp === undefined ? {} : { powerUp };
  return m.pipe(name, signal, { stages, reset, synchronizer: true, ...initial });
};

const baseName = ({ node }: UInt): string =>
  node.name ?? (node.kind === 'instanceOutput' ? `${node.instance}_${node.port}` : 'bit');

/** The Gray code of a number: the codes of n and n + 1 (and of the last and 0) differ in one bit. */
export const toGray = (value: UInt): UInt => value.xor(value.shr(1));

/** The number that has this Gray code. */
export const fromGray = (code: UInt): UInt => {
  let value = code;
  for (let distance = 1; distance < code.width; distance *= 2) value = value.xor(value.shr(distance));
  return value;
};

interface CrossingDomains {
  readonly from?: ClockDomain;
  readonly to?: ClockDomain;
  /** Registers of the synchronizer; default 2. */
  readonly stages?: number;
}

const nameOf = ({ name }: ClockDomain): string => (name === '' ? 'default' : name);

/**
 * A component that passes one-cycle pulses: each `in_pulse` gives one `out_pulse`, `stages` + 1 cycles of `to` later. Pulses
 * closer together than that are lost in pairs.
 */
export const pulseCrossing = ({ from = defaultDomain, to = defaultDomain, stages = 2 }: CrossingDomains) =>
  component(
    `pulse_crossing_${nameOf(from)}_to_${nameOf(to)}_s${stages}`,
    { in: { in_pulse: from.port(bit) }, out: { out_pulse: to.port(bit) }, parameters: { stages } },
    ({ in_pulse }, m) => {
      const toggle = m.inDomain(from, () => {
        const { toggle: reg } = m.regs({ toggle: bit });
        reg.next = reg.xor(in_pulse);
        return reg;
      });
      return m.inDomain(to, () => {
        const seen = synchronize(m, toggle, { stages });
        return { out_pulse: seen.xor(m.pipe('last_seen', seen, { reset: 0 })) };
      });
    },
  );

/**
 * A component for a reset that comes from another domain or from no clock at all: 1 from power-up on, 0 when `in_reset` was
 * 0 for `stages` cycles of `to`. Drives the `NAME_rst` port of what runs in `to`.
 */
export const resetSynchronizer = ({
  from = defaultDomain,
  to = defaultDomain,
  stages = 2,
}: CrossingDomains) =>
  component(
    `reset_synchronizer_${nameOf(from)}_to_${nameOf(to)}_s${stages}`,
    { in: { in_reset: from.port(bit) }, out: { out_reset: to.port(bit) }, parameters: { stages } },
    ({ in_reset }, m) =>
      m.inDomain(to, () => ({
        out_reset: synchronize(m, in_reset, { stages, reset: false, powerUp: 1 }),
      })),
  );

export interface AsyncFifoOptions<S extends Shape> {
  /** Shape of one word. */
  readonly word: S;
  /** Words it holds: a power of two, at least 2. */
  readonly depth: number;
  /** The domain of the stream `in`. */
  readonly write?: ClockDomain;
  /** The domain of the stream `out`. */
  readonly read?: ClockDomain;
  /** Registers of each synchronizer; default 2. */
  readonly stages?: number;
  /** Module name; default from the parameters. Two FIFOs with words of equal width and unequal fields need different ones. */
  readonly name?: string;
}

/**
 * A FIFO between two clocks, from the stream `in` to the stream `out`; the word at the front is at the output before it is
 * taken. Both domains must be in reset together. Words wait in block RAM; `stages` + 2 cycles of `read` pass before a word
 * shows. @throws HDL024 (depth)
 */
export const asyncFifo = <const S extends Shape>(options: AsyncFifoOptions<S>) => {
  const { word, depth, write = defaultDomain, read = defaultDomain, stages = 2 } = options;
  if (!Number.isInteger(Math.log2(depth)) || depth < 2)
    fail('HDL024', `an asynchronous FIFO has depth ${depth}`, 'use a power of two, at least 2');
  const bits = zipLeaves(word, undefined, '').reduce((sum, { type }) => sum + type.width, 0);
  const name = options.name ?? `async_fifo_w${bits}_d${depth}_${nameOf(write)}_to_${nameOf(read)}_s${stages}`;
  return component(
    name,
    {
      in: { in: write.port(stream(word)) },
      out: { out: read.port(stream(word)) },
      parameters: { depth, stages },
    },
    ({ in: input }, m) => ({ out: passWords(m, input, { word, depth, write, read, stages }) }),
  );
};

/** The FIFO's body: the word's fields in a memory, and a count of words on each side that the other side sees as a Gray code. */
function passWords<P extends Signals>(
  m: ModuleBuilder,
  input: Stream<P>,
  { word, depth, write, read, stages }: Required<Omit<AsyncFifoOptions<Shape>, 'name'>>,
): Stream<P> {
  const fields = Object.fromEntries(zipLeaves(word, undefined, '').map(({ name, type }) => [name, type]));
  const memory = m.memory('words', { word: fields, depth, readDuringWrite: 'any' });
  const count = uint(Math.log2(depth) + 1);
  const { write: written } = m.inDomain(write, () => m.regs({ write: { count, gray: count } }));
  const { read: taken } = m.inDomain(read, () => m.regs({ read: { count, gray: count } }));
  m.inDomain(write, () => {
    const { full } = m.regs({ full: bit }, { reset: 1 });
    const seen = synchronize(m, taken.gray, { stages, gray: true });
    const push = input.valid.and(full.not());
    const writeNext = advance(written, push);
    m.label({ writeNext });
    // Full: the counts differ by the depth, which inverts the two highest bits of a Gray code.
    const difference = toGray(writeNext).xor(seen);
    full.next = difference.eq(depth + depth / 2);
    input.ready.value = full.not();
    const beat = Object.fromEntries(leaves(input.payload, '').map(({ name, signal }) => [name, signal]));
    memory.write(written.count.wrap(memory.addressWidth), beat, { enable: push });
    const fill = written.count.sub(fromGray(seen)).wrap(count.width).asUint();
    m.assert(fill.le(depth), 'writer and reader were reset at different times');
  });
  return m.inDomain(read, () => {
    const { valid } = m.regs({ valid: bit });
    const { address } = m.wires({ address: uint(memory.addressWidth) });
    const head = memory.read(address);
    const payload = mapSignals(input.payload, '', (name, signal) => head[name] ?? signal) as P;
    const output = produce(m, 'head', { payload, valid });
    const readNext = advance(taken, valid.and(output.ready));
    m.label({ readNext });
    // One word ahead: the memory's output register is what the stream shows.
    address.value = readNext.wrap(memory.addressWidth);
    valid.next = toGray(readNext).ne(synchronize(m, written.gray, { stages, gray: true }));
    return output;
  });
}

/** Counts words modulo twice the depth, with the Gray code in a register of its own. Returns the next count. */
function advance({ count, gray }: { readonly count: UIntReg; readonly gray: UIntReg }, step: UInt): UInt {
  const next = count.add(step).wrap(count.width);
  count.next = next;
  gray.next = toGray(next);
  return next;
}
