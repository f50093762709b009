/** Takes a picture, one activation per beat in NHWC order, into the input region whenever the memory has a free cycle. */

import { bit, component, uint, type ModuleBuilder, type UInt, type UIntReg } from '../../../hdl/index.js';
import type { ArrayConfig } from '../config.js';
import { writePort } from './activation-memory.js';
import { log2Ceil } from './shapes.js';

export const inputLoader = (config: ArrayConfig) =>
  component(
    'input_loader',
    {
      in: {
        in: { payload: uint(config.input.bits), valid: bit, last: bit },
        grant: bit,
        freed: bit,
        accept: bit,
      },
      out: { in_ready: bit, full: bit, loading: bit, error: bit, write: writePort(config) },
    },
    ({ in: input, grant, freed, accept }, m) => {
      const [height, width, channels] = config.input.shape;
      const { taps, geometry, widths } = config;
      const { holds_picture, misplaced_last } = m.regs({ holds_picture: bit, misplaced_last: bit });
      const counters = m.regs({
        lane: uint(log2Ceil(geometry.lanes)),
        channel: uint(log2Ceil(channels + 1)),
        bank: uint(log2Ceil(taps)),
        x: uint(log2Ceil(width + 1)),
        y: uint(log2Ceil(height + 1)),
      });
      const address = uint(widths.address);
      const at = m.regs({ row_at: address, pixel_at: address, word_at: address });
      m.unused(counters, at);
      const started = counters.channel.ne(0).or(counters.x.ne(0)).or(counters.y.ne(0));
      // A picture that has begun is always finished.
      const ready = holds_picture.not().and(grant).and(accept.or(started));
      const beat = ready.and(input.valid);
      const lastChannel = counters.channel.eq(channels - 1);
      const lastColumn = counters.x.eq(width - 1);
      const lastBeat = lastChannel.and(lastColumn).and(counters.y.eq(height - 1));
      m.label({ beat, last_beat: lastBeat });
      const count = (counter: typeof counters.x, ends: UInt): void => {
        counter.next = ends.not().mux(counter.add(1).wrap(counter.width), 0);
      };
      m.when(beat, () => {
        count(counters.channel, lastChannel);
        m.when(input.last.ne(lastBeat), () => {
          misplaced_last.next = 1;
        });
        m.when(lastChannel, () => {
          counters.lane.next = 0;
          at.word_at.next = 0;
          count(counters.x, lastColumn);
          m.when(lastColumn, () => {
            counters.bank.next = 0;
            at.pixel_at.next = 0;
            count(counters.y, lastBeat);
            at.row_at.next = lastBeat
              .not()
              .mux(at.row_at.add(config.inputLayout.rowStride).wrap(widths.address), 0);
          }).otherwise(() => nextPixel(m, config, counters.bank, at.pixel_at));
        }).otherwise(() => {
          m.when(counters.lane.eq(geometry.lanes - 1), () => {
            counters.lane.next = 0;
            at.word_at.next = at.word_at.add(1).wrap(widths.address);
          }).otherwise(() => {
            counters.lane.next = counters.lane.add(1).wrap(counters.lane.width);
          });
        });
      });
      m.when(freed, () => {
        holds_picture.next = 0;
      }).elseWhen(beat.and(lastBeat), () => {
        holds_picture.next = 1;
      });
      const stored = storedForm(config, input.payload);
      return {
        in_ready: ready,
        full: holds_picture,
        loading: started,
        error: misplaced_last,
        write: {
          banks: Array.from({ length: taps }, (_, bank) =>
            taps === 1 ? beat : beat.and(counters.bank.eq(bank)),
          ),
          address: at.row_at.add(at.pixel_at).add(at.word_at).wrap(widths.address),
          data: Array.from({ length: geometry.lanes }, () => stored),
          lanes: Array.from({ length: geometry.lanes }, (_, lane) => counters.lane.eq(lane)),
        },
      };
    },
  );

const nextPixel = (
  m: ModuleBuilder,
  { taps, inputLayout, widths }: ArrayConfig,
  bank: CounterReg,
  pixelAt: CounterReg,
): void => {
  m.when(bank.eq(taps - 1), () => {
    bank.next = 0;
    pixelAt.next = pixelAt.add(inputLayout.wordsPerPixel).wrap(widths.address);
  }).otherwise(() => {
    bank.next = bank.add(1).wrap(bank.width);
  });
};
type CounterReg = UIntReg;

/** The payload's pattern extended to the width of a stored activation. */
const storedForm = ({ input, widths }: ArrayConfig, payload: UInt): UInt => {
  if (!input.signed) return payload;
  return payload.asSint().wrap(widths.activation).asUint();
};
