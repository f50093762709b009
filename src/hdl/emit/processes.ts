/** Always blocks: registers with and without reset, driven wires, assertions. */
import { Dependencies } from '../check/dependencies.js';
import { isConstant, prune, type Target } from '../check/prune.js';
import { statementReads, targets } from '../check/walk.js';
import type { Assertion, Design, Statement, WireNode } from '../ir.js';
import { isAlias } from './aliases.js';
import { constantText } from './constant.js';
import { collisionChecks } from './memories.js';
import type { Scope } from './scope.js';
import { groups, type Lines, printStatements } from './statements.js';

/** One block per when-tree and clock domain; registers without reset get their own, so that a reset does not stop them. */
export function printClocked(scope: Scope): Lines {
  const domains = domainsOf(scope.design);
  return groups(scope.design.statements).flatMap((group) =>
    domains.flatMap((domain) =>
      [true, false].flatMap((withReset) => {
        const isPart = (target: Target): boolean =>
          target.kind === 'reg' && target.domain === domain && (target.reset !== undefined) === withReset;
        const part = prune(group, (s) => s.kind === 'assign' && isPart(s.target));
        return printRegisters(scope, domain, part, withReset);
      }),
    ),
  );
}

/** The domains that a Design's own state may be in. */
const domainsOf = ({ domains = [] }: Design): readonly (string | undefined)[] => [
  undefined,
  ...domains.map(({ name }) => name),
];

function printRegisters(
  scope: Scope,
  domain: string | undefined,
  statements: readonly Statement[],
  withReset: boolean,
): Lines {
  if (statements.length === 0) return [];
  const head = ['', `  always @(posedge ${scope.clock(domain)}) begin`];
  if (!withReset) return [...head, ...printStatements(scope, statements, '<=', '    '), '  end'];
  const resets = [...targets(statements)].map((target) =>
    target.kind === 'reg' && target.reset !== undefined
      ? `      ${target.name} <= ${constantText(target.reset, target.type.width, target.type.signed)};`
      : '',
  );
  const [only] = statements;
  const reset = [`    if (${scope.reset(domain)}) begin`, ...resets];
  if (statements.length === 1 && only?.kind === 'when') {
    const [first = '', ...rest] = printStatements(scope, statements, '<=', '    ');
    return [...head, ...reset, `    end else ${first.trimStart()}`, ...rest, '  end'];
  }
  const body = printStatements(scope, statements, '<=', '      ');
  return [...head, ...reset, '    end else begin', ...body, '    end', '  end'];
}

/** Driven wires: `assign` where nothing decides, else a block of their tree. */
export function printCombinational(scope: Scope): { readonly assigns: Lines; readonly blocks: Lines } {
  const assigns: string[] = [];
  const blocks: string[] = [];
  const dependencies = new Dependencies(scope.design);
  const driven = new Set<Target>();
  for (const statement of scope.design.statements) {
    const pruned = prune([statement], (s) => s.kind === 'assign' && s.target.kind === 'wire');
    const wires = scope.design.wires.filter((wire) => mentions(pruned).has(wire));
    const trees =
      wires.length > 1 && interdependent(pruned, wires, dependencies)
        ? split(pruned, wires)
        : [{ tree: pruned, wires }];
    for (const { tree, wires: assigned } of trees) {
      for (const wire of assigned) driven.add(wire);
      const [only] = tree;
      if (tree.length === 1 && only?.kind === 'assign') {
        if (!isAlias(scope.aliases, only))
          assigns.push(`  assign ${only.target.name} = ${scope.driver(only.value, only.target.name)};`);
      } else if (tree.length > 0) blocks.push(...printBlock(scope, tree, assigned));
    }
  }
  for (const wire of scope.design.wires) {
    if (driven.has(wire) || wire.default === undefined) continue;
    assigns.push(`  assign ${wire.name} = ${scope.driver(wire.default, wire.name)};`);
  }
  return { assigns, blocks };
}

const mentions = (statements: readonly Statement[]): ReadonlySet<Target> => targets(statements);

const split = (
  tree: readonly Statement[],
  wires: readonly WireNode[],
): readonly { readonly tree: readonly Statement[]; readonly wires: readonly WireNode[] }[] =>
  wires.map((wire) => ({
    tree: prune(tree, (s) => s.kind === 'assign' && s.target === wire),
    wires: [wire],
  }));

function printBlock(scope: Scope, tree: readonly Statement[], wires: readonly WireNode[]): Lines {
  const defaults = wires.flatMap((wire) =>
    wire.default === undefined ? [] : [`    ${wire.name} = ${scope.driver(wire.default, wire.name)};`],
  );
  return ['', '  always @* begin', ...defaults, ...printStatements(scope, tree, '=', '    '), '  end'];
}

/**
 * Whether a tree reads, within the cycle, a wire that it drives itself. Such wires need blocks of their own: a block does
 * not run again for what it changed itself.
 */
function interdependent(
  tree: readonly Statement[],
  wires: readonly WireNode[],
  dependencies: Dependencies,
): boolean {
  const defaults = wires.flatMap((wire) => wire.default ?? []);
  return dependencies.reaches([...statementReads(tree), ...defaults], new Set(wires));
}

/** Which wires are driven by `always @*` and so are declared `reg`. */
export function proceduralWires({ statements }: Design): ReadonlySet<Target> {
  const found = new Set<Target>();
  for (const statement of statements) {
    const pruned = prune([statement], (s) => s.kind === 'assign' && s.target.kind === 'wire');
    for (const wire of targets(pruned)) {
      const [only] = prune(pruned, (s) => s.kind === 'assign' && s.target === wire);
      if (only?.kind !== 'assign') found.add(wire);
    }
  }
  return found;
}

/** Properties of the author and of the memories, for simulators or for provers only. */
export function printAssertions(scope: Scope): Lines {
  const { usesClock, usesReset, domains = [] } = scope.design;
  return [
    ...(usesClock ? printProperties(scope, undefined, usesReset) : []),
    ...domains.flatMap(({ name, usesReset: resets }) => printProperties(scope, name, resets)),
  ];
}

function printProperties(scope: Scope, domain: string | undefined, usesReset: boolean): Lines {
  const { statements, memories } = scope.design;
  const others =
    scope.properties === 'none' ? [] : memories.flatMap((memory) => collisionChecks(scope, memory, domain));
  const tree = prune(statements, (s) => s.kind === 'assert' && s.domain === domain && !isVoid(s));
  if (tree.length === 0 && others.length === 0) return [];
  const indent = usesReset ? '      ' : '    ';
  const body = [...printStatements(scope, tree, '=', indent), ...others.map((line) => `${indent}${line}`)];
  const guarded = usesReset ? [`    if (!${scope.reset(domain)}) begin`, ...body, '    end'] : body;
  return [
    '',
    scope.properties === 'formal' ? '`ifdef FORMAL' : '`ifndef SYNTHESIS',
    `  always @(posedge ${scope.clock(domain)}) begin`,
    ...guarded,
    '  end',
    '`endif',
  ];
}

/** A check that always holds; a cover that always holds is hit by reaching it. */
const isVoid = ({ property, condition }: Assertion): boolean =>
  property !== 'cover' && isConstant(condition, 1n);
