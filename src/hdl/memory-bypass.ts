/** `readDuringWrite: 'new'`: a word that is being written goes round the memory to a registered read of it. */
import type { Memory, Node, RegNode, WireNode } from './ir.js';
import type { ModuleBuilder } from './module.js';
import { UInt } from './signal.js';
import { SIntReg, UIntReg } from './driven.js';
import { sint, uint } from './types.js';

type ReadPort = Memory['readPorts'][number];
type WritePort = Memory['writePorts'][number];

/**
 * Drives the wires, one per field, that stand for a registered read: with the field as it was written in the cycle of the
 * address, else with what the memory gives. Of two writes the later port's counts. Costs registers for a word and a bit.
 */
export function bypass(
  m: ModuleBuilder,
  read: ReadPort,
  writes: readonly WritePort[],
  wires: readonly WireNode[],
): void {
  const hits = new Map<string, Node>();
  wires.forEach((wire, field) => {
    const stored = read.data[field];
    if (stored === undefined) return;
    const same = writes.map((write) => writesField(m, write, read.address, field));
    const masks = writes.map(({ mask }) => mask?.[field]?.id ?? '').join();
    const hit = hits.get(masks) ?? captured(m, `${wire.name}_hit`, anyOf(m, same), read.enable);
    hits.set(masks, hit);
    const fresh = writes.reduce((value: Node, { data }, port) => {
      const [own, here] = [data[field], same[port]];
      return own === undefined || here === undefined ? value : m.graph.mux(here, own, value);
    }, writes[0]?.data[field] ?? stored);
    const value = captured(m, `${wire.name}_new`, m.graph.cast(fresh, wire.type), read.enable);
    m.assign(wire, m.graph.cast(m.graph.mux(hit, value, stored), wire.type));
  });
}

/** Whether a port writes a field of the word at `address` now. */
function writesField({ graph }: ModuleBuilder, write: WritePort, address: Node, field: number): Node {
  const isWritten = graph.bitwise('and', write.enable, write.mask?.[field] ?? graph.constant(1n));
  return graph.bitwise('and', isWritten, graph.compare('eq', write.address, address));
}

const anyOf = ({ graph }: ModuleBuilder, bits: readonly Node[]): Node =>
  bits.reduce((a, b) => graph.bitwise('or', a, b), graph.constant(0n));

/** A register without reset that takes `value` where the read port takes its address. */
function captured(m: ModuleBuilder, name: string, value: Node, enable: Node | undefined): RegNode {
  const { signed, width } = value.type;
  const [reg] = Object.values(m.regs({ [name]: signed ? sint(width) : uint(width) }, { reset: false }));
  if (!(reg instanceof UIntReg || reg instanceof SIntReg))
    throw new TypeError('a scalar shape has one register');
  const load = (): void => m.assign(reg.reg, value);
  if (enable === undefined) load();
  else m.when(new UInt(enable, m), load);
  return reg.reg;
}
