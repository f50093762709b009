/** Names are legal Verilog and unique within their module. */
import { authorLocation, fail } from '../diagnostics.js';
import { clockName, resetName } from '../domains.js';
import { portWires } from '../emit/aliases.js';
import type { Design, ExternalDesign, SourceLocation } from '../ir.js';
import { isReservedWord } from './reserved-words.js';

interface Named {
  readonly what: string;
  readonly name: string;
  readonly location: SourceLocation | undefined;
}

export function checkNames(design: Design): void {
  checkName({ what: 'component', name: design.name, location: design.location });
  const known = new Map<string, Named>();
  for (const named of names(design)) {
    checkName(named);
    const key = named.name.toLowerCase();
    const earlier = known.get(key);
    if (earlier !== undefined) {
      fail(
        'HDL003',
        `${design.name} has a ${earlier.what} ${earlier.name} and a ${named.what} ${named.name}`,
        'give one of them another name',
        [earlier.location, named.location],
      );
    }
    known.set(key, named);
  }
}

/** Names of a cell, its ports and parameters. Verilog tells capitals apart in them, and reserved words are escaped nowhere. */
export function checkExternal({ name, ports, parameters }: ExternalDesign): void {
  const location = authorLocation();
  checkName({ what: 'cell', name, location });
  for (const parameter of Object.keys(parameters))
    checkName({ what: 'parameter', name: parameter, location });
  const known = new Set<string>();
  for (const port of ports) {
    checkName({ what: 'port', name: port.name, location });
    if (known.has(port.name))
      fail('HDL003', `the cell ${name} has two ports named ${port.name}`, 'give one of them another name', [
        location,
      ]);
    known.add(port.name);
  }
}

function checkName({ what, name, location }: Named): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    fail(
      'HDL002',
      `the ${what} name "${name}" is no Verilog identifier`,
      'use letters, digits and _, not a digit first',
      [location],
    );
  }
  if (isReservedWord(name)) {
    fail('HDL002', `the ${what} name ${name} is a reserved word`, `choose another, such as ${name}_value`, [
      location,
    ]);
  }
}

function* names(design: Design): Generator<Named> {
  yield { what: 'clock', name: 'clk', location: undefined };
  yield { what: 'reset', name: 'rst', location: undefined };
  for (const { name, usesReset } of design.domains ?? []) {
    yield { what: 'clock', name: clockName(name), location: undefined };
    if (usesReset) yield { what: 'reset', name: resetName(name), location: undefined };
  }
  for (const { name, direction, driver } of design.ports) {
    const location = direction === 'in' ? driver?.location : undefined;
    yield { what: direction === 'in' ? 'input' : 'output', name, location };
  }
  for (const { name, location } of design.regs) yield { what: 'register', name, location };
  const ports = portWires(design);
  for (const wire of design.wires) {
    if (!ports.has(wire)) yield { what: 'wire', name: wire.name, location: wire.location };
  }
  for (const { name, location } of design.labels) {
    if (name !== undefined) yield { what: 'label', name, location };
  }
  for (const { name, location } of design.memories) yield { what: 'memory', name, location };
  for (const { name, location } of design.instances) yield { what: 'instance', name, location };
}
