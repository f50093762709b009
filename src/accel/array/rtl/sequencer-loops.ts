/** The loop nest of a layer: counters, and the events that end each level in the present tick. */

import { bit, uint, type ModuleBuilder, type SignalOf, type UInt, type UIntReg } from '../../../hdl/index.js';
import type { ArrayConfig } from '../config.js';
import type { fullDescriptor } from './shapes.js';

export type ActiveDescriptor = SignalOf<ReturnType<typeof fullDescriptor>>;

/** One bit each, true in the tick in which a level of the nest advances past something. */
export interface LoopEvents {
  /** A word is read in this tick. */
  readonly issuing: UInt;
  /** The last channel group of a tap is read. */
  readonly tapRead: UInt;
  /** The last tap of a kernel row is read. */
  readonly tapRowRead: UInt;
  /** The last word of a window is read. */
  readonly windowRead: UInt;
  /** The same in the last plane: the last word of a result is read. */
  readonly resultIssued: UInt;
  /** The result's idle ticks, if any, are over. */
  readonly resultDone: UInt;
  readonly pixelDone: UInt;
  readonly rowDone: UInt;
  readonly layerDone: UInt;
  /** Position inside the nest, for the marks of an issue. */
  readonly firstIssue: UInt;
  /** First word of the window in a plane that is not the first; undefined where no layer has planes. */
  readonly nextPlane: UInt | undefined;
  readonly lastTile: UInt;
  readonly lastColumn: UInt;
  readonly secondOperand: UInt;
  readonly firstResult: UInt;
  readonly group: UInt;
  readonly word: UInt;
}

/** Builds counters and events. `start` loads a new layer; `running` says that one is being walked. */
export const loopNest = (
  m: ModuleBuilder,
  config: ArrayConfig,
  active: ActiveDescriptor,
  { tick, running, start }: { readonly tick: UInt; readonly running: UInt; readonly start: UInt },
): LoopEvents => {
  const { fields, features } = config;
  const { resting, operand, first_result } = m.regs({ resting: bit, operand: bit, first_result: bit });
  const loop = m.regs(
    {
      inner: uint(fields.innerLast),
      tap_group: uint(fields.tapGroupLast),
      tap_row: uint(fields.tapRowLast),
      rest: uint(fields.idle),
      tile: uint(fields.tileLast),
      column: uint(fields.columnLast),
      row: uint(fields.rowLast),
    },
    { reset: false },
  );
  m.unused(operand);
  const issuing = running.and(tick).and(resting.not());
  const tapRead = issuing.and(loop.inner.eq(active.innerLast));
  const tapRowRead = tapRead.and(loop.tap_group.eq(active.tapGroupLast));
  const windowRead = tapRowRead.and(loop.tap_row.eq(active.tapRowLast));
  const plane = features.planes
    ? m.regs({ plane: uint(fields.planeLast) }, { reset: false }).plane
    : undefined;
  const resultIssued = plane === undefined ? windowRead : windowRead.and(plane.eq(active.planeLast));
  const windowStart = loop.inner.eq(0).and(loop.tap_group.eq(0)).and(loop.tap_row.eq(0));
  const rests = active.idle.ne(0);
  const restOver = resting.and(tick).and(loop.rest.eq(1));
  const resultDone = resultIssued.and(rests.not()).or(restOver);
  const tileDone = features.add ? resultDone.and(active.add.not().or(operand)) : resultDone;
  const lastTile = loop.tile.eq(active.tileLast);
  const lastColumn = loop.column.eq(active.columnLast);
  const pixelDone = tileDone.and(lastTile);
  const rowDone = pixelDone.and(lastColumn);
  const layerDone = rowDone.and(loop.row.eq(active.rowLast));
  m.label({
    issuing,
    tap_read: tapRead,
    tap_row_read: tapRowRead,
    window_read: windowRead,
    result_issued: resultIssued,
    result_done: resultDone,
    pixel_done: pixelDone,
    row_done: rowDone,
    layer_done: layerDone,
  });

  const count = (counter: UIntReg, step: UInt, wrap: UInt): void => {
    m.when(start.or(wrap), () => {
      counter.next = 0;
    }).elseWhen(step, () => {
      counter.next = counter.add(1).wrap(counter.width);
    });
  };
  count(loop.inner, issuing, tapRead);
  count(loop.tap_group, tapRead, tapRowRead);
  count(loop.tap_row, tapRowRead, windowRead);
  if (plane !== undefined) count(plane, windowRead, resultIssued);
  count(loop.tile, tileDone, pixelDone);
  count(loop.column, pixelDone, rowDone);
  count(loop.row, rowDone, layerDone);

  m.when(resultIssued.and(rests), () => {
    resting.next = 1;
    loop.rest.next = active.idle;
  }).elseWhen(resting.and(tick), () => {
    loop.rest.next = loop.rest.sub(1).asUint().wrap(loop.rest.width);
    m.when(restOver, () => {
      resting.next = 0;
    });
  });
  m.when(start, () => {
    first_result.next = 1;
    operand.next = 0;
  }).elseWhen(resultDone, () => {
    first_result.next = 0;
    if (features.add) operand.next = operand.xor(active.add);
  });
  const { group, word } = channelPosition(m, config, active, {
    wrap: start.or(active.perTile.mux(pixelDone, tapRead)),
    step: active.perTile.mux(tileDone, issuing),
  });
  return {
    issuing,
    tapRead,
    tapRowRead,
    windowRead,
    resultIssued,
    resultDone,
    pixelDone,
    rowDone,
    layerDone,
    firstIssue: plane === undefined ? windowStart : windowStart.and(plane.eq(0)),
    nextPlane: plane === undefined ? undefined : windowStart.and(plane.ne(0)),
    lastTile,
    lastColumn,
    secondOperand: operand,
    firstResult: first_result,
    group,
    word,
  };
};

/** Which word of a pixel, and which group of its channels: steps with the issue, or with the tile in depthwise walks. */
const channelPosition = (
  m: ModuleBuilder,
  config: ArrayConfig,
  active: ActiveDescriptor,
  { wrap, step }: { readonly wrap: UInt; readonly step: UInt },
): { readonly group: UInt; readonly word: UInt } => {
  const { group, word } = m.regs(
    { group: uint(config.fields.groupLast), word: uint(config.fields.wordsPerPixel) },
    { reset: false },
  );
  m.when(wrap, () => {
    group.next = 0;
    word.next = 0;
  }).elseWhen(step, () => {
    m.when(group.eq(active.groupLast), () => {
      group.next = 0;
      word.next = word.add(1).wrap(word.width);
    }).otherwise(() => {
      group.next = group.add(1).wrap(group.width);
    });
  });
  return { group, word };
};
