/** Always blocks: registers with and without reset, properties. */
import { isConstant, prune, type Target } from '../check/prune.js';
import { targets } from '../check/walk.js';
import type { Assertion, Design, RegNode, Statement } from '../ir.js';
import { constantText } from './constant.js';
import { collisionChecks } from './memories.js';
import type { Scope } from './scope.js';
import { groups, type Lines, printStatements } from './statements.js';

/** One block per when-tree and clock domain; registers without reset get their own, so that a reset does not stop them. */
export function printClocked(scope: Scope): Lines {
  const domains = domainsOf(scope.design);
  const live = new Set<Target>();
  const blocks = groups(scope.design.statements).flatMap((group) =>
    domains.flatMap((domain) =>
      [true, false].flatMap((withReset) => {
        const isPart = (target: Target): boolean =>
          target.kind === 'reg' && target.domain === domain && (target.reset !== undefined) === withReset;
        const part = prune(group, (s) => s.kind === 'assign' && isPart(s.target));
        targets(part, live);
        return printRegisters(scope, domain, part, withReset);
      }),
    ),
  );
  return [
    ...blocks,
    ...scope.design.regs.filter((reg) => !live.has(reg)).flatMap((reg) => printIdle(scope, reg)),
  ];
}

/** A register that only branches which cannot run assign: it keeps its value, and tools see a driver. */
function printIdle(scope: Scope, { name, type, reset, domain }: RegNode): Lines {
  const action =
    reset === undefined
      ? `${name} <= ${name};`
      : `if (${scope.reset(domain)}) ${name} <= ${constantText(reset, type.width, type.signed)};`;
  return ['', `  always @(posedge ${scope.clock(domain)}) begin`, `    ${action}`, '  end'];
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
