/** What feeds the designs of this folder and folds what they compute, so that they run without inputs. */
import { cat, uint, type ModuleBuilder, type UInt } from '../../src/hdl/index.js';

/** Nothing is reset; simulations start at zero. */
export const zero = { reset: false, powerUp: 0 } as const;

export interface Xorshift {
  /** The 32-bit generator. */
  readonly lfsr: UInt;
  /** One of its four bytes, mixed with a constant. */
  readonly byte: (lane: number, key: number) => UInt;
  /** The running checksum: rotated left by one, xor the word. */
  readonly fold: (word: UInt) => UInt;
}

export const xorshift = (m: ModuleBuilder): Xorshift => {
  const { lfsr } = m.regs({ lfsr: uint(32) }, { reset: false, powerUp: 0x12345678 });
  const x1 = lfsr.xor(lfsr.shl(13).wrap(32));
  const x2 = x1.xor(x1.shr(17));
  m.label({ x1, x2 });
  lfsr.next = x2.xor(x2.shl(5).wrap(32));
  const { folded } = m.regs({ folded: uint(32) }, zero);
  return {
    lfsr,
    byte: (lane, key) => lfsr.bits((lane % 4) * 8 + 7, (lane % 4) * 8).xor(key & 255),
    fold: (word) => {
      folded.next = cat(folded.bits(30, 0), folded.bit(31)).xor(word);
      return folded;
    },
  };
};

/** 1 in the first `cycles` cycles: weights are shifted in. */
export const loading = (m: ModuleBuilder, cycles: number): UInt => {
  const { count } = m.regs({ count: uint(16) }, zero);
  const load = count.lt(cycles);
  m.label({ load });
  m.when(load, () => {
    count.next = count.add(1).wrap(16);
  });
  return load;
};
