/** A netlist inside a component. */

import { bit, cat, type ModuleBuilder, type UInt } from '../../hdl/index.js';
import { functionOf, type GateLetter, type Netlist } from './netlist.js';

const gate: Readonly<Record<GateLetter, (p: UInt, q: UInt) => UInt>> = {
  a: (p, q) => p.and(q),
  o: (p, q) => p.or(q),
  x: (p, q) => p.xor(q),
  A: (p, q) => p.and(q).not(),
  O: (p, q) => p.or(q).not(),
  X: (p, q) => p.xor(q).not(),
  g: (p, q) => p.and(q.not()),
  h: (p, q) => p.or(q.not()),
  n: (p) => p.not(),
};

/** The outputs of the netlist, joined; `inputs`: a bit each, in the netlist's order. */
export const drawNetlist = (m: ModuleBuilder, netlist: Netlist, inputs: readonly UInt[]): UInt => {
  const zero = m.constant(bit, 0);
  const signals: UInt[] = [zero, m.constant(bit, 1), ...inputs];
  for (let index = 0; index < netlist.functions.length; index++) {
    const [p, q] = [signals[netlist.p[index] ?? 0] ?? zero, signals[netlist.q[index] ?? 0] ?? zero];
    signals.push(gate[functionOf(netlist, index)](p, q));
  }
  const [top = zero, ...rest] = netlist.outputs.map((signal) => signals[signal] ?? zero).reverse();
  return cat(top, ...rest);
};
