/** Single-bit faults: a copy of a Design's graph with one thing wrong, somewhere in its modules. */

import type { ConstNode, Design, Memory, Node, OpNode, Statement } from '../../../src/hdl/index.js';

/** A copy of the whole graph, broken by `sabotage`, which gets every module of the copy by a part of its name. */
export const withFault = (design: Design, sabotage: (modules: Modules) => void): Design => {
  const copy = structuredClone(design);
  const found = new Set<Design>();
  const visit = (module: Design): void => {
    if (found.has(module)) return;
    found.add(module);
    for (const { design: child } of module.instances) if (child.kind === 'design') visit(child);
  };
  visit(copy);
  sabotage({
    named: (part) => {
      const module = [...found].find(({ name }) => name.includes(part));
      if (module === undefined)
        throw new Error(`no module ${part} in ${[...found].map(({ name }) => name).join(', ')}`);
      return module;
    },
  });
  return copy;
};

export interface Modules {
  /** The first module whose name contains `part`. */
  named(part: string): Design;
}

/** Everything a module computes, found from its statements, ports, instances and memories. */
export const nodesOf = (design: Design): readonly Node[] => {
  const seen = new Set<Node>();
  const visit = (node: Node | undefined): void => {
    if (node === undefined || seen.has(node)) return;
    seen.add(node);
    if (node.kind === 'op') node.args.forEach(visit);
    if (node.kind === 'wire') visit(node.default);
  };
  assignments(design.statements).forEach(({ value, conditions }) => [value, ...conditions].forEach(visit));
  design.ports.forEach(({ driver }) => visit(driver));
  design.instances.forEach(({ inputs }) => Object.values(inputs).forEach(visit));
  for (const { readPorts, writePorts } of design.memories) {
    readPorts.forEach(({ address }) => visit(address));
    writePorts.forEach(({ address, enable, data, mask = [] }) =>
      [address, enable, ...data, ...mask].forEach(visit),
    );
  }
  return [...seen];
};

interface Found {
  readonly target: string;
  readonly value: Node;
  readonly conditions: readonly Node[];
}

const assignments = (statements: readonly Statement[]): readonly Found[] =>
  statements.flatMap((statement): readonly Found[] => {
    if (statement.kind === 'assign')
      return [{ target: statement.target.name, value: statement.value, conditions: [] }];
    if (statement.kind === 'when') {
      const conditions = statement.branches.map(({ condition }) => condition);
      const bodies = [...statement.branches.map(({ body }) => body), statement.otherwise].flatMap(
        assignments,
      );
      return bodies.map((found) => ({ ...found, conditions: [...found.conditions, ...conditions] }));
    }
    if (statement.kind === 'switch')
      return [...statement.cases.map(({ body }) => body), statement.otherwise].flatMap(assignments);
    return [];
  });

/** The values that a register or wire is given anywhere in a module, constants left out. */
export const valuesOf = (design: Design, target: string): readonly Exclude<Node, ConstNode>[] =>
  assignments(design.statements).flatMap((found) =>
    found.target === target && found.value.kind !== 'const' ? [found.value] : [],
  );

/** Nodes of one operation. */
export const opsOf = (design: Design, op: OpNode['op']): readonly OpNode[] =>
  nodesOf(design).filter((node): node is OpNode => node.kind === 'op' && node.op === op);

/** Inverts one bit of what a node gives to all its readers. */
export const invertBit = (node: Node, bit: number): void => {
  const { type } = node;
  const signBit = type.signed && bit === type.width - 1;
  const value = signBit ? -(1n << BigInt(bit)) : 1n << BigInt(bit);
  const mask: ConstNode = { kind: 'const', id: -1, type, lo: value, hi: value, value };
  const whole = type.signed
    ? { lo: -(1n << BigInt(type.width - 1)), hi: (1n << BigInt(type.width - 1)) - 1n }
    : { lo: 0n, hi: (1n << BigInt(type.width)) - 1n };
  const inverted: OpNode = {
    kind: 'op',
    op: 'xor',
    id: node.id,
    type,
    args: [{ ...node, id: -2 }, mask],
    ...whole,
  };
  Object.assign(node, inverted);
};

/** Another operation on the same operands. */
export const replaceOp = (node: OpNode, op: OpNode['op']): void => {
  Object.assign(node, { op });
};

/** A mux that takes the other arm. */
export const swapArms = (node: OpNode): void => {
  const [select, one, zero] = node.args;
  if (select === undefined || one === undefined || zero === undefined) throw new Error('not a mux');
  Object.assign(node, { args: [select, zero, one] });
};

/** Inverts one bit of one word of a memory's initial contents. */
export const invertInitial = (
  memory: Memory,
  { field, address, bit }: { field: number; address: number; bit: number },
): void => {
  const { init, fields } = memory;
  const type = fields[field]?.type;
  const values = init?.[field];
  if (init === undefined || values === undefined || type === undefined)
    throw new Error(`${memory.name} has no initial contents`);
  const flipped = BigInt(values[address] ?? 0) ^ (1n << BigInt(bit));
  const stored = type.signed ? BigInt.asIntN(type.width, flipped) : BigInt.asUintN(type.width, flipped);
  const changed = init.map((old, index) =>
    index === field ? old.map((word, at) => (at === address ? stored : word)) : old,
  );
  Object.assign(memory, { init: changed });
};

export const memoryOf = (design: Design): Memory => {
  const [memory] = design.memories;
  if (memory === undefined) throw new Error(`${design.name} has no memory`);
  return memory;
};
