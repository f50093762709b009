/** Where the next result goes: groups of a word, words of a pixel, pixels of a row (dealt to the banks), rows. */

import { uint, type ModuleBuilder, type UInt } from '../../../hdl/index.js';
import type { ArrayConfig } from '../config.js';
import { log2Ceil } from './shapes.js';

interface Fields {
  readonly outAddress: UInt;
  readonly outRowStride: UInt;
  readonly outWordsPerPixel: UInt;
}

export interface WriteAddressContext {
  readonly written: UInt;
  /** The first result of a layer has arrived; nothing of the layer before is left. */
  readonly entering: UInt;
  readonly layer: Fields;
  readonly fields: Fields;
  readonly marks: { readonly pixelEnd: UInt; readonly rowEnd: UInt };
}

export interface WritePlace {
  readonly address: UInt;
  readonly bank: UInt;
  readonly group: UInt;
}

export const writeAddress = (
  m: ModuleBuilder,
  config: ArrayConfig,
  context: WriteAddressContext,
): WritePlace => {
  const { geometry, taps, widths } = config;
  const { written, entering, layer, fields, marks } = context;
  const address = uint(widths.address);
  const groups = geometry.lanes / geometry.columns;
  const at = m.regs(
    {
      row_at: address,
      pixel_at: address,
      word_at: address,
      bank: uint(log2Ceil(taps)),
      group: uint(log2Ceil(groups)),
    },
    { reset: false },
  );
  const next = (value: UInt): UInt => value.wrap(widths.address);
  const firstWord = (): void => {
    at.word_at.next = 0;
    at.group.next = 0;
  };
  m.when(entering, () => {
    at.row_at.next = next(layer.outAddress);
    at.pixel_at.next = 0;
    at.bank.next = 0;
    firstWord();
  }).elseWhen(written, () => {
    m.when(marks.pixelEnd, () => {
      firstWord();
      m.when(marks.rowEnd, () => {
        at.row_at.next = next(at.row_at.add(fields.outRowStride));
        at.pixel_at.next = 0;
        at.bank.next = 0;
      })
        .elseWhen(at.bank.eq(taps - 1), () => {
          at.bank.next = 0;
          at.pixel_at.next = next(at.pixel_at.add(fields.outWordsPerPixel));
        })
        .otherwise(() => {
          at.bank.next = at.bank.add(1).wrap(at.bank.width);
        });
    })
      .elseWhen(at.group.eq(groups - 1), () => {
        at.group.next = 0;
        at.word_at.next = next(at.word_at.add(1));
      })
      .otherwise(() => {
        at.group.next = at.group.add(1).wrap(at.group.width);
      });
  });
  return { address: next(at.row_at.add(at.pixel_at).add(at.word_at)), bank: at.bank, group: at.group };
};
