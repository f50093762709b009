/**
 * From accumulators to memory: hold a result, requantize its columns a few at a time, gather them into a word, and write it
 * to the next address (or hand it to the output queue).
 */

import {
  addressWidth,
  array,
  bit,
  component,
  sint,
  uint,
  type ModuleBuilder,
  type SInt,
  type UInt,
} from '../../../hdl/index.js';
import { requantize } from '../../../units/index.js';
import type { ArrayConfig } from '../config.js';
import { requantizeParams } from '../pipeline.js';
import type { ChannelWord } from '../requantize-words.js';
import { attachReload, type ReloadBus } from './reload.js';
import { log2Ceil, reloadPort, resultMarks, writeShape } from './shapes.js';
import { writePort } from './activation-memory.js';
import { writeAddress } from './write-address.js';

/** A finished result for the output queue: all columns and how many of them are real. */
export const finishedShape = (config: ArrayConfig) => ({
  valid: bit,
  values: array(config.geometry.columns, sint(config.widths.result)),
  count: uint(log2Ceil(config.geometry.columns + 1)),
});

export const writeSide = (config: ArrayConfig, parameters: readonly (readonly ChannelWord[])[]) => {
  const { geometry, widths, steps } = config;
  return component(
    'write_side',
    {
      in: {
        result: bit,
        marks: resultMarks,
        acc: array(geometry.columns, sint(widths.acc)),
        layer: writeShape(config),
        ...reloadPort(config),
      },
      out: { write: writePort(config), finished: finishedShape(config) },
    },
    ({ result, marks, acc, layer, reload }, m) => {
      // The fields of the layer whose first result this is; stable until the next layer's first result.
      const { fields } = m.regs({ fields: writeShape(config) }, { reset: false });
      m.unused(fields, layer, marks);
      const entering = result.and(marks.layerStart);
      m.when(entering, () => m.load(fields, layer));

      const step = stepCounter(m, steps, result, marks);
      const lanes = holdLanes(m, config, result, acc);
      const words = parameterWords(m, config, parameters, {
        step,
        entering,
        base: layer.parameterBase,
        keptBase: fields.parameterBase,
        reload,
      });
      const flags = m.pipe('step', { valid: step.active, last: step.last }, { reset: 0 });
      const stepMarks = m.pipe('step_marks', step.marks);
      m.unused(stepMarks);

      const unit = requantize(requantizeParams(config));
      const values = lanes.map((value, lane) => {
        const word = words[lane];
        if (word === undefined) throw new RangeError(`no parameters for lane ${lane}`);
        return unit.component(`requantize_${lane}`, {
          acc: value,
          multiplier: word.multiplier,
          addend: word.addend,
          shift: word.shift,
          lo: fields.lo,
          hi: fields.hi,
          zeroPoint: fields.zeroPoint,
          ...(config.features.ties ? { tieMode: fields.tieMode } : {}),
          ...(config.features.add
            ? { hold: stepMarks.hold.and(flags.valid), combine: stepMarks.combine.and(flags.valid) }
            : {}),
        }).value;
      });
      const done = m.pipe('done', flags, { stages: unit.latencyCycles, reset: 0 });
      const doneMarks = m.pipe(
        'done_marks',
        { pixelEnd: stepMarks.pixelEnd, rowEnd: stepMarks.rowEnd, hold: stepMarks.hold },
        { stages: unit.latencyCycles },
      );
      const gathered = gather(m, done.valid, values, steps);
      const written = done.valid.and(done.last).and(doneMarks.hold.not());
      m.unused(doneMarks);
      m.label({ written });
      return emitWord(m, config, { written, entering, layer, fields, marks: doneMarks, values: gathered });
    },
  );
};

interface Steps {
  /** A step is read from the parameter memory in this cycle. */
  readonly active: UInt;
  readonly last: UInt;
  readonly marks: { readonly [K in keyof typeof resultMarks]: UInt };
}

/** One step per cycle and group of requantizers, beginning with the cycle in which the result appears. */
const stepCounter = (m: ModuleBuilder, steps: number, result: UInt, marks: Steps['marks']): Steps => {
  if (steps === 1) return { active: result, last: result, marks };
  const { index } = m.regs({ index: uint(log2Ceil(steps)) });
  const { kept } = m.regs({ kept: resultMarks }, { reset: false });
  m.unused(kept);
  const active = result.or(index.ne(0));
  const last = index.eq(steps - 1);
  m.when(result, () => m.load(kept, { ...marks }));
  m.when(last, () => {
    index.next = 0;
  }).elseWhen(active, () => {
    index.next = index.add(1).wrap(index.width);
  });
  const now = (key: keyof typeof resultMarks): UInt => result.mux(marks[key], kept[key]);
  return {
    active,
    last,
    marks: {
      pixelEnd: now('pixelEnd'),
      rowEnd: now('rowEnd'),
      layerStart: now('layerStart'),
      hold: now('hold'),
      combine: now('combine'),
    },
  };
};

/** Copies a result, then shifts it out, `requantizers` columns per cycle. */
const holdLanes = (
  m: ModuleBuilder,
  config: ArrayConfig,
  result: UInt,
  acc: readonly SInt[],
): readonly SInt[] => {
  const { requantizers } = config;
  const { held } = m.regs({ held: array(acc.length, sint(config.widths.acc)) }, { reset: false });
  m.when(result, () => m.load(held, acc)).otherwise(() => {
    held.forEach((register, column) => {
      const behind = held[column + requantizers];
      if (behind !== undefined) register.next = behind;
    });
  });
  return held.slice(0, requantizers);
};

interface ParameterAccess {
  readonly step: Steps;
  readonly entering: UInt;
  readonly base: UInt;
  readonly keptBase: UInt;
  readonly reload: ReloadBus | undefined;
}

/** Multiplier, addend and shift of each step, read in order; a pixel's last step starts the layer's words again. */
const parameterWords = (
  m: ModuleBuilder,
  config: ArrayConfig,
  parameters: readonly (readonly ChannelWord[])[],
  access: ParameterAccess,
) => {
  const { requantizers, widths, shiftMin } = config;
  const { shiftWidth } = requantize(requantizeParams(config));
  const depth = parameters.length;
  const word = array(requantizers, {
    multiplier: sint(widths.multiplier),
    addend: sint(widths.addend),
    shift: uint(shiftWidth),
  });
  const field = (
    lane: number,
    value: (channel: ChannelWord) => number | bigint,
  ): readonly (number | bigint)[] =>
    parameters.map((channels) => {
      const channel = channels[lane];
      return channel === undefined ? 0 : value(channel);
    });
  const init = Array.from({ length: requantizers }, (_, lane) => [
    field(lane, ({ multiplier }) => multiplier),
    field(lane, ({ addend }) => addend),
    field(lane, ({ shift }) => shift - shiftMin),
  ]).flat();
  const memory = m.memory('parameters', { word, depth, init, readDuringWrite: 'any', outOfRange: 'any' });
  const { address } = m.regs({ address: uint(addressWidth(depth)) }, { reset: false });
  const { step, entering, base, keptBase, reload } = access;
  const now = entering.mux(base.add(0), address).wrap(address.width);
  const restart = entering.mux(base, keptBase).wrap(address.width);
  m.when(step.active, () => {
    m.when(step.last.and(step.marks.pixelEnd), () => {
      address.next = restart;
    }).otherwise(() => {
      address.next = now.add(1).wrap(address.width);
    });
  });
  if (reload !== undefined) {
    const lane = [
      { signed: true as const, width: widths.multiplier },
      { signed: true as const, width: widths.addend },
      uint(shiftWidth),
    ];
    const fields = Array.from({ length: requantizers }, () => lane).flat();
    attachReload(m, memory, fields, { bus: reload, config, target: 'parameters' }, (values) =>
      Array.from({ length: requantizers }, (_, index) => ({
        multiplier: values[3 * index] as SInt,
        addend: values[3 * index + 1] as SInt,
        shift: values[3 * index + 2] as UInt,
      })),
    );
  }
  return memory.read(now);
};

/** All columns of a result, when its last step leaves the requantizers. */
const gather = (m: ModuleBuilder, valid: UInt, values: readonly SInt[], steps: number): readonly SInt[] => {
  const [first] = values;
  if (steps === 1 || first === undefined) return values;
  const earlier = (steps - 1) * values.length;
  const { collected } = m.regs({ collected: array(earlier, sint(first.width)) }, { reset: false });
  m.when(valid, () => {
    collected.forEach((register, index) => {
      const next = collected[index + values.length] ?? values[index + values.length - earlier];
      if (next !== undefined) register.next = next;
    });
  });
  return [...collected, ...values];
};

interface Emission {
  readonly written: UInt;
  readonly entering: UInt;
  readonly layer: WriteFields;
  readonly fields: WriteFields;
  readonly marks: { readonly pixelEnd: UInt; readonly rowEnd: UInt };
  readonly values: readonly SInt[];
}
type WriteFields = Parameters<typeof writeAddress>[2]['fields'] & {
  readonly output: UInt;
  readonly lastLanes: UInt;
};

/** The registered write (and its twin for the output queue). */
const emitWord = (
  m: ModuleBuilder,
  config: ArrayConfig,
  { written, entering, layer, fields, marks, values }: Emission,
) => {
  const { geometry, widths, taps, pipeline } = config;
  const place = writeAddress(m, config, { written, entering, layer, fields, marks });
  const toMemory = written.and(fields.output.not());
  const banks = Array.from({ length: taps }, (_, bank) =>
    taps === 1 ? toMemory : toMemory.and(place.bank.eq(bank)),
  );
  const lanes = Array.from({ length: geometry.lanes }, (_, lane) =>
    place.group.eq(Math.floor(lane / geometry.columns)),
  );
  const stages = 1 + pipeline.writeDelay;
  const enables = m.pipe('write_enable', { banks, output: written.and(fields.output) }, { reset: 0, stages });
  const count = marks.pixelEnd.mux(fields.lastLanes, geometry.columns);
  const data = m.pipe('write_data', { address: place.address, lanes, values, count }, { stages });
  return {
    write: {
      banks: enables.banks,
      address: data.address,
      lanes: data.lanes,
      data: Array.from({ length: geometry.lanes }, (_, lane) => {
        const value = data.values[lane % geometry.columns];
        if (value === undefined) throw new RangeError(`no column for lane ${lane}`);
        return value.wrap(widths.activation).asUint();
      }),
    },
    finished: {
      valid: enables.output,
      values: data.values,
      count: data.count.wrap(log2Ceil(geometry.columns + 1)),
    },
  };
};
