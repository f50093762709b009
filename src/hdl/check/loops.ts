/** No value depends on itself within one cycle. */
import { fail } from '../diagnostics.js';
import type { Graph } from '../graph.js';
import type { Design, Node, SourceLocation } from '../ir.js';
import type { Bit } from './bits.js';
import { BitGraph } from './bit-loops.js';
import { Dependencies } from './dependencies.js';
import { splitWires } from './split-wires.js';

/**
 * The design, whose wires are split where only their bits taken together seem to form a loop; `graph` makes the nodes.
 * @throws HDL009 when some bit depends on itself.
 */
export function resolveLoops(design: Design, graph: Graph): Design {
  const dependencies = new Dependencies(design);
  if (!dependencies.hasLoop()) return design;
  const looping = dependencies.loopNodes();
  const bits = new BitGraph(looping, dependencies);
  const loop = bits.loop();
  if (loop === undefined) return splitWires(design, looping, bits, graph);
  return reportLoop(design, loop, bits.wholeNodes());
}

function reportLoop(design: Design, loop: readonly Bit[], whole: ReadonlySet<Node>): never {
  const instances = new Map(design.instances.map(({ name, location }) => [name, location]));
  const memories = new Map(design.memories.map(({ name, location }) => [name, location]));
  const hop = ({ node, bit }: Bit): readonly Hop[] => {
    if (node.kind === 'instanceOutput')
      return [{ name: `${node.instance}.${node.port}`, location: instances.get(node.instance) }];
    if (node.kind === 'memoryRead') return [{ name: node.memory, location: memories.get(node.memory) }];
    if (node.name === undefined) return [];
    return [{ name: whole.has(node) ? node.name : `${node.name}[${bit}]`, location: node.location }];
  };
  // The search walks from reader to read; values flow the other way.
  const hops = [...loop].reverse().flatMap(hop);
  const changes = hops.filter(({ name }, index) => name !== hops.at(index - 1)?.name);
  const named = changes.length === 0 ? hops.slice(0, 1) : changes;
  const first = named.map(({ name }) => name).sort()[0];
  const start = named.findIndex(({ name }) => name === first);
  const path = [...named.slice(start), ...named.slice(0, start + 1)].map(({ name }) => name);
  fail(
    'HDL009',
    `${design.name} has a combinational loop: ${path.join(' -> ')}`,
    'put a register into it',
    named.map(({ location }) => location),
  );
}

/** A stop on the way round; only what the author named is shown. */
interface Hop {
  readonly name: string;
  readonly location: SourceLocation | undefined;
}
