/** No value depends on itself within one cycle. */
import { fail } from '../diagnostics.js';
import type { Design, Node, SourceLocation } from '../ir.js';
import { Dependencies } from './dependencies.js';

export function checkLoops(design: Design): void {
  const loop = new Dependencies(design).loop();
  if (loop === undefined) return;
  // The search walks from reader to read; values flow the other way.
  const named = [...loop].reverse().flatMap((node) => hop(design, node));
  const start = named.findIndex(({ name }) => name === named.map((each) => each.name).sort()[0]);
  const path = [...named.slice(start), ...named.slice(0, start + 1)].map(({ name }) => name);
  fail(
    'HDL009',
    `${design.name} has a combinational loop: ${path.join(' -> ')}`,
    'put a register into it',
    named.map(({ location }) => location),
  );
}

interface Hop {
  readonly name: string;
  readonly location: SourceLocation | undefined;
}

/** Only what the author named is shown. */
function hop(design: Design, node: Node): readonly Hop[] {
  if (node.kind === 'instanceOutput') {
    const instance = design.instances.find(({ name }) => name === node.instance);
    return [{ name: `${node.instance}.${node.port}`, location: instance?.location }];
  }
  if (node.kind === 'memoryRead') {
    const memory = design.memories.find(({ name }) => name === node.memory);
    return [{ name: node.memory, location: memory?.location }];
  }
  return node.name === undefined ? [] : [{ name: node.name, location: node.location }];
}
