/** Choosing between two vectors, lane by lane. */

import type { Cell } from './cell.js';
import { laneClass, type LaneCode } from './lane-code.js';
import { atClass, pushConstant } from './lane-elements.js';
import { addendOf, commonSum } from './lane-sums.js';
import { ADD, NEG, Simd, type LaneClass } from './simd.js';

export function pushSelection(code: LaneCode, cell: Cell, cls: LaneClass, part: number): void {
  const sum = commonSum(cell);
  const narrow = sum === undefined ? cls : laneClass(sum.width);
  if (sum !== undefined && narrow < cls) {
    code.push(sum.base, cls, part);
    atClass(code, narrow, cls, part, (at, k) => code.push(cell, at, k, 'addend'), true);
    code.out.simd(ADD[cls]);
    return;
  }
  code.push(cell.args[1] ?? cell, cls, part);
  code.push(cell.args[2] ?? cell, cls, part);
  code.push(cell.args[0] ?? cell, cls, part, 'mask');
  code.out.simd(Simd.bitselect);
}

/** What a mux adds to the operand that its arms have in common. */
export function pushAddend(code: LaneCode, cell: Cell, cls: LaneClass, part: number): void {
  const sum = commonSum(cell);
  if (sum === undefined) throw new RangeError(`cell ${cell.index} selects between no sums`);
  const { out } = code;
  const push = (of: Cell): void => {
    const addend = addendOf(of, sum.base);
    if (addend.kind === 'zero') {
      pushConstant(code, cls, 0n);
    } else if (addend.kind === 'operand') {
      code.push(addend.operand, cls, part);
      if (addend.negative) out.simd(NEG[cls]);
    } else {
      const kept = [addend.one, addend.zero].filter((arm) => addendOf(arm, sum.base).kind !== 'zero');
      kept.forEach(push);
      if (kept.length === 0) pushConstant(code, cls, 0n);
      else code.push(addend.select, cls, part, 'mask');
      if (kept.length === 2) out.simd(Simd.bitselect);
      else if (kept.length === 1) out.simd(kept[0] === addend.one ? Simd.and : Simd.andNot);
    }
  };
  push(cell);
}
