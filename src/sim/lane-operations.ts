/** Operations on vectors of lanes. Elements are canonical, like scalars: sign- or zero-extended. */

import type { OpNode, Op as Operation } from '../hdl/index.js';
import type { Cell } from './cell.js';
import { laneClass, type LaneCode } from './lane-code.js';
import { atClass, pushConstant } from './lane-elements.js';
import { pushSelection } from './lane-selection.js';
import {
  ADD,
  compareOpcode,
  extendMulOpcode,
  LANE_BITS,
  MUL,
  NEG,
  SHL,
  SHR_S,
  SHR_U,
  Simd,
  SUB,
  type Comparison,
  type LaneClass,
} from './simd.js';
import { V128 } from './wasm.js';

/** Operations whose low bits need only the low bits of their operands. */
export const KEEPS_LOW: ReadonlySet<Operation> = new Set<Operation>([
  'add',
  'sub',
  'mul',
  'neg',
  'and',
  'or',
  'xor',
  'not',
  'shl',
  'mux',
  'cast',
]);

const BITWISE = { and: Simd.and, or: Simd.or, xor: Simd.xor } as const;

/** Whether an operation, constant, input or register can be a vector. */
export function isVectorOperation(cell: Cell): boolean {
  const { kind, node, args } = cell;
  if (kind !== 'op' || node.kind !== 'op')
    return (kind === 'const' || kind === 'input' || kind === 'reg') && node.type.width <= 64;
  if (node.type.width > 64 || args.some((arg) => arg.node.type.width > 64)) return false;
  const comparison = comparisonOf(node);
  if (comparison === undefined) return true;
  // Vectors of 64-bit elements compare as signed.
  const asSigned = isSigned(args) || comparison === 'eq' || comparison === 'ne';
  return comparedWidth(args) <= (asSigned ? 64 : 63);
}

function comparisonOf(node: OpNode): Comparison | undefined {
  switch (node.op) {
    case 'eq':
    case 'ne':
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      return node.op;
    default:
      return undefined;
  }
}

const isSigned = (args: readonly Cell[]): boolean => args.some(({ node }) => node.type.signed);
const comparedWidth = (args: readonly Cell[]): number => {
  const signed = isSigned(args);
  return Math.max(...args.map(({ node: { type } }) => type.width + (signed && !type.signed ? 1 : 0)));
};

const argument = (cell: Cell, i: number): Cell => {
  const arg = cell.args[i];
  if (arg === undefined) throw new RangeError(`cell ${cell.index} has no argument ${i}`);
  return arg;
};

/** Brings one vector of an operation's result on the stack; only its low bits if `cls` is too small for all. */
export function pushOperation(code: LaneCode, cell: Cell, cls: LaneClass, part: number): void {
  const { node } = cell;
  if (node.kind !== 'op') throw new RangeError(`cell ${cell.index} (${cell.kind}) is no operation`);
  const { out } = code;
  const pushArg = (i: number): void => code.push(argument(cell, i), cls, part);
  const whole = laneClass(node.type.width) === cls;
  switch (node.op) {
    case 'add':
    case 'sub':
      pushArg(0);
      pushArg(1);
      out.simd((node.op === 'add' ? ADD : SUB)[cls]);
      return;
    case 'mul':
      multiply(code, cell, cls, part);
      return;
    case 'neg':
      pushArg(0);
      out.simd(NEG[cls]);
      return;
    case 'and':
    case 'or':
    case 'xor':
      pushArg(0);
      pushArg(1);
      out.simd(BITWISE[node.op]);
      if (whole) canonicalize(code, node, cls);
      return;
    case 'not':
      pushArg(0);
      out.simd(Simd.not);
      if (whole) canonicalize(code, node, cls);
      return;
    case 'shl':
      shiftLeft(code, cell, cls, part, node.amount ?? 0);
      return;
    case 'shr':
      pushShifted(code, argument(cell, 0), cls, part, node.amount ?? 0);
      return;
    case 'slice':
      pushShifted(code, argument(cell, 0), cls, part, node.low ?? 0);
      canonicalize(code, node, cls);
      return;
    case 'cast':
      pushArg(0);
      if (whole && !keepsForm(node, argument(cell, 0))) canonicalize(code, node, cls);
      return;
    case 'cat':
      concatenate(code, cell, node, cls, part);
      return;
    case 'mux':
      pushSelection(code, cell, cls, part);
      return;
    case 'shlDynamic':
    case 'shrDynamic':
      shiftDynamic(code, cell, cls, part, node.op === 'shlDynamic');
      return;
    case 'xorReduce':
      parity(code, cell, node, cls, part);
      return;
    default:
      code.push(cell, cls, part, 'mask');
      pushConstant(code, cls, 1n);
      out.simd(Simd.and);
  }
}

/** Brings a bit on the stack as all ones or all zeros. */
export function pushMask(code: LaneCode, cell: Cell, cls: LaneClass, part: number): void {
  const { node, args } = cell;
  const { out } = code;
  if (node.kind === 'op') {
    const comparison = comparisonOf(node);
    if (comparison !== undefined) {
      pushComparison(code, cell, comparison, cls, part);
      return;
    }
    const bits = node.type.width === 1 && args.every((arg) => arg.node.type.width === 1);
    if (bits && (node.op === 'and' || node.op === 'or' || node.op === 'xor')) {
      args.forEach((arg) => code.push(arg, cls, part, 'mask'));
      out.simd(BITWISE[node.op]);
      return;
    }
    if (bits && node.op === 'not') {
      args.forEach((arg) => code.push(arg, cls, part, 'mask'));
      out.simd(Simd.not);
      return;
    }
  }
  code.push(cell, cls, part);
  if (!node.type.signed) out.simd(NEG[cls]);
}

function pushComparison(
  code: LaneCode,
  cell: Cell,
  comparison: Comparison,
  cls: LaneClass,
  part: number,
): void {
  const signed = isSigned(cell.args);
  const width = comparedWidth(cell.args);
  const [a, b] = [argument(cell, 0), argument(cell, 1)];
  // 64-bit elements compare as signed, which fits unsigned values of fewer bits.
  const compared = laneClass(width);
  const compare = (at: LaneClass, k: number): void => {
    code.push(a, at, k);
    code.push(b, at, k);
    code.out.simd(compareOpcode(comparison, at, signed));
  };
  atClass(code, compared, cls, part, compare, true);
}

function shiftBy(
  code: LaneCode,
  opcodes: readonly [number, number, number],
  cls: LaneClass,
  amount: number,
): void {
  if (amount === 0) return;
  code.out.i32(amount);
  code.out.simd(opcodes[cls]);
}

function canonicalize(code: LaneCode, { type }: OpNode, cls: LaneClass): void {
  const spare = LANE_BITS[cls] - type.width;
  if (spare <= 0) return;
  if (type.signed && cls === 2 && spare < 32) {
    extendHighWords(code, spare);
    return;
  }
  if (type.signed) {
    shiftBy(code, SHL, cls, spare);
    shiftBy(code, SHR_S, cls, spare);
    return;
  }
  maskLow(code, cls, type.width);
}

/** Sign extension of 64-bit elements in their upper words only: there is no fast 64-bit arithmetic shift. */
function extendHighWords({ out }: LaneCode, spare: number): void {
  const value = out.allocate(V128);
  out.tee(value);
  out.get(value);
  for (const opcodes of [SHL, SHR_S]) {
    out.i32(spare);
    out.simd(opcodes[1]);
  }
  out.release(V128, value);
  out.simd(Simd.shuffle);
  for (let i = 0; i < 16; i++) out.body.byte(i % 8 < 4 ? i : i + 16);
}

const keepsForm = ({ type }: OpNode, arg: Cell): boolean => {
  const { signed, width } = arg.node.type;
  return type.signed ? (signed ? width <= type.width : width < type.width) : !signed && width <= type.width;
};

function multiply(code: LaneCode, cell: Cell, cls: LaneClass, part: number): void {
  const [a, b] = [argument(cell, 0), argument(cell, 1)];
  const { out } = code;
  const fits = (bits: number, signed: boolean): boolean =>
    [a, b].every(({ node: { type } }) =>
      signed ? type.width + (type.signed ? 0 : 1) <= bits : !type.signed && type.width <= bits,
    );
  if (cls === 1 && fits(16, true)) {
    // a * b + (sign of a) * 0 in each 32-bit element.
    code.push(a, 1, part);
    code.push(b, 1, part, 'low16');
    out.simd(Simd.dot);
    return;
  }
  const signed = fits(32, true);
  if (cls === 2 && (signed || fits(32, false))) {
    code.push(a, 1, part >> 1);
    code.push(b, 1, part >> 1);
    out.simd(extendMulOpcode(2, part & 1, signed));
    return;
  }
  code.push(a, cls, part);
  code.push(b, cls, part);
  out.simd(MUL[cls]);
}

function shiftLeft(code: LaneCode, cell: Cell, cls: LaneClass, part: number, amount: number): void {
  if (amount >= LANE_BITS[cls]) {
    pushConstant(code, cls, 0n);
    return;
  }
  code.push(argument(cell, 0), cls, part);
  shiftBy(code, SHL, cls, amount);
}

/** floor(x / 2^amount); its low bits if the class is smaller than the value. */
function pushShifted(code: LaneCode, x: Cell, cls: LaneClass, part: number, amount: number): void {
  const { signed, width } = x.node.type;
  if (amount === 0) {
    code.push(x, cls, part);
    return;
  }
  const own = laneClass(width);
  const bits = LANE_BITS[own];
  const push = (at: LaneClass, k: number): void => {
    if (amount >= bits && !signed) {
      pushConstant(code, at, 0n);
      return;
    }
    code.push(x, at, k);
    shiftBy(code, signed ? SHR_S : SHR_U, at, Math.min(amount, bits - 1));
  };
  atClass(code, own, cls, part, push, signed);
}

function concatenate(code: LaneCode, cell: Cell, node: OpNode, cls: LaneClass, part: number): void {
  let offset = node.type.width;
  node.args.forEach(({ type: { width } }, i) => {
    const arg = argument(cell, i);
    offset -= width;
    code.push(arg, cls, part);
    if (arg.node.type.signed && width < LANE_BITS[cls]) maskLow(code, cls, width);
    shiftBy(code, SHL, cls, offset);
    if (i > 0) code.out.simd(Simd.or);
  });
}

/** One select per bit of the distance, for vectors shift all lanes by the same amount only. */
function shiftDynamic(code: LaneCode, cell: Cell, cls: LaneClass, part: number, left: boolean): void {
  const [x, distance] = [argument(cell, 0), argument(cell, 1)];
  const { signed, width } = x.node.type;
  const { out } = code;
  const push = (at: LaneClass, k: number): void => {
    const result = out.allocate(V128);
    code.push(x, at, k);
    out.set(result);
    for (let bit = 0; bit < distance.node.type.width; bit++) {
      const amount = bit < 7 ? 1 << bit : Infinity;
      if (amount < LANE_BITS[at] || (signed && !left)) {
        out.get(result);
        shiftBy(code, left ? SHL : signed ? SHR_S : SHR_U, at, Math.min(amount, LANE_BITS[at] - 1));
      } else pushConstant(code, at, 0n);
      out.get(result);
      pushBitMask(code, distance, bit, at, k);
      out.simd(Simd.bitselect);
      out.set(result);
    }
    out.get(result);
    out.release(V128, result);
  };
  atClass(code, left ? cls : laneClass(width), cls, part, push, signed);
}

function pushBitMask(code: LaneCode, cell: Cell, bit: number, cls: LaneClass, part: number): void {
  const push = (at: LaneClass, k: number): void => {
    code.push(cell, at, k);
    pushConstant(code, at, 1n << BigInt(bit));
    code.out.simd(Simd.and);
    pushConstant(code, at, 0n);
    code.out.simd(compareOpcode('ne', at, true));
  };
  atClass(code, laneClass(cell.node.type.width), cls, part, push, true);
}

function parity(code: LaneCode, cell: Cell, node: OpNode, cls: LaneClass, part: number): void {
  const x = argument(cell, 0);
  const width = node.args[0]?.type.width ?? x.node.type.width;
  const { out } = code;
  const push = (at: LaneClass, k: number): void => {
    code.push(x, at, k);
    if (x.node.type.signed && width < LANE_BITS[at]) maskLow(code, at, width);
    const folded = out.allocate(V128);
    for (let distance = LANE_BITS[at] / 2; distance >= 1; distance /= 2) {
      out.tee(folded);
      out.get(folded);
      shiftBy(code, SHR_U, at, distance);
      out.simd(Simd.xor);
    }
    out.release(V128, folded);
    maskLow(code, at, 1);
  };
  atClass(code, laneClass(width), cls, part, push, false);
}

function maskLow(code: LaneCode, cls: LaneClass, width: number): void {
  pushConstant(code, cls, (1n << BigInt(width)) - 1n);
  code.out.simd(Simd.and);
}
