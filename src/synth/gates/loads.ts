/** The capacitance that each net's driver has to charge. */

import type { Bit, GateNetlist } from './netlist.js';

/** In fF: the input pins on the net, and `outputLoadFf` for each output port bit. Wires are not known before placement. */
export function loadsOf({ gates, outputs }: GateNetlist, outputLoadFf: number): ReadonlyMap<Bit, number> {
  const loads = new Map<Bit, number>();
  const add = (net: Bit, load: number): void => void loads.set(net, (loads.get(net) ?? 0) + load);
  for (const { cell, connections } of gates)
    for (const { name, direction, capacitance } of cell.pins) {
      const net = connections.get(name);
      if (net !== undefined && direction === 'input') add(net, capacitance);
    }
  for (const { bits } of outputs) for (const net of bits) add(net, outputLoadFf);
  return loads;
}
