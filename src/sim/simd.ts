/** Vector instructions: opcodes after the prefix byte, by lane class (8 x i16, 4 x i32, 2 x i64). */

export const SIMD_PREFIX = 0xfd;

export const Simd = {
  load: 0x00,
  store: 0x0b,
  const: 0x0c,
  shuffle: 0x0d,
  not: 0x4d,
  and: 0x4e,
  /** The first operand where the second is 0. */
  andNot: 0x4f,
  or: 0x50,
  xor: 0x51,
  bitselect: 0x52,
  narrowToI16Signed: 0x85,
  dot: 0xba,
} as const;

/** 0: 16-bit, 1: 32-bit, 2: 64-bit elements. */
export type LaneClass = 0 | 1 | 2;
export const LANE_BITS = [16, 32, 64] as const;

type PerClass = readonly [number, number, number];

export const SPLAT: PerClass = [0x10, 0x11, 0x12];
export const ADD: PerClass = [0x8e, 0xae, 0xce];
export const SUB: PerClass = [0x91, 0xb1, 0xd1];
export const MUL: PerClass = [0x95, 0xb5, 0xd5];
export const NEG: PerClass = [0x81, 0xa1, 0xc1];
export const SHL: PerClass = [0x8b, 0xab, 0xcb];
export const SHR_S: PerClass = [0x8c, 0xac, 0xcc];
export const SHR_U: PerClass = [0x8d, 0xad, 0xcd];

/** Two elements of the narrower class become one of this class: low half signed, unsigned; the high half follows. */
const EXTEND_LOW: Readonly<Record<1 | 2, readonly [signed: number, unsigned: number]>> = {
  1: [0xa7, 0xa9],
  2: [0xc7, 0xc9],
};
export const extendOpcode = (to: 1 | 2, half: number, signed: boolean): number =>
  EXTEND_LOW[to][signed ? 0 : 1] + half;
/** Products of the halves of narrower elements. */
export const extendMulOpcode = (to: 1 | 2, half: number, signed: boolean): number =>
  (to === 1 ? 0xbc : 0xdc) + (signed ? 0 : 2) + half;
/** Loads 8 bytes as elements of half the size. */
export const loadExtendOpcode = (to: 1 | 2, signed: boolean): number =>
  (to === 1 ? 0x03 : 0x05) + (signed ? 0 : 1);

export type Comparison = 'eq' | 'ne' | 'lt' | 'gt' | 'le' | 'ge';
const ORDER = { lt: 0, gt: 1, le: 2, ge: 3 } as const;

/** 64-bit elements compare as signed only. */
export function compareOpcode(comparison: Comparison, cls: LaneClass, signed: boolean): number {
  const base = [0x2d, 0x37, 0xd6][cls] ?? 0;
  if (comparison === 'eq') return base;
  if (comparison === 'ne') return base + 1;
  const step = ORDER[comparison];
  return cls === 2 ? base + 2 + step : base + 2 + 2 * step + (signed ? 0 : 1);
}

/** Shuffle that keeps the low halves of the elements of two vectors: their values in the class below. */
export const keepLowHalves = (from: 1 | 2): readonly number[] =>
  Array.from({ length: 16 }, (_, i) => (from === 1 ? (i >> 1) * 4 + (i & 1) : (i >> 2) * 8 + (i & 3)));
