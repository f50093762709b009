/** A netlist of library cells as a Design for the compiled simulator: every net a word, one bit per independent copy. */

import { component, uint, type Design, type ModuleBuilder, type UInt } from '../../hdl/index.js';
import { UnusableNetlist } from '../errors.js';
import { evaluate, pinsOf, type Expression, type FlipFlop, type Logic } from '../liberty/index.js';
import type { Bit, Gate, GateNetlist } from './netlist.js';
import { inOrder, netsOf } from './order.js';

/** Name of the input that sets a net, and of the output that shows it. */
export const inputName = (net: number): string => `set${String(net)}`;
export const outputName = (net: number): string => `net${String(net)}`;

/** A Design and the nets it takes and shows. Its clock is the netlist's. */
export interface GateDesign {
  readonly design: Design;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** The net that clocks the flip-flops, if there are any. */
  readonly clock: Bit | undefined;
}

/**
 * The cells' functions on words of `lanes` bits. Flip-flops start at 0, since a cell library states nothing else.
 * @throws UnusableNetlist for loops, asynchronous resets that are not tied off, and clocks other than one input's rise
 */
export function gateDesign(netlist: GateNetlist, lanes: number): GateDesign {
  const flipFlops = netlist.gates.flatMap((gate) => {
    const { flipFlop } = gate.cell;
    return flipFlop === undefined ? [] : [{ gate, flipFlop }];
  });
  const clock = clockOf(netlist, flipFlops);
  const isNet = (bit: Bit): bit is number => typeof bit === 'number';
  const inputs = netlist.inputs.flatMap(({ bits }) => bits.filter(isNet)).filter((net) => net !== clock);
  const outputs = netlist.gates.flatMap((gate) => netsOf(gate, 'output')).filter(isNet);
  const word = uint(lanes);
  const shapes = (nets: readonly number[], name: (net: number) => string) =>
    Object.fromEntries(nets.map((net) => [name(net), word]));
  const order = inOrder(netlist);
  const { design } = component(
    `${netlist.name}_gates`,
    { in: shapes(inputs, inputName), out: shapes(outputs, outputName) },
    (signals, m) => {
      const nets = new Map<Bit, UInt>([
        ['0', m.constant(word, 0n)],
        ['1', m.constant(word, (1n << BigInt(lanes)) - 1n)],
      ]);
      for (const net of inputs) {
        const signal = signals[inputName(net)];
        if (signal !== undefined) nets.set(net, signal);
      }
      const registers = flipFlops.map(({ gate, flipFlop }, i) => {
        const name = `state${String(i)}`;
        const { [name]: state } = m.regs({ [name]: word }, { reset: false, powerUp: 0 });
        if (state === undefined) throw new RangeError('every shape gives a register');
        const names = new Map<string, UInt>([
          [flipFlop.state, state],
          [flipFlop.inverse, state.not()],
        ]);
        drive(
          gate,
          nets,
          wordLogic(m, lanes, (pin) => names.get(pin) ?? valueOf(gate, nets, pin)),
        );
        return { gate, flipFlop, state };
      });
      for (const gate of order)
        drive(
          gate,
          nets,
          wordLogic(m, lanes, (pin) => valueOf(gate, nets, pin)),
        );
      for (const { gate, flipFlop, state } of registers)
        state.next = evaluate(
          flipFlop.nextState,
          wordLogic(m, lanes, (pin) => valueOf(gate, nets, pin)),
        );
      m.unused(...inputs.flatMap((net) => nets.get(net) ?? []));
      return Object.fromEntries(outputs.map((net) => [outputName(net), netValue(nets, net)]));
    },
  );
  return { design, inputs, outputs, clock };
}

/** Puts the values of a gate's outputs into `nets`. */
function drive({ cell, connections }: Gate, nets: Map<Bit, UInt>, logic: Logic<UInt>): void {
  for (const { name, function: output } of cell.pins) {
    const net = connections.get(name);
    if (output !== undefined && net !== undefined) nets.set(net, evaluate(output, logic));
  }
}

function wordLogic(m: ModuleBuilder, lanes: number, pin: (name: string) => UInt): Logic<UInt> {
  return {
    pin,
    constant: (value) => m.constant(uint(lanes), value === 0 ? 0n : (1n << BigInt(lanes)) - 1n),
    not: (a) => a.not(),
    and: (a, b) => a.and(b),
    or: (a, b) => a.or(b),
    xor: (a, b) => a.xor(b),
  };
}

const valueOf = ({ connections }: Gate, nets: ReadonlyMap<Bit, UInt>, pin: string): UInt =>
  netValue(nets, connections.get(pin) ?? '0');

/** A net that nothing drives is 0, as Yosys leaves undefined ones. */
function netValue(nets: ReadonlyMap<Bit, UInt>, net: Bit): UInt {
  const value = nets.get(net) ?? nets.get('0');
  if (value === undefined) throw new RangeError('the constants are nets');
  return value;
}

interface Storage {
  readonly gate: Gate;
  readonly flipFlop: FlipFlop;
}

/** The input whose rising edge clocks all flip-flops. */
function clockOf({ name, inputs }: GateNetlist, flipFlops: readonly Storage[]): Bit | undefined {
  const clocks = flipFlops.map(({ gate, flipFlop }) => {
    const { clockedOn, clear, preset } = flipFlop;
    for (const control of [clear, preset])
      if (control !== undefined && constantOf(control, gate) !== 0)
        throw new UnusableNetlist(name, `the asynchronous reset of flip-flop ${gate.name} is in use`);
    if (clockedOn.op !== 'pin')
      throw new UnusableNetlist(name, `flip-flop ${gate.name} is not clocked by a rising edge`);
    return gate.connections.get(clockedOn.pin) ?? '0';
  });
  const [clock] = clocks;
  if (clock === undefined) return undefined;
  if (clocks.every((other) => other === clock) && inputs.some(({ bits }) => bits[0] === clock)) return clock;
  throw new UnusableNetlist(name, 'its flip-flops are not all clocked by one input');
}

/** The value of an expression whose pins are all tied to constants. */
function constantOf(expression: Expression, { connections }: Gate): number | undefined {
  const tied = pinsOf(expression).every((pin) => typeof connections.get(pin) === 'string');
  if (!tied) return undefined;
  return evaluate<number>(expression, {
    pin: (pin) => (connections.get(pin) === '1' ? 1 : 0),
    constant: Number,
    not: (a) => 1 - a,
    and: (a, b) => a & b,
    or: (a, b) => a | b,
    xor: (a, b) => a ^ b,
  });
}
