/** Wires that need no net of their own, because they only connect ports: each is printed once, by the better name. */
import type { Assign, Design, InstanceOutputNode, Node, WireNode } from '../ir.js';

export interface Aliases {
  /** Members of ports that go the other way: the input or wire whose name they share. */
  readonly sources: ReadonlyMap<Node, Node>;
  /** Outputs of instances: the wire that they alone drive, whose name they take. */
  readonly wires: ReadonlyMap<Node, WireNode>;
}

/** Whether `assign` would connect two names of one net. */
export const isAlias = ({ sources, wires }: Aliases, { target, value }: Assign): boolean =>
  sources.has(target) || wires.get(value) === target;

/** The node whose net a wire shares, through other such wires. */
export function aliasedNode({ sources }: Aliases, wire: Node): Node {
  let node = wire;
  for (let next = sources.get(node); next !== undefined; next = sources.get(node)) node = next;
  return node;
}

export function findAliases(design: Design): Aliases {
  const sources = new Map<Node, Node>();
  const wires = new Map<Node, WireNode>();
  const ports = portWires(design);
  for (const statement of design.statements) {
    if (statement.kind !== 'assign' || statement.target.kind !== 'wire') continue;
    const { target, value } = statement;
    if (!isSameType(target, value)) continue;
    if (isUnnamedOutput(value) && !wires.has(value)) wires.set(value, target);
    else if (
      target.flow !== undefined &&
      !ports.has(target) &&
      (value.kind === 'input' || value.kind === 'wire')
    )
      sources.set(target, value);
  }
  return { sources, wires };
}

/** The wires that are ports themselves: flipped members of `in`. */
export const portWires = ({ ports }: Design): ReadonlySet<Node> =>
  new Set(
    ports.flatMap(({ name, direction, driver }) =>
      direction === 'out' && driver?.kind === 'wire' && driver.name === name ? [driver] : [],
    ),
  );

const isUnnamedOutput = (node: Node): node is InstanceOutputNode =>
  node.kind === 'instanceOutput' && node.name === undefined;

const isSameType = (a: Node, b: Node): boolean =>
  a.type.width === b.type.width && a.type.signed === b.type.signed;
