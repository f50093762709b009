/** Signals in nested objects and arrays, and functions that join or choose signals. */

import { fail } from './diagnostics.js';
import { driverNode } from './driven.js';
import { SFixed, UFixed } from './fixed.js';
import type { Node } from './ir.js';
import { SInt, UInt, type Owner } from './signal.js';
import { childName } from './types.js';

/** Signals in nested objects and arrays, as `m.pipe` and `m.label` take them. */
export type Signals =
  UInt | SInt | SFixed | UFixed | readonly Signals[] | { readonly [key: string]: Signals };

export interface SignalLeaf {
  readonly name: string;
  /** Of a fixed-point signal, the integer that is stored. */
  readonly signal: UInt | SInt;
  /** As the author has it. */
  readonly written: UInt | SInt | SFixed | UFixed;
}

export const leaves = (signals: Signals, name: string): readonly SignalLeaf[] => {
  const found: SignalLeaf[] = [];
  mapSignals(signals, name, (leafName, signal, written) => {
    found.push({ name: leafName, signal, written });
    return signal;
  });
  return found;
};

export const mapSignals = (
  signals: Signals,
  name: string,
  leaf: (name: string, signal: UInt | SInt, written: SignalLeaf['written']) => UInt | SInt,
): Signals => {
  if (signals instanceof UInt || signals instanceof SInt) return leaf(name, signals, signals);
  if (signals instanceof SFixed || signals instanceof UFixed)
    return signals.over(leaf(name, signals.raw, signals));
  if (isArray(signals))
    return signals.map((item, index) => mapSignals(item, childName(name, String(index)), leaf));
  return Object.fromEntries(
    Object.entries(signals).map(([key, item]) => [key, mapSignals(item, childName(name, key), leaf)]),
  );
};

const isArray = (signals: Signals): signals is readonly Signals[] => Array.isArray(signals);

/** item[index]; an index past the end gives the last item. Built as a balanced tree of two-way choices. */
export function select(index: UInt, items: readonly UInt[]): UInt;
export function select(index: UInt, items: readonly SInt[]): SInt;
export function select(index: UInt, items: readonly (UInt | SInt)[]): UInt | SInt {
  const { owner } = index;
  const nodes = items.map((item) => driverNode(owner, item, item.node.type, 'an item of select()'));
  const last = nodes.at(-1);
  if (last === undefined)
    return fail('HDL022', 'select() needs at least one item', 'pass the items to choose from');
  let level: Node[] = nodes;
  for (let bitIndex = 0; level.length > 1; bitIndex++) {
    if (bitIndex >= index.width) return wrapSignal(level[0] ?? last, owner);
    const choose = owner.graph.slice(index.node, bitIndex, bitIndex);
    const next: Node[] = [];
    for (let i = 0; i < level.length; i += 2)
      next.push(owner.graph.mux(choose, level[i + 1] ?? last, level[i] ?? last));
    level = next;
  }
  return wrapSignal(level[0] ?? last, owner);
}

const wrapSignal = (node: Node, owner: Owner): UInt | SInt =>
  node.type.signed ? new SInt(node, owner) : new UInt(node, owner);

/** Concatenates patterns, first argument most significant. */
export const cat = (first: UInt | SInt, ...rest: readonly (UInt | SInt)[]): UInt =>
  new UInt(
    first.owner.graph.cat(
      [first, ...rest].map((part) => driverNode(first.owner, part, part.node.type, 'a part of cat()')),
    ),
    first.owner,
  );
