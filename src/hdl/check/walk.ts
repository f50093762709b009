/** Reading a Design's graph without recursion: expressions may be a hundred thousand operations deep. */
import type { Design, Memory, Node, RegNode, Statement, WireNode } from '../ir.js';

/** The nodes inside one expression that a node reads. */
export const operands = (node: Node): readonly Node[] => (node.kind === 'op' ? node.args : []);

/** Visits what `root` reads, then `root`; each node once, `seen` carries over from earlier roots. */
export function postOrder(root: Node, seen: Set<Node>, visit: (node: Node) => void): void {
  if (seen.has(root)) return;
  seen.add(root);
  if (root.kind !== 'op') {
    visit(root);
    return;
  }
  const path: { readonly node: Node; readonly args: readonly Node[]; next: number }[] = [
    { node: root, args: operands(root), next: 0 },
  ];
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const arg = top.args[top.next++];
    if (arg === undefined) {
      visit(top.node);
      path.pop();
    } else if (!seen.has(arg)) {
      seen.add(arg);
      if (arg.kind === 'op') path.push({ node: arg, args: arg.args, next: 0 });
      else visit(arg);
    }
  }
}

/** Every node that statements read: conditions, subjects, values, assertions. */
export function* statementReads(statements: readonly Statement[]): Generator<Node> {
  for (const statement of statements) {
    switch (statement.kind) {
      case 'assign':
        yield statement.value;
        break;
      case 'assert':
        yield statement.condition;
        break;
      case 'when':
        for (const branch of statement.branches) {
          yield branch.condition;
          yield* statementReads(branch.body);
        }
        yield* statementReads(statement.otherwise);
        break;
      case 'switch':
        yield statement.subject;
        for (const { body } of statement.cases) yield* statementReads(body);
        yield* statementReads(statement.otherwise);
    }
  }
}

/** What a memory's ports read. */
export function* memoryReads({ readPorts, writePorts }: Memory): Generator<Node> {
  for (const { address, enable } of readPorts) {
    yield address;
    if (enable !== undefined) yield enable;
  }
  for (const { address, enable, data, mask } of writePorts) {
    yield address;
    yield enable;
    yield* data;
    if (mask !== undefined) yield* mask;
  }
}

/** Every node that has an effect: whatever is not reachable from here is not hardware. */
export function* sinks(design: Design): Generator<Node> {
  for (const { direction, driver } of design.ports) {
    if (direction === 'out' && driver !== undefined) yield driver;
  }
  for (const wire of design.wires) if (wire.default !== undefined) yield wire.default;
  yield* statementReads(design.statements);
  for (const memory of design.memories) yield* memoryReads(memory);
  for (const { inputs } of design.instances) yield* Object.values(inputs);
}

/** The registers and wires that statements assign. */
export function targets(
  statements: readonly Statement[],
  found = new Set<RegNode | WireNode>(),
): ReadonlySet<RegNode | WireNode> {
  for (const statement of statements) {
    if (statement.kind === 'assign') found.add(statement.target);
    else if (statement.kind === 'when') {
      for (const { body } of statement.branches) targets(body, found);
      targets(statement.otherwise, found);
    } else if (statement.kind === 'switch') {
      for (const { body } of statement.cases) targets(body, found);
      targets(statement.otherwise, found);
    }
  }
  return found;
}
