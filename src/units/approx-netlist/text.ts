/** Netlists as short text: inputs `;` per gate its letter and two signals `;` outputs; signals are two digits of base 36. */

import { UnitParameterError } from '../errors.js';
import { requireNetlist, type Netlist } from './netlist.js';

const digits = 36;

const signalText = (signal: number): string => {
  if (signal >= digits ** 2)
    throw new UnitParameterError('netlistText', 'netlist', `has more than ${digits ** 2} signals`);
  return signal.toString(digits).padStart(2, '0');
};

/** @throws UnitParameterError for more than 1,296 signals */
export const netlistText = ({ inputs, functions, p, q, outputs }: Netlist): string => {
  const gates = Array.from(
    functions,
    (letter, gate) => letter + signalText(p[gate] ?? 0) + signalText(q[gate] ?? 0),
  );
  return `${inputs};${gates.join('')};${outputs.map(signalText).join('')}`;
};

/** The netlist that `netlistText` wrote. @throws UnitParameterError for any other text */
export const netlistFromText = (text: string): Netlist => {
  const [inputs = '', gates = '', outputs = ''] = text.split(';');
  const parsed = [...gates.matchAll(/(.)(..)(..)/g)];
  const signal = (code = ''): number => Number.parseInt(code, digits);
  const netlist = {
    inputs: Number(inputs),
    functions: parsed.map(([, letter = '']) => letter).join(''),
    p: parsed.map(([, , p]) => signal(p)),
    q: parsed.map(([, , , q]) => signal(q)),
    outputs: Array.from(outputs.matchAll(/../g), ([code]) => signal(code)),
  };
  requireNetlist('netlistFromText', netlist, netlist.inputs);
  return netlist;
};
