/**
 * Walks all layers: output rows, columns, channel tiles (and operands of an addition), kernel rows, groups of taps, channel
 * groups. One issue per tick reads one word (or one per bank) and one weight word; nothing ever stalls inside a layer.
 */

import {
  array,
  bit,
  component,
  uint,
  type ModuleBuilder,
  type UInt,
  type UIntReg,
} from '../../../hdl/index.js';
import type { ArrayConfig } from '../config.js';
import { readPlace } from './sequencer-address.js';
import { loopNest, type ActiveDescriptor, type LoopEvents } from './sequencer-loops.js';
import { fullDescriptor, operandMarks, resultMarks, writeShape } from './shapes.js';

const nextPlaneShape = ({ features }: ArrayConfig): { readonly next_plane?: typeof bit } =>
  features.planes ? { next_plane: bit } : {};

/** An issue, registered: one cycle after the tick that made it. */
const issueShape = (config: ArrayConfig, weightWidth: number) => ({
  valid: bit,
  /** First issue of a result: the accumulators start anew. */
  first: bit,
  /** First issue of a further plane of weights: what has been added counts twice. */
  ...nextPlaneShape(config),
  /** Last issue of a result. */
  result: bit,
  result_marks: resultMarks,
  operand: operandMarks(config),
  address: array(config.taps, uint(config.widths.address)),
  weight: uint(weightWidth),
});

export const sequencer = (config: ArrayConfig, weightWidth: number) => {
  const descriptor = fullDescriptor(config);
  return component(
    'sequencer',
    {
      in: { tick: bit, next: descriptor, next_ready: bit, input_full: bit, output_space: bit },
      out: {
        take: bit,
        release_input: bit,
        walking: bit,
        write_side: writeShape(config),
        issue: issueShape(config, weightWidth),
      },
    },
    ({ tick, next, next_ready, input_full, output_space }, m) => {
      const { active } = m.regs({ active: descriptor }, { reset: false });
      m.unused(active, next);
      const { running } = m.regs({ running: bit });
      const { waited } = m.regs({ waited: uint(config.fields.gap) });
      const start = tick
        .and(running.not())
        .and(next_ready)
        .and(waited.ge(next.gap))
        .and(next.startsPicture.not().or(input_full))
        .and(next.output.not().or(output_space));
      m.label({ start });
      const events = loopNest(m, config, active, { tick, running, start });
      m.when(start, () => {
        running.next = 1;
        m.load(active, next);
      }).elseWhen(events.layerDone, () => {
        running.next = 0;
      });
      countWait(m, waited, events.layerDone, tick.and(running.not()));
      const weight = weightWalk(m, active, next, { start, events, weightWidth });
      const place = readPlace(m, { config, active, next, start, events });
      const control = m.pipe('issued', { valid: events.issuing, result: events.resultIssued }, { reset: 0 });
      const { add } = config.features;
      const never = m.constant(bit, 0);
      const data = m.pipe('issued', {
        first: events.firstIssue,
        ...(events.nextPlane === undefined ? {} : { next_plane: events.nextPlane }),
        result_marks: {
          pixelEnd: add ? events.lastTile.and(active.add.not().or(events.secondOperand)) : events.lastTile,
          rowEnd: events.lastColumn,
          layerStart: events.firstResult,
          hold: add ? active.add.and(events.secondOperand.not()) : never,
          combine: add ? active.add.and(events.secondOperand) : never,
        },
        operand: {
          engine: active.engine,
          perTile: active.perTile,
          broadcastTap: active.broadcastTap,
          max: active.max,
          signedInput: add
            ? events.secondOperand.mux(active.signedSecond, active.signedInput)
            : active.signedInput,
          padValue: active.padValue,
          group: events.group,
          phase: place.phase,
          inside: place.inside,
        },
        address: place.addresses,
        weight,
      });
      return {
        take: start,
        release_input: events.layerDone.and(active.releasesInput),
        walking: running,
        write_side: active,
        issue: { ...data, ...control },
      };
    },
  );
};

/** Ticks since the last layer ended, held at the greatest value. */
const countWait = (m: ModuleBuilder, waited: UIntReg, ended: UInt, waiting: UInt): void => {
  const longest = 2 ** waited.width - 1;
  m.when(ended, () => {
    waited.next = 0;
  }).elseWhen(waiting.and(waited.ne(longest)), () => {
    waited.next = waited.add(1).wrap(waited.width);
  });
};

/** Weights are read in order; a pixel (or, where tiles share weights, a result) starts them again. */
const weightWalk = (
  m: ModuleBuilder,
  active: ActiveDescriptor,
  next: ActiveDescriptor,
  {
    start,
    events,
    weightWidth,
  }: { readonly start: UInt; readonly events: LoopEvents; readonly weightWidth: number },
): UInt => {
  const { weight } = m.regs({ weight: uint(weightWidth) }, { reset: false });
  m.when(start, () => {
    weight.next = next.weightBase;
  })
    .elseWhen(events.pixelDone.or(events.resultDone.and(active.sharedWeights)), () => {
      weight.next = active.weightBase;
    })
    .elseWhen(events.issuing, () => {
      weight.next = weight.add(1).wrap(weightWidth);
    });
  return weight;
};
