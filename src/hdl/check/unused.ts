/** Everything the author named has a reader. */
import { describe, fail } from '../diagnostics.js';
import type { Design, Node } from '../ir.js';
import { postOrder, sinks } from './walk.js';

export function checkUnused(design: Design): void {
  const read = new Set<Node>();
  const nothing = (): void => undefined;
  for (const root of design.unused ?? []) postOrder(root, read, nothing);
  for (const root of sinks(design)) postOrder(root, read, nothing);
  const inputs = design.ports.flatMap(({ direction, driver }) =>
    direction === 'in' && driver !== undefined ? [driver] : [],
  );
  const report = (what: string, nodes: readonly Node[]): void => {
    const node = nodes.find((candidate) => !read.has(candidate));
    if (node === undefined) return;
    fail(
      'HDL010',
      `the ${what} ${describe(node)} of ${design.name} is never read`,
      `delete it or write m.unused(${node.name ?? ''})`,
      [node.location],
    );
  };
  report('input', inputs);
  report('register', design.regs);
  report('wire', design.wires);
  report('label', design.labels);
  for (const { name, readPorts, location } of design.memories) {
    if (readPorts.some(({ data }) => data.some((node) => read.has(node)))) continue;
    fail('HDL010', `the memory ${name} of ${design.name} is never read`, 'delete it or read it', [location]);
  }
}
