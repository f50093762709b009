/** Static timing of a netlist from the tables of its library: the latest arrival and the slowest slew of every net. */

import { lookUp, type Arc, type Transition } from '../liberty/index.js';
import type { Bit, Gate, GateNetlist } from './netlist.js';
import { inOrder } from './order.js';

/** In ns, for the rising and the falling edge. */
export interface Edges {
  readonly rise: Edge;
  readonly fall: Edge;
}
interface Edge {
  readonly arrival: number;
  readonly slew: number;
}

export interface GateTiming {
  /** A net that nothing timed drives changes at 0 with the input slew. */
  readonly edges: (net: Bit) => Edges;
  /** Latest arrival at an output port or the data pin of a flip-flop, without its setup time; undefined: the library has no timing. */
  readonly delayNs: number | undefined;
}

/** Inputs and clock edges at time 0 with `inputSlewNs`; `loads` as `loadsOf` gives them. @throws UnusableNetlist */
export function timingOf(
  netlist: GateNetlist,
  loads: ReadonlyMap<Bit, number>,
  inputSlewNs: number,
): GateTiming {
  const start: Edge = { arrival: 0, slew: inputSlewNs };
  const known = new Map<Bit, Edges>();
  const edges = (net: Bit): Edges => known.get(net) ?? { rise: start, fall: start };
  const flipFlops = netlist.gates.filter(({ cell }) => cell.kind === 'flipFlop');
  const order = [...flipFlops, ...inOrder(netlist)];
  for (const { cell, connections } of order)
    for (const { name, timing } of cell.pins) {
      const net = connections.get(name);
      if (net === undefined || timing.length === 0) continue;
      const load = loads.get(net) ?? 0;
      const arcs = timing.map((arc) => through(arc, edges(connections.get(arc.relatedPin) ?? '0'), load));
      known.set(net, {
        rise: latest(arcs.map(({ rise }) => rise)),
        fall: latest(arcs.map(({ fall }) => fall)),
      });
    }
  const ends = [...netlist.outputs.flatMap(({ bits }) => bits), ...flipFlops.flatMap(inputsOf)];
  const arrivals = ends.flatMap((net) => [edges(net).rise.arrival, edges(net).fall.arrival]);
  const isTimed = order.some(({ cell }) => cell.pins.some(({ timing }) => timing.length > 0));
  return { edges, delayNs: isTimed || order.length === 0 ? Math.max(0, ...arrivals) : undefined };
}

const inputsOf = ({ cell, connections }: Gate): readonly Bit[] =>
  cell.pins.flatMap(({ name, direction }) => (direction === 'input' ? (connections.get(name) ?? []) : []));

/** The edges of the output that one arc causes. */
function through({ sense, rise, fall }: Arc, input: Edges, load: number): Edges {
  const after = (causes: readonly Edge[], transition: Transition): Edge =>
    latest(
      causes.map(({ arrival, slew }) => ({
        arrival: arrival + lookUp(transition.delay, slew, load),
        slew: lookUp(transition.slew, slew, load),
      })),
    );
  const both = [input.rise, input.fall];
  return {
    rise: after(sense === 'positive' ? [input.rise] : sense === 'negative' ? [input.fall] : both, rise),
    fall: after(sense === 'positive' ? [input.fall] : sense === 'negative' ? [input.rise] : both, fall),
  };
}

/** Latest arrival and slowest slew, which need not be of the same edge: the pessimism that static timing tools share. */
function latest(edges: readonly Edge[]): Edge {
  return {
    arrival: Math.max(...edges.map(({ arrival }) => arrival)),
    slew: Math.max(...edges.map(({ slew }) => slew)),
  };
}
