/** Wires on false loops become several wires, so that whatever reads a Design (simulators, Verilog tools) sees no loop. */
import type { Graph } from '../graph.js';
import type { Design, Node, Statement, WireNode } from '../ir.js';
import { typeRange } from '../../num/index.js';
import type { BitGraph } from './bit-loops.js';
import { BitRewriter, type Segment } from './bit-rewrite.js';

interface Stretch {
  readonly high: number;
  readonly low: number;
}
interface WireSegment extends Segment {
  readonly wire: WireNode;
}
type Split = ReadonlyMap<Node, readonly WireSegment[]>;

/** The same hardware, with neighbouring bits of one depth as wires NAME_LOW or NAME_HIGH_LOW; NAME joins them again. */
export function splitWires(design: Design, looping: ReadonlySet<Node>, bits: BitGraph, graph: Graph): Design {
  const taken = new Set(authorsNames(design));
  const levels = bits.levels();
  const split = new Map<WireNode, readonly WireSegment[]>();
  for (const wire of design.wires) {
    const stretches = stretchesOf(levels.get(wire) ?? []);
    if (stretches.length < 2) continue;
    const segments = stretches.map(({ high, low }) => {
      const name = freeName(high === low ? `${wire.name}_${low}` : `${wire.name}_${high}_${low}`, taken);
      return { wire: segmentWire(wire, name, { high, low }, graph), high, low };
    });
    split.set(wire, segments);
  }
  const rewriter = new BitRewriter(graph, looping, split);
  return {
    ...design,
    wires: design.wires.flatMap((wire) => [...(split.get(wire)?.map((segment) => segment.wire) ?? []), wire]),
    statements: [
      ...rewritten(design.statements, split, rewriter),
      ...[...split].map(([wire, segments]) => joined(wire, segments, graph)),
    ],
    instances: design.instances.map((instance) => ({
      ...instance,
      inputs: Object.fromEntries(
        Object.entries(instance.inputs).map(([port, node]) => [port, rewriter.whole(node)]),
      ),
    })),
    memories: design.memories.map((memory) => ({
      ...memory,
      readPorts: memory.readPorts.map((port) => ({ ...port, address: rewriter.whole(port.address) })),
    })),
  };
}

/** Runs of neighbouring bits of the same level, lowest first. */
function stretchesOf(levels: readonly number[]): readonly Stretch[] {
  const found: { high: number; low: number }[] = [];
  levels.forEach((level, bit) => {
    const last = found.at(-1);
    if (last !== undefined && levels[last.high] === level) last.high = bit;
    else found.push({ high: bit, low: bit });
  });
  return found;
}

function segmentWire(wire: WireNode, name: string, { high, low }: Stretch, graph: Graph): WireNode {
  const { kind, location } = wire;
  const type = { signed: false, width: high - low + 1 };
  return {
    kind,
    id: graph.nextId(),
    name,
    type,
    ...typeRange(type.signed, type.width),
    ...(wire.default === undefined ? {} : { default: constantBits(wire.default, high, low, graph) }),
    ...(location === undefined ? {} : { location }),
  };
}

const constantBits = (node: Node, high: number, low: number, graph: Graph): Node => {
  const width = high - low + 1;
  if (node.kind !== 'const') return graph.slice(node, high, low);
  return graph.constant(BigInt.asUintN(width, node.value >> BigInt(low)), { signed: false, width });
};

function rewritten(
  statements: readonly Statement[],
  split: Split,
  rewriter: BitRewriter,
): readonly Statement[] {
  const inner = (body: readonly Statement[]): readonly Statement[] => rewritten(body, split, rewriter);
  return statements.flatMap((statement): readonly Statement[] => {
    switch (statement.kind) {
      case 'assert':
        return [statement];
      case 'assign': {
        const segments = split.get(statement.target);
        if (segments === undefined) {
          const isWire = statement.target.kind === 'wire';
          return [isWire ? { ...statement, value: rewriter.whole(statement.value) } : statement];
        }
        return segments.map(({ wire, high, low }) => ({
          ...statement,
          target: wire,
          value: rewriter.bits(statement.value, high, low),
        }));
      }
      case 'when':
        return [
          {
            ...statement,
            branches: statement.branches.map(({ condition, body }) => ({
              condition: rewriter.whole(condition),
              body: inner(body),
            })),
            otherwise: inner(statement.otherwise),
          },
        ];
      case 'switch':
        return [
          {
            ...statement,
            subject: rewriter.whole(statement.subject),
            cases: statement.cases.map((item) => ({ ...item, body: inner(item.body) })),
            otherwise: inner(statement.otherwise),
          },
        ];
    }
  });
}

function joined(wire: WireNode, segments: readonly Segment[], graph: Graph): Statement {
  const parts = segments.map((segment) => segment.wire).reverse();
  const { location } = wire;
  return {
    kind: 'assign',
    target: wire,
    value: graph.cast(graph.cat(parts), wire.type),
    ...(location === undefined ? {} : { location }),
  };
}

function* authorsNames(design: Design): Generator<string> {
  const named = [...design.ports, ...design.regs, ...design.wires, ...design.labels];
  for (const { name } of [...named, ...design.memories, ...design.instances]) {
    if (name !== undefined) yield name.toLowerCase();
  }
}

function freeName(base: string, taken: Set<string>): string {
  let name = base;
  for (let count = 1; taken.has(name.toLowerCase()); count++) name = `${base}_${count}`;
  taken.add(name.toLowerCase());
  return name;
}
