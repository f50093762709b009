/** Reads the code word by word, and stops where a sample must be waited for. */

import { addressWidth, bit, uint, type ModuleBuilder, type UInt } from '../../hdl/index.js';
import { codeWidth, sampleDepth } from './code.js';

export interface CodeMemory {
  readonly contents: readonly number[];
  readonly words: number;
  readonly taps: number;
  /** Where the memory is written from outside. */
  readonly write?: { readonly enable: UInt; readonly address: UInt; readonly word: UInt };
}

export interface Step {
  /** The word below is carried out in this cycle. */
  readonly executed: UInt;
  /** A sample would be taken in this cycle. */
  readonly ready: UInt;
  readonly gap: UInt;
  readonly operation: UInt;
  readonly take: UInt;
}

/** The word that follows is fetched while one is carried out, so that every cycle can carry out one. */
export const sequencer = (m: ModuleBuilder, memory: CodeMemory, sampleValid: UInt): Step => {
  const { contents, words, taps, write } = memory;
  const code = m.memory('code', {
    word: uint(codeWidth(taps)),
    depth: words,
    init: [contents],
    // A memory that is being written is not in use; what is past its end is never carried out.
    ...(write === undefined ? {} : { readDuringWrite: 'any', outOfRange: 'any' }),
  });
  if (write !== undefined) code.write(write.address, write.word, { enable: write.enable });
  const { fetched } = m.regs({ fetched: bit });
  const { next } = m.regs({ next: uint(addressWidth(words)) });
  const wires = m.wires({ advance: bit });
  const word = code.read(next, wires.advance);
  const pointerWidth = addressWidth(sampleDepth(taps));
  const gap = word.bits(pointerWidth - 1, 0);
  const operation = word.bits(pointerWidth + 1, pointerWidth);
  const take = word.bit(pointerWidth + 2);
  const wrap = word.bit(pointerWidth + 3);

  const ready = fetched.and(take);
  const executed = fetched.and(take.not().or(sampleValid));
  wires.advance.value = fetched.not().or(executed);
  m.when(wires.advance, () => {
    fetched.next = 1;
    m.when(wrap.and(fetched), () => {
      next.next = 0;
    }).otherwise(() => {
      next.next = next.add(1).wrap(next.width);
    });
  });
  m.label({ gap, operation, take, wrap, ready, executed });
  return { executed, ready, gap, operation, take };
};
