/** Where the sequencer reads: row and column of the window, their addresses, and which taps lie inside the picture. */

import { sint, uint, type ModuleBuilder, type SInt, type UInt } from '../../../hdl/index.js';
import type { ArrayConfig } from '../config.js';
import type { ActiveDescriptor, LoopEvents } from './sequencer-loops.js';
import { log2Ceil } from './shapes.js';

export interface ReadPlace {
  /** One address per bank. */
  readonly addresses: readonly UInt[];
  /** Bank of the first tap. */
  readonly phase: UInt;
  /** One bit per tap; 1 where the picture has no padding at all. */
  readonly inside: readonly UInt[];
}

export interface AddressContext {
  readonly config: ArrayConfig;
  readonly active: ActiveDescriptor;
  readonly next: ActiveDescriptor;
  readonly start: UInt;
  readonly events: LoopEvents;
}

export const readPlace = (m: ModuleBuilder, context: AddressContext): ReadPlace => {
  const { config, active, events } = context;
  const { taps, widths, features } = config;
  const row = rowWalk(m, context);
  const column = columnWalk(m, context);
  const wordAddress = row.address.add(column.address).add(events.word).wrap(widths.address);
  const nextPixel = wordAddress.add(active.wordsPerPixel).wrap(widths.address);
  m.label({ word_address: wordAddress });
  const addresses = Array.from({ length: taps }, (_, bank) =>
    taps === 1 ? wordAddress : column.phase.gt(bank).mux(nextPixel, wordAddress),
  );
  const one = m.constant(uint(1), 1);
  const rowInside = row.y.ge(0).and(row.y.lt(active.height.toSint()));
  const inside = Array.from({ length: taps }, (_, tap) => {
    const x = column.x.add(tap);
    return features.padding ? rowInside.and(x.ge(0)).and(x.lt(active.width.toSint())) : one;
  });
  return { addresses, phase: column.phase, inside };
};

/** Address and coordinate of the present tap row; the window's first row is kept to return to. */
const rowWalk = (
  m: ModuleBuilder,
  { config, active, next, start, events }: AddressContext,
): { readonly address: UInt; readonly y: SInt } => {
  const { widths, fields, features } = config;
  const address = uint(widths.address);
  const y = sint(Math.max(fields.firstRow, fields.height + 1) + 1);
  const walk = m.regs(
    { row_address: address, row_y: y, tap_row_address: address, tap_row_y: y },
    { reset: false },
  );
  m.unused(walk);
  const nextAddress = walk.row_address.add(active.rowStep).wrap(widths.address);
  const nextY = walk.row_y.add(active.strideY.toSint()).wrap(y.width);
  m.when(start, () => {
    walk.row_address.next = next.firstAddress;
    walk.row_y.next = next.firstRow;
  }).elseWhen(events.rowDone, () => {
    walk.row_address.next = nextAddress;
    walk.row_y.next = nextY;
  });
  const chain = m
    .when(start, () => {
      walk.tap_row_address.next = next.firstAddress;
      walk.tap_row_y.next = next.firstRow;
    })
    .elseWhen(events.rowDone, () => {
      walk.tap_row_address.next = nextAddress;
      walk.tap_row_y.next = nextY;
    });
  if (features.add) {
    // The second operand of an addition lies in another region.
    chain.elseWhen(events.resultDone.and(active.add).and(events.secondOperand.not()), () => {
      walk.tap_row_address.next = walk.row_address.add(active.operandStep).wrap(widths.address);
    });
  }
  chain
    .elseWhen(events.windowRead.or(events.resultDone), () => {
      walk.tap_row_address.next = walk.row_address;
      walk.tap_row_y.next = walk.row_y;
    })
    .elseWhen(events.tapRowRead, () => {
      walk.tap_row_address.next = walk.tap_row_address.add(active.tapRowStep).wrap(widths.address);
      walk.tap_row_y.next = walk.tap_row_y.add(1).wrap(y.width);
    });
  return { address: walk.tap_row_address, y: walk.tap_row_y };
};

/** A place along x: pixels are dealt to the banks, `phase` is the bank of the first tap. */
type Cursor = {
  readonly address: UInt;
  readonly phase: UInt;
  readonly x: SInt;
};

const columnWalk = (m: ModuleBuilder, { config, active, next, start, events }: AddressContext): Cursor => {
  const { taps, widths, fields } = config;
  const shape = {
    address: uint(widths.address),
    phase: uint(log2Ceil(taps)),
    x: sint(Math.max(fields.firstColumn, fields.width + 1) + 2),
  } as const;
  const { window, tap } = m.regs({ window: shape, tap: shape }, { reset: false });
  m.unused(window, tap);
  const step = (from: Cursor, address: UInt, phase: UInt, columns: UInt): Cursor =>
    moved(from, { address, phase, columns }, active.wordsPerPixel, taps);
  const first = { address: active.firstColumnAddress, phase: active.firstPhase, x: active.firstColumn };
  const right = step(window, active.columnStep, active.columnPhaseStep, active.strideX);
  const begin = { address: next.firstColumnAddress, phase: next.firstPhase, x: next.firstColumn };
  const loadBoth = (values: Cursor): void => {
    m.load(window, values);
    m.load(tap, values);
  };
  m.when(start, () => loadBoth(begin))
    .elseWhen(events.rowDone, () => loadBoth(first))
    .elseWhen(events.pixelDone, () => loadBoth(right))
    .elseWhen(events.tapRowRead, () =>
      m.load(tap, { address: window.address, phase: window.phase, x: window.x }),
    )
    .elseWhen(events.tapRead, () =>
      m.load(tap, step(tap, active.tapColumnStep, active.tapPhaseStep, active.tapStep)),
    );
  return tap;
};

/** Whole words by `address`, banks by `phase` with a carry into the next word. */
const moved = (
  from: Cursor,
  by: { readonly address: UInt; readonly phase: UInt; readonly columns: UInt },
  wordsPerPixel: UInt,
  taps: number,
): Cursor => {
  const { width } = from.address;
  const plain = from.address.add(by.address).wrap(width);
  const x = from.x.add(by.columns.toSint()).wrap(from.x.width);
  if (taps === 1) return { address: plain, phase: from.phase, x };
  const phase = from.phase.add(by.phase);
  return {
    address: phase.ge(taps).mux(plain.add(wordsPerPixel).wrap(width), plain),
    phase: phase.wrap(from.phase.width),
    x,
  };
};
