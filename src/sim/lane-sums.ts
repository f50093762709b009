/** Selections between sums of one operand: what differs is selected in narrow elements and added once. */

import type { Cell } from './cell.js';

const MAX_DEPTH = 8;

/** An operand that all arms of a mux add to, and the signed width of what they add. */
export interface CommonSum {
  readonly base: Cell;
  readonly width: number;
}

/** @returns undefined if the arms have no operand in common. */
export function commonSum(mux: Cell): CommonSum | undefined {
  const [, one, zero] = mux.args;
  if (one === undefined || zero === undefined) return undefined;
  const others = new Set(bases(zero, 0));
  const base = bases(one, 0).find((cell) => others.has(cell));
  return base === undefined ? undefined : { base, width: addendWidth(mux, base) };
}

/** Cells that `cell` is, or adds something to. */
function bases(cell: Cell, depth: number): Cell[] {
  const { node, args } = cell;
  const [first, second, third] = args;
  if (node.kind !== 'op' || first === undefined || depth > MAX_DEPTH) return [cell];
  if (node.op === 'add' && second !== undefined) return [cell, first, second];
  if (node.op === 'sub') return [cell, first];
  if (node.op !== 'mux' || second === undefined || third === undefined) return [cell];
  const others = new Set(bases(third, depth + 1));
  return [cell, ...bases(second, depth + 1).filter((base) => others.has(base))];
}

/** What `cell` adds to `base`: nothing, an operand, its negative, or a choice. */
export type Addend =
  | { readonly kind: 'zero' }
  | { readonly kind: 'operand'; readonly operand: Cell; readonly negative: boolean }
  | { readonly kind: 'choice'; readonly select: Cell; readonly one: Cell; readonly zero: Cell };

export function addendOf(cell: Cell, base: Cell): Addend {
  const { node, args } = cell;
  const [first, second, third] = args;
  if (cell === base || node.kind !== 'op' || first === undefined || second === undefined)
    return { kind: 'zero' };
  if (node.op === 'mux' && third !== undefined)
    return { kind: 'choice', select: first, one: second, zero: third };
  return { kind: 'operand', operand: first === base ? second : first, negative: node.op === 'sub' };
}

function addendWidth(cell: Cell, base: Cell): number {
  const addend = addendOf(cell, base);
  if (addend.kind === 'zero') return 1;
  if (addend.kind === 'choice')
    return Math.max(addendWidth(addend.one, base), addendWidth(addend.zero, base));
  const { signed, width } = addend.operand.node.type;
  return width + (signed ? 0 : 1) + (addend.negative ? 1 : 0);
}
