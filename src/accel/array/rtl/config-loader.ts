/**
 * Loads an image of weights, scales and descriptors at run time: a stream of 16-bit beats with magic, version, shape hash
 * and CRC-32. An image of another accelerator is refused before anything is written; a damaged one leaves the accelerator
 * refusing pictures until a good one arrives (also across a reset).
 */

import { bit, component, select, uint, type ModuleBuilder, type UInt } from '../../../hdl/index.js';
import { configStatus, type ImageLayout } from '../image.js';
import { beatBits, reloadShape } from './reload.js';
import { log2Ceil, reloadAddressWidth } from './shapes.js';

export const configLoader = (layout: ImageLayout) =>
  component(
    'config_loader',
    {
      in: { cfg: { payload: uint(beatBits), valid: bit, last: bit }, idle: bit },
      out: {
        cfg_ready: bit,
        cfg_status: uint(3),
        wants: bit,
        usable: bit,
        restart: bit,
        bus: reloadShape(layout.targets.length, reloadAddressWidth),
      },
    },
    ({ cfg, idle }, m) => {
      const phase = m.states('phase', ['header', 'payload', 'check', 'skip'] as const);
      const { status, index } = m.regs({ status: uint(3), index: uint(2) });
      // Survives a reset in the middle of a load: the memories are then half written.
      const { intact } = m.regs({ intact: bit }, { reset: false, powerUp: 1 });
      const waiting = phase.is('header').and(index.eq(0));
      const ready = waiting.not().or(idle);
      const beat = cfg.valid.and(ready);
      const crc = runningCrc(m, beat, waiting, cfg.payload, phase.is('check'));
      const walk = payloadWalk(m, layout, beat.and(phase.is('payload')), waiting);
      const finish = (code: number): void => {
        status.next = code;
        index.next = 0;
        phase.next = 'header';
      };
      const refuse = (code: number): void => {
        status.next = code;
        index.next = 0;
        m.when(cfg.last, () => {
          phase.next = 'header';
        }).otherwise(() => {
          phase.next = 'skip';
        });
      };
      const expected = select(
        index,
        layout.header.map((word) => m.constant(uint(beatBits), word)),
      );
      const { good } = m.regs({ good: bit });
      const sum = index.bit(0).mux(crc.bits(31, 16), crc.bits(15, 0)).not();
      const restart = beat
        .and(phase.is('check'))
        .and(index.eq(1))
        .and(good)
        .and(cfg.payload.eq(sum))
        .and(cfg.last);
      m.label({ cfg_beat: beat, restart_pulse: restart });
      m.when(beat, () => {
        m.switch(phase, {
          header: () => {
            m.when(cfg.payload.ne(expected), () => {
              refuse(configStatus.refused);
            })
              .elseWhen(cfg.last, () => finish(configStatus.refused))
              .elseWhen(index.eq(layout.header.length - 1), () => {
                index.next = 0;
                phase.next = 'payload';
                status.next = configStatus.loading;
                intact.next = 0;
              })
              .otherwise(() => {
                index.next = index.add(1).wrap(2);
              });
          },
          payload: () => {
            m.when(cfg.last, () => finish(configStatus.damaged)).elseWhen(walk.done, () => {
              phase.next = 'check';
            });
          },
          check: () => {
            good.next = cfg.payload.eq(sum);
            m.when(restart, () => {
              finish(configStatus.loaded);
              intact.next = 1;
            })
              .elseWhen(index.eq(1), () => refuse(configStatus.damaged))
              .elseWhen(cfg.last, () => finish(configStatus.damaged))
              .otherwise(() => {
                index.next = 1;
              });
          },
          skip: () => {
            m.when(cfg.last, () => {
              phase.next = 'header';
            });
          },
        });
      });
      return {
        cfg_ready: ready,
        cfg_status: status,
        wants: cfg.valid.or(waiting.not()),
        usable: intact,
        restart,
        bus: { data: cfg.payload, ...walk.bus },
      };
    },
  );

/** CRC-32 (reflected 0xedb88320) of every beat before the check, low byte first; starts with the first header beat. */
const runningCrc = (m: ModuleBuilder, beat: UInt, starting: UInt, data: UInt, checking: UInt): UInt => {
  const { crc } = m.regs({ crc: uint(32) }, { reset: false });
  let bits = Array.from({ length: 32 }, (_, index) => starting.or(crc.bit(index)));
  for (let position = 0; position < beatBits; position++) {
    const feedback = (bits[0] ?? starting).xor(data.bit(position));
    bits = bits.map((_, index) => {
      const shifted = bits[index + 1];
      const tapped = ((0xedb88320 >>> index) & 1) === 1;
      if (shifted === undefined) return feedback;
      return tapped ? shifted.xor(feedback) : shifted;
    });
  }
  m.when(beat.and(checking.not()), () => {
    crc.next = concat(bits);
  });
  return crc;
};

/** Bit 0 first. */
const concat = (bits: readonly UInt[]): UInt => {
  let value: UInt | undefined;
  bits.forEach((bitAt, index) => {
    const placed = bitAt.shl(index);
    value = value === undefined ? placed : value.or(placed);
  });
  if (value === undefined) throw new RangeError('no bits');
  return value.wrap(bits.length);
};

/** Which memory, word and beat comes next. */
const payloadWalk = (m: ModuleBuilder, layout: ImageLayout, take: UInt, starting: UInt) => {
  const used = layout.targets.filter(({ depth }) => depth > 0);
  const { target, beat, word } = m.regs(
    {
      target: uint(log2Ceil(used.length)),
      beat: uint(log2Ceil(Math.max(...used.map(({ beats }) => beats)) + 1)),
      word: uint(reloadAddressWidth),
    },
    { reset: 0 },
  );
  const limit = (values: readonly number[], width: number): UInt =>
    select(
      target,
      values.map((value) => m.constant(uint(width), value)),
    );
  const lastBeat = beat.eq(
    limit(
      used.map(({ beats }) => beats - 1),
      beat.width,
    ),
  );
  const lastWord = word.eq(
    limit(
      used.map(({ depth }) => depth - 1),
      word.width,
    ),
  );
  const lastTarget = target.eq(used.length - 1);
  m.when(starting, () => {
    target.next = 0;
    beat.next = 0;
    word.next = 0;
  }).elseWhen(take, () => {
    m.when(lastBeat, () => {
      beat.next = 0;
      m.when(lastWord, () => {
        word.next = 0;
        target.next = lastTarget.not().mux(target.add(1).wrap(target.width), 0);
      }).otherwise(() => {
        word.next = word.add(1).wrap(word.width);
      });
    }).otherwise(() => {
      beat.next = beat.add(1).wrap(beat.width);
    });
  });
  const never = m.constant(bit, 0);
  const shift = layout.targets.map(({ name }) => {
    const index = used.findIndex((candidate) => candidate.name === name);
    return index < 0 ? never : take.and(target.eq(index));
  });
  const commit = m.pipe(
    'commit',
    shift.map((one) => one.and(lastBeat)),
    { reset: 0 },
  );
  const address = m.pipe('commit_address', word);
  return { done: take.and(lastBeat).and(lastWord).and(lastTarget), bus: { shift, commit, address } };
};
