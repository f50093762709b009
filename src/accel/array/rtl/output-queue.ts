/** Finished results become a stream of values: a serializer, a queue that holds a whole picture's output, a stream out. */

import {
  array,
  bit,
  component,
  sint,
  uint,
  type ModuleBuilder,
  type SInt,
  type UInt,
} from '../../../hdl/index.js';
import type { ArrayConfig } from '../config.js';
import { log2Ceil } from './shapes.js';
import { finishedShape } from './write-side.js';

/** Values of one picture. */
export const outputCount = ({ output }: Pick<ArrayConfig, 'output'>): number =>
  output.shape[0] * output.shape[1] * output.shape[2];

/** Room for one picture and for what a serializer may still hold of the picture before. */
export const queueDepth = (config: ArrayConfig): number =>
  2 ** log2Ceil(outputCount(config) + config.geometry.columns);

export const outputQueue = (config: ArrayConfig) => {
  const depth = queueDepth(config);
  const pointer = uint(log2Ceil(depth));
  const level = uint(log2Ceil(depth + 1));
  const value = uint(config.output.bits);
  return component(
    'output_queue',
    {
      in: { finished: finishedShape(config), out_ready: bit },
      out: { out: { payload: value, valid: bit, last: bit }, space: bit, idle: bit },
    },
    ({ finished, out_ready }, m) => {
      const { push, data, busy } = serialize(m, config, finished);
      const at = m.regs({ write_at: pointer, read_at: pointer, used: level, readable: level });
      const memory = m.memory('values', { word: value, depth, readDuringWrite: 'any' });
      const valid = at.readable.ne(0);
      const pop = valid.and(out_ready);
      memory.write(at.write_at, data, { enable: push });
      m.when(push, () => {
        at.write_at.next = at.write_at.add(1).wrap(pointer.width);
      });
      const after = pop.mux(at.read_at.add(1).wrap(pointer.width), at.read_at);
      at.read_at.next = after;
      // A pushed value can be read one cycle later than it counts as used.
      const arrived = m.pipe('arrived', push, { reset: 0 });
      at.used.next = adjusted(at.used, push, pop);
      at.readable.next = adjusted(at.readable, arrived, pop);
      const last = countValues(m, outputCount(config), pop);
      const room = depth - outputCount(config) - config.geometry.columns;
      return {
        out: { payload: memory.read(after), valid, last },
        space: at.used.le(room),
        idle: at.used.eq(0).and(busy.not()),
      };
    },
  );
};

const adjusted = (value: UInt, up: UInt, down: UInt): UInt =>
  value.add(up).sub(down).wrap(value.width).asUint();

/** 1 for the last value of a picture. */
const countValues = (m: ModuleBuilder, count: number, pop: UInt): UInt => {
  const { sent } = m.regs({ sent: uint(log2Ceil(count + 1)) });
  const last = sent.eq(count - 1);
  m.when(pop, () => {
    sent.next = last.not().mux(sent.add(1).wrap(sent.width), 0);
  });
  return last;
};

interface Finished {
  readonly valid: UInt;
  readonly values: readonly SInt[];
  readonly count: UInt;
}

/** One value per cycle; the schedule keeps results at least `columns` cycles apart. */
const serialize = (
  m: ModuleBuilder,
  config: ArrayConfig,
  finished: Finished,
): { readonly push: UInt; readonly data: UInt; readonly busy: UInt } => {
  const { bits } = config.output;
  const { left } = m.regs({ left: uint(finished.count.width) });
  const { shift } = m.regs({ shift: array(config.geometry.columns, sint(bits)) }, { reset: false });
  const push = left.ne(0);
  m.when(finished.valid, () => {
    left.next = finished.count;
    shift.forEach((register, column) => {
      const value = finished.values[column];
      if (value !== undefined) register.next = value.wrap(bits);
    });
  }).elseWhen(push, () => {
    left.next = left.sub(1).asUint().wrap(left.width);
    shift.forEach((register, column) => {
      const behind = shift[column + 1];
      if (behind !== undefined) register.next = behind;
    });
  });
  const [head] = shift;
  if (head === undefined) throw new RangeError('an array has columns');
  return { push, data: head.asUint(), busy: push.or(finished.valid) };
};
