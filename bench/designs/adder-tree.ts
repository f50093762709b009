/** Design C of ../shared/bench/simulators: a tree that adds 64 activations, each with its ternary weight, in 7 register stages. */
import { component, sint, uint, type SInt } from '../../src/hdl/index.js';
import { loading, xorshift, zero } from './xorshift.js';

/** Weights wander through a chain of registers while they are loaded; every level of the tree is registered. */
export const adderTree = ({ inputs = 64 }: { readonly inputs?: number } = {}) =>
  component('top', { in: {}, out: { checksum: uint(32) }, parameters: { inputs } }, (_, m) => {
    const { lfsr, byte, fold } = xorshift(m);
    const load = loading(m, inputs);
    const lanes = Array.from({ length: inputs }, (_item, lane) => lane);
    const { weight } = m.regs({ weight: lanes.map(() => uint(2)) }, zero);
    m.when(load, () => {
      weight.forEach((register, lane) => {
        register.next = weight[lane - 1] ?? lfsr.bits(1, 0);
      });
    });
    const { term } = m.regs({ term: lanes.map(() => sint(9)) }, zero);
    term.forEach((register, lane) => {
      const x = byte(lane, lane * 29).asSint();
      const w = weight[lane] ?? m.constant(uint(2), 0);
      register.next = w.bit(0).mux(w.bit(1).mux(x.neg(), x), 0);
    });
    let level: readonly SInt[] = term;
    for (let depth = 1; level.length > 1; depth++) {
      const pairs = level.slice(0, level.length / 2);
      const below = level;
      const names = { [`sum${depth}`]: pairs.map(() => sint(9 + depth)) };
      const sums = m.regs(names, zero)[`sum${depth}`] ?? [];
      sums.forEach((register, i) => {
        register.next = (below[2 * i] ?? register).add(below[2 * i + 1] ?? register);
      });
      level = sums;
    }
    const [total = m.constant(sint(32), 0)] = level;
    return { checksum: fold(total.wrap(32).asUint()) };
  });
