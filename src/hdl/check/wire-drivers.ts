/** What decides the value of each wire. */
import type { Design, Node, Statement, Switch, When, WireNode } from '../ir.js';
import { prune } from './prune.js';

export interface WireDriver {
  /** The default and everything assigned. */
  readonly values: readonly Node[];
  /** Conditions and subjects that decide between them. */
  readonly controls: readonly Node[];
}

interface Collected {
  readonly values: Node[];
  readonly controls: Node[];
}
type Drivers = Map<WireNode, Collected>;

/** The drivers of every wire of a design, in one walk over its statements. */
export function wireDrivers(design: Design): ReadonlyMap<Node, WireDriver> {
  const drivers = collect(prune(design.statements, (s) => s.kind === 'assign' && s.target.kind === 'wire'));
  for (const wire of design.wires) {
    if (wire.default !== undefined) driverOf(drivers, wire).values.push(wire.default);
    else driverOf(drivers, wire);
  }
  return drivers;
}

function collect(statements: readonly Statement[]): Drivers {
  const found: Drivers = new Map();
  for (const statement of statements) {
    if (statement.kind === 'assign') {
      if (statement.target.kind === 'wire') driverOf(found, statement.target).values.push(statement.value);
    } else if (statement.kind !== 'assert') addBranches(found, statement);
  }
  return found;
}

/** The last body that assigns a wire is the one that needs the most tests to be reached. */
function addBranches(found: Drivers, statement: When | Switch): void {
  const bodies = statement.kind === 'when' ? statement.branches : statement.cases;
  const tests =
    statement.kind === 'when' ? statement.branches.map(({ condition }) => condition) : [statement.subject];
  const controlled = new Set<WireNode>();
  const all = [...bodies.map(({ body }) => body), statement.otherwise];
  for (let index = all.length - 1; index >= 0; index--) {
    for (const [wire, { values, controls }] of collect(all[index] ?? [])) {
      const driver = driverOf(found, wire);
      driver.values.push(...values);
      driver.controls.push(...controls);
      if (!controlled.has(wire)) driver.controls.push(...tests.slice(0, index + 1));
      controlled.add(wire);
    }
  }
}

function driverOf(drivers: Drivers, wire: WireNode): Collected {
  const known = drivers.get(wire);
  if (known !== undefined) return known;
  const driver = { values: [], controls: [] };
  drivers.set(wire, driver);
  return driver;
}
