/** The values that registers and memories start with. */

import type { LinearMemory } from './access.js';
import type { Compiled } from './compile.js';

/** Reset and power-up values; what is unspecified is drawn from `seed`, or stays 0 without one. */
export function powerUp({ state, flat }: Compiled, memory: LinearMemory, seed: number | undefined): void {
  const random = seed === undefined ? () => 0n : randomBits(seed);
  for (const { cell, initial } of flat.regs) {
    const { type } = cell.node;
    const drawn = random(type.width);
    const value = initial ?? (type.signed ? BigInt.asIntN(type.width, drawn) : drawn);
    if (value !== 0n) memory.write(state.slotOf(cell), value);
  }
  for (const layout of state.memories) {
    const { init, depth } = layout.memory.memory;
    const { offset } = layout.block;
    layout.fields.forEach(({ delta, bytes, type }, field) => {
      const values = init?.[field];
      const count =
        init === undefined ? (seed === undefined ? 0 : depth) : Math.min(depth, values?.length ?? 0);
      for (let address = 0; address < count; address++) {
        const value = values === undefined ? random(type.width) : BigInt(values[address] ?? 0);
        if (value !== 0n) memory.writeAt(offset + address * layout.stride + delta, type, bytes, value);
      }
    });
  }
}

/** xorshift32 words, joined to any width. */
function randomBits(seed: number): (width: number) => bigint {
  let word = (seed ^ 0x9e3779b9) | 0 || 1;
  const next = (): bigint => {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    return BigInt(word >>> 0);
  };
  return (width) => {
    let value = 0n;
    for (let bits = 0; bits < width; bits += 32) value = (value << 32n) | next();
    return BigInt.asUintN(width, value);
  };
}
