/**
 * Five trits in a byte (243 of 256 codes), coded so that the decoder is small. Fields: first = bits 7..5, middle = bits 4..3,
 * last = bits 2..0. Eight of the nine pairs of trits have a 3-bit code; the ninth, (-1, -1), is said by values the others leave over.
 *   middle 0..2                                trits 0, 1 = pair(first), trit 2 = middle,             trits 3, 4 = pair(last)
 *   middle 3, first 0..2                       trits 0, 1 = the ninth,   trit 2 = first,              trits 3, 4 = pair(last)
 *   middle 3, first 4..6                       trits 0, 1 = pair(last),  trit 2 = first's lower bits, trits 3, 4 = the ninth
 *   middle 3, first 7, last 0..2               trits 0, 1 = the ninth,   trit 2 = last,               trits 3, 4 = the ninth
 */
import { tritCodes } from '../ternary-dot/kind.js';

type Pair = readonly [bigint, bigint];

/** Pairs by their 3-bit code. */
export const codedPairs: readonly Pair[] = [
  [0n, 0n],
  [0n, 1n],
  [0n, -1n],
  [1n, 0n],
  [-1n, 0n],
  [1n, 1n],
  [1n, -1n],
  [-1n, 1n],
];
export const ninthPair: Pair = [-1n, -1n];

const pairCode = ([first, second]: Pair): number =>
  codedPairs.findIndex(([a, b]) => a === first && b === second);
const middleCode = (trit: bigint): number => (trit < 0n ? 2 : Number(trit));
const middleTrit = (code: number): bigint => (code >= 2 ? -1n : BigInt(code));

/** Trits -1, 0, 1 in bytes, five a byte, the last one filled up with 0. @throws UnitParameterError that names another value's place. */
export const packTrits = (trits: readonly bigint[]): readonly number[] => {
  tritCodes(trits);
  return Array.from({ length: Math.ceil(trits.length / 5) }, (_, index) => {
    const at = (offset: number): bigint => trits[5 * index + offset] ?? 0n;
    return packFive([at(0), at(1)], at(2), [at(3), at(4)]);
  });
};

const packFive = (start: Pair, middle: bigint, end: Pair): number => {
  const [first, trit, last] = [pairCode(start), middleCode(middle), pairCode(end)];
  if (first >= 0 && last >= 0) return joined(first, trit, last);
  if (last >= 0) return joined(trit, 3, last);
  if (first >= 0) return joined(4 + trit, 3, first);
  return joined(7, 3, trit);
};

const joined = (first: number, middle: number, last: number): number => (first << 5) | (middle << 3) | last;

/** The first `count` trits of packed bytes; the 13 codes that `packTrits` never writes give what the decoder gives. */
export const unpackTrits = (bytes: readonly number[], count: number): readonly bigint[] =>
  bytes.flatMap(unpackFive).slice(0, count);

const unpackFive = (byte: number): readonly bigint[] => {
  const [first, middle, last] = [byte >> 5, (byte >> 3) & 3, byte & 7];
  const pair = (code: number): Pair => codedPairs[code] ?? ninthPair;
  if (middle !== 3) return [...pair(first), middleTrit(middle), ...pair(last)];
  if (first < 4) return [...ninthPair, middleTrit(first), ...pair(last)];
  if (first < 7) return [...pair(last), middleTrit(first & 3), ...ninthPair];
  return [...ninthPair, middleTrit(last & 3), ...ninthPair];
};
