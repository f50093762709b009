/** Everything is driven, once on each path. */
import { describe, fail } from '../diagnostics.js';
import type { Design, Instance, SourceLocation, Statement } from '../ir.js';
import { neverConsumed } from '../streams/misuse.js';
import { coversAll, type Target } from './prune.js';

/** How a list of statements assigns a target: on each path through it, or on some. */
interface Driven {
  readonly onEachPath: boolean;
  readonly location: SourceLocation | undefined;
}

export function checkDrivers(design: Design): void {
  for (const { name, direction, driver } of design.ports) {
    if (direction === 'out' && driver === undefined) {
      fail('HDL006', `nothing drives output ${name} of ${design.name}`, `return it: { ${name}: … }`, [
        design.location,
      ]);
    }
  }
  const driven = assigned(design.statements);
  for (const wire of design.wires) {
    const how = driven.get(wire);
    if (wire.default !== undefined || how?.onEachPath === true) continue;
    if (how === undefined) {
      if (wire.flow === 'ready') neverConsumed(wire, design.name);
      fail('HDL006', `nothing drives the wire ${describe(wire)}`, `write ${wire.name}.value = …`, [
        wire.location,
      ]);
    }
    fail(
      'HDL008',
      `the wire ${describe(wire)} is not driven on every path`,
      'add the missing branch (.otherwise) or a default',
      [wire.location, how.location],
    );
  }
  for (const reg of design.regs) {
    if (driven.has(reg)) continue;
    fail(
      'HDL006',
      `nothing drives the register ${describe(reg)}`,
      `write ${reg.name}.next = …, or use a constant`,
      [reg.location],
    );
  }
  checkInstances(design.instances);
}

function assigned(statements: readonly Statement[]): Map<Target, Driven> {
  const found = new Map<Target, Driven>();
  for (const statement of statements) {
    for (const [target, how] of assignedBy(statement)) {
      const earlier = found.get(target);
      if (earlier !== undefined) {
        fail(
          'HDL007',
          `${describe(target)} is assigned twice on one path`,
          'assign it once, or in branches that exclude each other',
          [earlier.location, how.location],
        );
      }
      found.set(target, how);
    }
  }
  return found;
}

function assignedBy(statement: Statement): ReadonlyMap<Target, Driven> {
  if (statement.kind === 'assert') return new Map();
  if (statement.kind === 'assign') {
    return new Map([[statement.target, { onEachPath: true, location: statement.location }]]);
  }
  const bodies = statement.kind === 'when' ? statement.branches : statement.cases;
  const branches = bodies.map(({ body }) => assigned(body));
  const isClosed = statement.kind === 'switch' && statement.otherwise.length === 0 && coversAll(statement);
  if (!isClosed) branches.push(assigned(statement.otherwise));
  const found = new Map<Target, Driven>();
  for (const branch of branches) {
    for (const [target, { location }] of branch) {
      const onEachPath = branches.every((other) => other.get(target)?.onEachPath === true);
      found.set(target, found.get(target) ?? { onEachPath, location });
    }
  }
  return found;
}

/** Every instance gives a driver to each input of its design and to nothing else. */
function checkInstances(instances: readonly Instance[]): void {
  const inputsOf = new Map<Instance['design'], ReadonlySet<string>>();
  for (const { name, design, inputs, location } of instances) {
    const ports = inputsOf.get(design) ?? inputNames(design);
    inputsOf.set(design, ports);
    for (const port of ports) {
      if (inputs[port] !== undefined) continue;
      fail('HDL011', `input ${port} of ${design.name} is not connected in instance ${name}`, `pass ${port}`, [
        location,
      ]);
    }
    for (const port of Object.keys(inputs)) {
      if (ports.has(port)) continue;
      fail('HDL011', `${design.name} has no input ${port}`, `its inputs are ${[...ports].join(', ')}`, [
        location,
      ]);
    }
  }
}

const inputNames = ({ ports }: Instance['design']): ReadonlySet<string> =>
  new Set(ports.filter(({ direction }) => direction === 'in').map(({ name }) => name));
