/** Registers whose values are names: how they are numbered, and what the author sees of them. */
import type { UIntReg } from './driven.js';
import type { RegNode } from './ir.js';
import type { Range } from '../num/index.js';
import { unsignedWidth } from '../num/index.js';
import type { UInt } from './signal.js';
import { uint, type UIntType } from './types.js';

export interface StatesOptions {
  /** `binary` (default): the state's number. `onehot`: a bit per state, one of which is 1: more registers, faster tests. */
  readonly encoding?: 'binary' | 'onehot';
}

/** A register whose values are names. */
export interface StateReg<N extends string> {
  readonly is: (name: N) => UInt;
  next: N;
  readonly signal: UInt;
  readonly names: readonly N[];
  readonly encoding: 'binary' | 'onehot';
}

export interface StateCodes {
  readonly type: UIntType;
  readonly range: Range;
  readonly reset: bigint;
  readonly machine: Pick<RegNode, 'states' | 'oneHot'>;
}

export function stateCodes(states: readonly string[], { encoding = 'binary' }: StatesOptions): StateCodes {
  if (encoding === 'binary') {
    const range = { lo: 0n, hi: BigInt(Math.max(1, states.length - 1)) };
    return { type: uint(unsignedWidth(range.hi)), range, reset: 0n, machine: { states: [...states] } };
  }
  const range = { lo: 1n, hi: 1n << BigInt(states.length - 1) };
  return { type: uint(states.length), range, reset: 1n, machine: { states: [...states], oneHot: true } };
}

/** `label` names the bit of a state in a one-hot register. */
export function stateReg<N extends string>(
  reg: UIntReg,
  names: readonly N[],
  { encoding = 'binary' }: StatesOptions,
  label: (name: string, bit: UInt) => void,
): StateReg<N> {
  const bits = new Map<N, UInt>();
  const bitOf = (state: N): UInt => {
    const known = bits.get(state);
    if (known !== undefined) return known;
    const bit = reg.bit(names.indexOf(state));
    label(`${reg.reg.name}_${state}`, bit);
    bits.set(state, bit);
    return bit;
  };
  return {
    is: (state) => (encoding === 'onehot' ? bitOf(state) : reg.eq(names.indexOf(state))),
    set next(state: N) {
      const index = BigInt(names.indexOf(state));
      reg.next = encoding === 'onehot' ? 1n << index : index;
    },
    signal: reg,
    names,
    encoding,
  };
}
