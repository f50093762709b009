/** What the combinators are made of: registers named by their author, and payloads taken leaf by leaf. */
import { leaves, mapSignals, select, type Signals } from '../bundles.js';
import type { UIntReg } from '../driven.js';
import { fail } from '../diagnostics.js';
import { addressWidth } from '../memory.js';
import type { ModuleBuilder } from '../module.js';
import { SInt, UInt } from '../signal.js';
import { bit, sint, uint, type SIntType, type UIntType } from '../types.js';

/** One register, reset to 0. */
export function register(m: ModuleBuilder, name: string, type: UIntType = bit): UIntReg {
  const [reg] = Object.values(m.regs({ [name]: type }));
  if (reg === undefined) throw new TypeError('a record of one shape has one register');
  return reg;
}

/** A register that counts `count` values, 0 first. */
export const counter = (m: ModuleBuilder, name: string, count: number): UIntReg =>
  register(m, name, uint(addressWidth(count)));

/** The next of `count` values; 0 follows the last. */
export const successor = (m: ModuleBuilder, value: UInt, count: number): UInt => {
  const type = uint(value.width);
  const next = value.add(1).wrap(value.width);
  return count === 2 ** value.width ? next : value.eq(count - 1).mux(m.constant(type, 0), next);
};

/** The type of a signal, for a register or a memory. */
export const leafType = ({ node }: UInt | SInt): UIntType | SIntType =>
  node.type.signed ? sint(node.type.width) : uint(node.type.width);

/** Registers for a payload, `NAME`, `NAME_x` …; not reset. */
export const payloadRegs = <P extends Signals>(m: ModuleBuilder, name: string, like: P): P =>
  mapSignals(like, name, (leaf, signal) => {
    const [reg] = Object.values(m.regs({ [leaf]: leafType(signal) }, { reset: false }));
    if (reg === undefined) throw new TypeError('a record of one shape has one register');
    return reg;
  }) as P;

/** payloads[index], leaf by leaf. */
export const selectPayload = <P extends Signals>(index: UInt, payloads: readonly P[]): P => {
  const [first] = payloads;
  if (first === undefined) return fail('HDL022', 'there is no payload to choose from', 'give at least one');
  const columns = payloads.map((payload) => leaves(payload, ''));
  let leaf = 0;
  return mapSignals(first, '', (_, { node }) => {
    const signals = columns.flatMap((column) => column[leaf]?.signal ?? []);
    leaf++;
    return node.type.signed
      ? select(
          index,
          signals.filter((signal) => signal instanceof SInt),
        )
      : select(
          index,
          signals.filter((signal) => signal instanceof UInt),
        );
  }) as P;
};

/** 1 when all are 1; without any, 1. */
export const all = (m: ModuleBuilder, bits: readonly UInt[]): UInt =>
  bits.reduce((a, b) => a.and(b), m.constant(bit, 1));
/** 1 when one is 1. */
export const any = (m: ModuleBuilder, bits: readonly UInt[]): UInt =>
  bits.reduce((a, b) => a.or(b), m.constant(bit, 0));

/** 0 … count - 1. @throws HDL022 when there is nothing to count. */
export const indices = (count: number, what: string): readonly number[] =>
  Number.isInteger(count) && count >= 1
    ? Array.from({ length: count }, (_, i) => i)
    : fail('HDL022', `${what} is ${count}`, 'use a whole number of at least 1');
