/** The part of a library that mapping needs, as a Liberty file: areas and functions. Yosys reads it in milliseconds. */

import { evaluate, type Expression } from './expression.js';
import type { Cell, FlipFlop, Library, Pin } from './library.js';

/**
 * Liberty text with the gates of one output and the flip-flops of a library. Without timing, mapping has one aim: area. Of
 * cells with equal functions it takes the smallest.
 */
export function mappingLibrary(library: Library): string {
  const cells = [...library.cells.values()].filter(
    ({ kind, pins }) => kind === 'flipFlop' || (kind === 'combinational' && outputsOf(pins).length === 1),
  );
  return [`library (${JSON.stringify(library.name)}) {`, ...cells.map(cellText), '}', ''].join('\n');
}

const outputsOf = (pins: readonly Pin[]): readonly Pin[] =>
  pins.filter(({ direction }) => direction === 'output');

function cellText({ name, area, pins, flipFlop }: Cell): string {
  const ports = pins.map((pin) => {
    const logic = pin.function === undefined ? '' : ` function : "${expressionText(pin.function)}";`;
    return `    pin (${pin.name}) { direction : ${pin.direction};${logic} }`;
  });
  return [
    `  cell (${name}) {`,
    `    area : ${String(area)};`,
    ...(flipFlop === undefined ? [] : [flipFlopText(flipFlop)]),
    ...ports,
    '  }',
  ].join('\n');
}

function flipFlopText({ state, inverse, clockedOn, nextState, clear, preset }: FlipFlop): string {
  const attributes = Object.entries({ clocked_on: clockedOn, next_state: nextState, clear, preset }).flatMap(
    ([name, value]) => (value === undefined ? [] : [`${name} : "${expressionText(value)}";`]),
  );
  return `    ff (${state}, ${inverse}) { ${attributes.join(' ')} }`;
}

function expressionText(expression: Expression): string {
  return evaluate<string>(expression, {
    pin: (name) => name,
    constant: String,
    not: (a) => `!${a}`,
    and: (a, b) => `(${a}&${b})`,
    or: (a, b) => `(${a}|${b})`,
    xor: (a, b) => `(${a}^${b})`,
  });
}
