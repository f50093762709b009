/** Decoder of bytes that hold five trits. */
import { array, cat, component, select, uint, type ModuleBuilder, type UInt } from '../../hdl/index.js';
import { codedPairs, ninthPair } from './model.js';

/** `trit_i` = code (0 = 0, 1 = +1, 3 = -1) of trit i of a byte of `packTrits`; combinational. */
export const tritDecoder = () => {
  const unit = component(
    'trit_decoder',
    { in: { code: uint(8) }, out: { trit: array(5, uint(2)) } },
    ({ code: byte }, m) => {
      const first = byte.bits(7, 5);
      const middle = byte.bits(4, 3);
      const last = byte.bits(2, 0);
      const escaped = middle.eq(3);
      const endIsNinth = escaped.and(first.bit(2));
      const bothNinth = first.bits(1, 0).eq(3);
      const startIsNinth = escaped.and(first.bit(2).not().or(bothNinth));
      const start = pairOf(m, endIsNinth.mux(last, first), startIsNinth);
      const end = pairOf(m, last, endIsNinth);
      const deep = first.bit(2).and(bothNinth).mux(last.bits(1, 0), first.bits(1, 0));
      const center = tritOf(escaped.mux(deep, middle));
      m.label({ escaped, endIsNinth, startIsNinth });
      return { trit: [start.bits(3, 2), start.bits(1, 0), center, end.bits(3, 2), end.bits(1, 0)] };
    },
  );
  return { component: unit, latencyCycles: 0 };
};

const codeOf = (trit: bigint): number => Number(BigInt.asUintN(2, trit));

/** Codes of both trits of a pair, four bits: each a function of four inputs. */
const pairOf = (m: ModuleBuilder, code: UInt, isNinth: UInt): UInt => {
  const constant = ([first, second]: readonly [bigint, bigint]): UInt =>
    m.constant(uint(4), (codeOf(first) << 2) | codeOf(second));
  return isNinth.mux(
    constant(ninthPair),
    select(
      code,
      codedPairs.map((pair) => constant(pair)),
    ),
  );
};

/** 0, 1, 2 (and 3) to 0, +1, -1. */
const tritOf = (code: UInt): UInt => cat(code.bit(1), code.bit(0).or(code.bit(1)));
