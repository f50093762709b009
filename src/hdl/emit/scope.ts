/** What the parts of one module share while it is printed: names, nets, the expression printer. */
import { prune } from '../check/prune.js';
import { postOrder, sinks } from '../check/walk.js';
import { clockName, resetName } from '../domains.js';
import type { Assertion, Design, Node, OpNode } from '../ir.js';
import { type Aliases, findAliases } from './aliases.js';
import { ExpressionPrinter } from './expression.js';
import { Names } from './names.js';
import { type Net, ReadBits } from './nets.js';
import type { Origins } from './origins.js';
import { type Plan, plan } from './plan.js';
import type { Text } from './text.js';

/** Which `assert`, `assume` and `cover` are printed: as checks for simulators, as statements for provers, or not at all. */
export type Properties = 'simulation' | 'formal' | 'none';

/** The design without the properties that are not printed, so that nothing is printed for them either. */
function withProperties(design: Design, properties: Properties): Design {
  if (properties === 'formal') return design;
  const hidden: Assertion[] = [];
  const statements = prune(design.statements, (statement) => {
    if (statement.kind === 'assign') return true;
    if (properties === 'simulation' && statement.property !== 'cover') return true;
    hidden.push(statement);
    return false;
  });
  return hidden.length === 0 ? design : { ...design, statements };
}

export class Scope {
  readonly nets = new Map<Node, Net>();
  readonly readBits = new ReadBits();
  readonly names: Names;
  readonly printer: ExpressionPrinter;
  readonly plan: Plan;
  /** The name of the whole word that a memory's read port gives, by each of its fields. */
  readonly portData = new Map<Node, string>();
  readonly design: Design;
  readonly aliases: Aliases;
  private readonly prepared = new Set<Node>();

  constructor(
    whole: Design,
    /** Put before the file names of memory images. */
    readonly imagePrefix: string,
    readonly properties: Properties,
    readonly origins: Origins,
  ) {
    const design = withProperties(whole, properties);
    this.design = design;
    this.aliases = findAliases(design);
    this.names = new Names(authorsNames(design));
    this.printer = new ExpressionPrinter(this.nets, this.names, this.readBits);
    this.plan = plan([...design.labels, ...sinks(design)]);
  }

  /** The right side of an assignment to `consumer`. */
  driver(node: Node, consumer: string): string {
    this.prepare(node, consumer);
    return this.printer.driver(node);
  }

  /** An expression where nothing supplies a width: a condition, a port, an index. */
  closed(node: Node, consumer: string, width = node.type.width): Text {
    this.prepare(node, consumer);
    return this.printer.selfDetermined(node, width);
  }

  /** Prints the wires that an expression needs and that have not been printed yet. */
  prepare(node: Node, consumer: string): void {
    this.printer.setConsumer(consumer);
    if (node.kind !== 'op') return;
    postOrder(node, this.prepared, (inner) => {
      if (inner.kind !== 'op' || this.nets.has(inner) || !this.plan.wired.has(inner)) return;
      this.printer.wire(inner, inner.type.width, inner.name);
      this.markWire(inner);
    });
  }

  /** The wire that was printed last is the node's own. */
  private markWire({ name, location }: OpNode): void {
    const line = this.printer.wires.pop();
    if (line === undefined) return;
    this.printer.wires.push(this.origins.mark(line, name ?? '', location, 'statement'));
  }

  clock(domain: string | undefined): string {
    return this.readPort(clockName(domain));
  }

  reset(domain: string | undefined): string {
    return this.readPort(resetName(domain));
  }

  private readPort(name: string): string {
    this.readBits.read(name, 0, 0);
    return name;
  }
}

/** The clock and reset ports of a Design, in order. */
export const clockPorts = ({ usesClock, usesReset, domains = [] }: Design): readonly string[] => [
  ...(usesClock ? [clockName(undefined)] : []),
  ...(usesReset ? [resetName(undefined)] : []),
  ...domains.flatMap(({ name, usesReset: resets }) => [
    clockName(name),
    ...(resets ? [resetName(name)] : []),
  ]),
];

function* authorsNames(design: Design): Generator<string> {
  yield 'clk';
  yield 'rst';
  yield* clockPorts(design);
  for (const { name } of design.ports) yield name;
  for (const { name } of [...design.regs, ...design.wires, ...design.labels])
    if (name !== undefined) yield name;
  for (const { name } of [...design.memories, ...design.instances]) yield name;
}
