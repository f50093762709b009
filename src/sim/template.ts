/** What a Design computes, once per Design: the nodes in use and one value tree per register, wire and assertion. */

import type {
  Assertion,
  Design,
  ExternalDesign,
  Node,
  OpNode,
  RegNode,
  ScalarType,
  Statement,
  WireNode,
} from '../hdl/index.js';
import { LowBits } from './low-bits.js';

export interface Template {
  readonly design: Design;
  /** Every node in use; its position is its local index. */
  readonly nodes: readonly Node[];
  readonly indexOf: ReadonlyMap<Node, number>;
  /** Ports, registers, wires and labels, in this order: the node and the declared type. */
  readonly named: ReadonlyMap<string, { readonly node: Node; readonly type: ScalarType }>;
  /** What drives each output port. */
  readonly drivers: ReadonlyMap<string, Node>;
  /** Local indices of each node's arguments, by local index. */
  readonly args: readonly (readonly number[])[];
  readonly regNext: ReadonlyMap<RegNode, Node>;
  readonly wireValue: ReadonlyMap<WireNode, Node>;
  /** Of `assert` and `assume`: a bit that is 1 when the statement is reached and does not hold. */
  readonly assertions: readonly { readonly assertion: Check; readonly violated: Node }[];
  /** A bit that is 1 when the statement is reached and holds. */
  readonly covers: readonly { readonly cover: Assertion; readonly hit: Node }[];
}

/** What a simulation checks: a property of the author, or the promise of a memory. */
export type Check =
  | Assertion
  | {
      readonly kind: 'memory';
      readonly memory: string;
      readonly message: string;
      readonly domain: string | undefined;
    };

const BIT: ScalarType = { signed: false, width: 1 };

/** Builds the template of one Design, without its children. Work is linear in the Design's size. */
export function makeTemplate(design: Design): Template {
  const trees = valueTrees(design);
  const wireValue = new Map<WireNode, Node>();
  for (const wire of design.wires) {
    wireValue.set(wire, trees.values.get(wire) ?? wire.default ?? constant(0n, wire.type));
  }
  const regNext = new Map<RegNode, Node>();
  for (const reg of design.regs) regNext.set(reg, trees.values.get(reg) ?? reg);

  const assertions = [...trees.assertions, ...collisionChecks(design)];
  const { covers } = trees;
  const properties = [...assertions.map(({ violated }) => violated), ...covers.map(({ hit }) => hit)];
  const lowBits = new LowBits();
  const { nodes, indexOf } = collect(rootsOf(design, regNext, wireValue, properties), (node) =>
    argsOf(node, wireValue, lowBits),
  );
  const args = nodes.map((node) => argsOf(node, wireValue, lowBits).map((arg) => indexOf.get(arg) ?? -1));
  const named = namedNodes(design, nodes);
  const drivers = new Map(
    design.ports.flatMap(({ name, direction, driver }) =>
      direction === 'out' && driver !== undefined ? [[name, driver] as const] : [],
    ),
  );
  return { design, nodes, indexOf, named, drivers, args, regNext, wireValue, assertions, covers };
}

function namedNodes(design: Design, nodes: readonly Node[]): Template['named'] {
  const named = new Map<string, { node: Node; type: ScalarType }>();
  const add = (name: string | undefined, node: Node | undefined, type: ScalarType): void => {
    if (name !== undefined && node !== undefined && !named.has(name)) named.set(name, { node, type });
  };
  const inputs = new Map(
    nodes.flatMap((node) => (node.kind === 'input' ? [[node.name, node] as const] : [])),
  );
  for (const { name, direction, driver, type } of design.ports) {
    add(name, direction === 'in' ? inputs.get(name) : driver, type);
  }
  for (const node of [...design.regs, ...design.wires, ...design.labels]) add(node.name, node, node.type);
  return named;
}

/** The promise of `readDuringWrite: 'never'`: no registered read of the word that its clock writes in the same cycle. */
function collisionChecks({ memories }: Design): Template['assertions'][number][] {
  return memories.flatMap(({ name, readPorts, writePorts, readDuringWrite }) => {
    if (readDuringWrite !== 'never') return [];
    return readPorts.flatMap((read) =>
      writePorts.flatMap((write) => {
        const { domain } = read;
        if (!read.sync || domain !== write.domain) return [];
        const both = op('and', BIT, [write.enable, read.enable ?? constant(1n, BIT)]);
        const violated = op('and', BIT, [both, op('eq', BIT, [read.address, write.address])]);
        const message = `memory ${name} is read where it is written`;
        return [{ assertion: { kind: 'memory' as const, memory: name, message, domain }, violated }];
      }),
    );
  });
}

/** Children of a node inside its own Design; a wire's child is the tree that drives it. */
function argsOf(node: Node, wireValue: ReadonlyMap<WireNode, Node>, lowBits: LowBits): readonly Node[] {
  if (node.kind === 'op') return lowBits.operands(node);
  if (node.kind !== 'wire') return [];
  const value = wireValue.get(node);
  return value === undefined ? [] : [value];
}

function rootsOf(
  design: Design,
  regNext: ReadonlyMap<RegNode, Node>,
  wireValue: ReadonlyMap<WireNode, Node>,
  properties: readonly Node[],
): Node[] {
  const roots: Node[] = [];
  for (const { driver } of design.ports) if (driver !== undefined) roots.push(driver);
  for (const [reg, next] of regNext) roots.push(reg, next);
  for (const [wire, value] of wireValue) roots.push(wire, value);
  roots.push(...design.labels, ...properties);
  for (const { readPorts, writePorts } of design.memories) {
    for (const { address, enable, data } of readPorts) {
      roots.push(address, ...(enable === undefined ? [] : [enable]), ...data);
    }
    for (const { address, enable, data, mask } of writePorts) {
      roots.push(address, enable, ...data, ...(mask ?? []));
    }
  }
  for (const { inputs, outputs } of design.instances) {
    roots.push(...Object.values(inputs), ...Object.values(outputs));
  }
  return roots;
}

function collect(
  roots: readonly Node[],
  children: (node: Node) => readonly Node[],
): { nodes: Node[]; indexOf: Map<Node, number> } {
  const nodes: Node[] = [];
  const indexOf = new Map<Node, number>();
  const stack: Node[] = [...roots].reverse();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (indexOf.has(node)) continue;
    indexOf.set(node, nodes.length);
    nodes.push(node);
    for (const child of children(node)) if (!indexOf.has(child)) stack.push(child);
  }
  return { nodes, indexOf };
}

type Target = RegNode | WireNode;
type Values = Map<Target, Node>;

/** Turns statements into one tree of `mux` nodes per target. A register that holds is the register itself. */
function valueTrees(design: Design): {
  readonly values: ReadonlyMap<Target, Node>;
  readonly assertions: readonly { readonly assertion: Assertion; readonly violated: Node }[];
  readonly covers: Template['covers'];
} {
  const assertions: { assertion: Assertion; violated: Node }[] = [];
  const covers: Template['covers'][number][] = [];
  const run = (statements: readonly Statement[], values: Values, guards: Guard | undefined): void => {
    for (const statement of statements) {
      if (statement.kind === 'assign') values.set(statement.target, statement.value);
      else if (statement.kind === 'assert' && statement.property === 'cover') {
        covers.push({ cover: statement, hit: guarded(guards, statement.condition) });
      } else if (statement.kind === 'assert') {
        assertions.push({ assertion: statement, violated: guarded(guards, isZero(statement.condition)) });
      } else branch(testsOf(statement), values, guards);
    }
  };
  const branch = (tests: Tests, values: Values, guards: Guard | undefined): void => {
    const results: Values[] = [];
    let refused = guards;
    for (const { condition, body } of tests.arms) {
      const inside: Values = new Map();
      run(body, inside, { condition, wanted: true, outer: refused });
      refused = { condition, wanted: false, outer: refused };
      results.push(inside);
    }
    const rest: Values = new Map();
    run(tests.otherwise, rest, refused);
    merge(tests, results, rest, values);
  };
  const values: Values = new Map();
  run(design.statements, values, undefined);
  return { values, assertions, covers };
}

/** One condition on the way to a statement, innermost first. */
interface Guard {
  readonly condition: Node;
  readonly wanted: boolean;
  readonly outer: Guard | undefined;
}

interface Tests {
  readonly arms: readonly { readonly condition: Node; readonly body: readonly Statement[] }[];
  readonly otherwise: readonly Statement[];
  /** At most one condition is 1. */
  readonly disjoint: boolean;
}

function testsOf(statement: Exclude<Statement, { kind: 'assign' | 'assert' }>): Tests {
  if (statement.kind === 'when') {
    return { arms: statement.branches, otherwise: statement.otherwise, disjoint: false };
  }
  const { subject, otherwise } = statement;
  const arms = statement.cases.map(({ value, body }) => ({
    condition: op('eq', BIT, [subject, constant(value, subject.type)]),
    body,
  }));
  return { arms, otherwise, disjoint: true };
}

/** Chains the arms' values of every target assigned in any of them, last arm innermost. */
function merge({ arms, disjoint }: Tests, results: readonly Values[], rest: Values, values: Values): void {
  const kept = (target: Target): Node => values.get(target) ?? fallback(target);
  const chains = new Map<Target, Node>(rest);
  // A target that `otherwise` assigns must be kept by every arm that does not; so must one of a later arm, unless the
  // arms exclude each other anyway.
  for (let i = arms.length - 1; i >= 0; i--) {
    const condition = arms[i]?.condition;
    const result = results[i];
    if (condition === undefined || result === undefined) continue;
    for (const [target, value] of result) {
      chains.set(target, mux(condition, value, chains.get(target) ?? kept(target), target));
    }
    for (const [target, chain] of chains) {
      if (result.has(target) || (disjoint && !rest.has(target))) continue;
      chains.set(target, mux(condition, kept(target), chain, target));
    }
  }
  for (const [target, chain] of chains) values.set(target, chain);
}

const fallback = (target: Target): Node =>
  target.kind === 'reg' ? target : (target.default ?? constant(0n, target.type));

function mux(condition: Node, one: Node, zero: Node, target: Target): Node {
  if (one === zero) return one;
  return { ...op('mux', target.type, [condition, one, zero]), lo: target.lo, hi: target.hi };
}

function guarded(innermost: Guard | undefined, bit: Node): Node {
  let result = bit;
  for (let guard = innermost; guard !== undefined; guard = guard.outer) {
    result = op('and', BIT, [guard.wanted ? guard.condition : isZero(guard.condition), result]);
  }
  return result;
}

const isZero = (bit: Node): Node => op('eq', BIT, [bit, constant(0n, BIT)]);

/** A node that exists only inside the simulator. */
function op(name: OpNode['op'], type: ScalarType, args: readonly Node[]): OpNode {
  return {
    kind: 'op',
    id: -1,
    op: name,
    type,
    lo: 0n,
    hi: type.signed ? 0n : (1n << BigInt(type.width)) - 1n,
    args,
  };
}

function constant(value: bigint, type: ScalarType): Node {
  return { kind: 'const', id: -1, type, lo: value, hi: value, value };
}

export const isExternal = (design: Design | ExternalDesign): design is ExternalDesign =>
  design.kind === 'external';
