/** Driven wires: `assign` where nothing decides, else an `always @*` block per tree of decisions. */
import { Dependencies } from '../check/dependencies.js';
import { prune } from '../check/prune.js';
import { strongComponents } from '../check/strong-components.js';
import { targets } from '../check/walk.js';
import type { Assertion, Assign, Design, Node, SourceLocation, Switch, When, WireNode } from '../ir.js';
import { isAlias } from './aliases.js';
import type { Scope } from './scope.js';
import { type Lines, printStatements } from './statements.js';

/** A when or switch, and the wires that it drives. */
interface Tree {
  readonly kind: 'tree';
  readonly statement: When | Switch;
  readonly wires: readonly WireNode[];
}

export function printCombinational(scope: Scope): { readonly assigns: Lines; readonly blocks: Lines } {
  const assigns: string[] = [];
  const blocks: string[] = [];
  const assign = (wire: WireNode, value: Node, location: SourceLocation | undefined): void => {
    const line = `  assign ${wire.name} = ${scope.driver(value, wire.name)};`;
    assigns.push(scope.origins.mark(line, wire.name, location, 'statement'));
  };
  const parts = wireParts(scope.design);
  const apart = interdependent(scope.design, parts);
  const driven = new Set<Node>();
  for (const part of parts) {
    if (part.kind === 'assign') {
      if (part.target.kind !== 'wire') continue;
      driven.add(part.target);
      if (!isAlias(scope.aliases, part)) assign(part.target, part.value, part.location);
    } else {
      for (const wire of part.wires) driven.add(wire);
      const trees = apart.has(part) ? splitTree(part) : [part];
      for (const tree of trees) blocks.push(...printBlock(scope, tree));
    }
  }
  for (const wire of scope.design.wires) {
    if (!driven.has(wire) && wire.default !== undefined) assign(wire, wire.default, wire.location);
  }
  return { assigns, blocks };
}

/** Which wires are driven by `always @*` and so are declared `reg`. */
export function proceduralWires(design: Design): ReadonlySet<Node> {
  const found = new Set<Node>();
  for (const part of wireParts(design)) {
    if (part.kind === 'assign') continue;
    for (const wire of part.wires) found.add(wire);
  }
  return found;
}

/** What drives wires, in the author's order. */
function wireParts({ statements, wires }: Design): readonly (Assign | Tree)[] {
  const position = new Map<Node, number>(wires.map((wire, index) => [wire, index]));
  const inOrder = (a: Node, b: Node): number => (position.get(a) ?? 0) - (position.get(b) ?? 0);
  return prune(statements, isWireAssign).flatMap((statement): readonly (Assign | Tree)[] => {
    if (statement.kind === 'assert') return [];
    if (statement.kind === 'assign') return [statement];
    const driven = [...targets([statement])].flatMap((target) => (target.kind === 'wire' ? [target] : []));
    return [{ kind: 'tree', statement, wires: driven.sort(inOrder) }];
  });
}

const isWireAssign = (statement: Assign | Assertion): boolean =>
  statement.kind === 'assign' && statement.target.kind === 'wire';

const splitTree = ({ statement, wires }: Tree): readonly Tree[] =>
  wires.flatMap((wire) =>
    prune([statement], (s) => s.kind === 'assign' && s.target === wire).flatMap((part) =>
      part.kind === 'when' || part.kind === 'switch'
        ? [{ kind: 'tree', statement: part, wires: [wire] }]
        : [],
    ),
  );

function printBlock(scope: Scope, { statement, wires }: Tree): Lines {
  const defaults = wires.flatMap((wire) =>
    wire.default === undefined ? [] : [`    ${wire.name} = ${scope.driver(wire.default, wire.name)};`],
  );
  const body = printStatements(scope, [statement], '=', '    ');
  return ['', '  always @* begin', ...defaults, ...body, '  end'];
}

/**
 * The trees that read, within the cycle, a wire that they drive themselves. Such wires need blocks of their own: a block
 * does not run again for what it changed itself.
 */
function interdependent(design: Design, parts: readonly (Assign | Tree)[]): ReadonlySet<Node | Tree> {
  const trees = parts.flatMap((part) => (part.kind === 'tree' && part.wires.length > 1 ? [part] : []));
  if (trees.length === 0) return new Set();
  const dependencies = new Dependencies(design);
  const treeOf = new Map<Node, Tree>(
    trees.flatMap((tree) => tree.wires.map((wire) => [wire, tree] as const)),
  );
  const reads = (vertex: Node | Tree): readonly (Node | Tree)[] => {
    const wires: readonly Node[] = 'wires' in vertex ? vertex.wires : [vertex];
    return wires.flatMap((wire) => dependencies.of(wire)).map((node) => treeOf.get(node) ?? node);
  };
  const loops = strongComponents<Node | Tree>(trees, reads).filter(
    ([first, ...others]) => others.length > 0 || (first !== undefined && reads(first).includes(first)),
  );
  return new Set(loops.flat());
}
