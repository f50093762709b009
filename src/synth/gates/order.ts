/** Gates in the order in which values travel. */

import { UnusableNetlist } from '../errors.js';
import type { Bit, Gate, GateNetlist } from './netlist.js';

/** The combinational gates, each after those that drive it. @throws UnusableNetlist when they form a loop */
export function inOrder(netlist: GateNetlist): readonly Gate[] {
  const gates = netlist.gates.filter(({ cell }) => cell.kind === 'combinational');
  const readers = new Map<Bit, Gate[]>();
  const missing = new Map<Gate, number>();
  const driven = new Set(gates.flatMap((gate) => netsOf(gate, 'output')));
  for (const gate of gates) {
    const awaited = netsOf(gate, 'input').filter((net) => driven.has(net));
    missing.set(gate, awaited.length);
    for (const net of awaited) readers.set(net, [...(readers.get(net) ?? []), gate]);
  }
  const order = gates.filter((gate) => missing.get(gate) === 0);
  // Grows while it is walked.
  for (const gate of order)
    for (const reader of netsOf(gate, 'output').flatMap((net) => readers.get(net) ?? [])) {
      const left = (missing.get(reader) ?? 0) - 1;
      missing.set(reader, left);
      if (left === 0) order.push(reader);
    }
  const stuck = gates.find((gate) => (missing.get(gate) ?? 0) > 0);
  if (stuck === undefined) return order;
  throw new UnusableNetlist(netlist.name, `its logic has a loop through cell ${stuck.name}`);
}

/** What the inputs or outputs of a gate are connected to, pin by pin. */
export function netsOf({ cell, connections }: Gate, direction: 'input' | 'output'): readonly Bit[] {
  return cell.pins.flatMap((pin) => {
    const net = pin.direction === direction ? connections.get(pin.name) : undefined;
    return net === undefined ? [] : [net];
  });
}
