/** Every register has a defined value some day: from reset, at power-up, or because something defined is loaded into it. */
import { describe, fail } from '../diagnostics.js';
import type { Assign, Design, Node, OpNode, RegNode, Statement, WireNode } from '../ir.js';
import { strongComponents } from './strong-components.js';

type Assigned = ReadonlyMap<RegNode | WireNode, readonly Assign[]>;

/** @throws HDL030 for a register that only unknown registers are ever assigned to */
export function checkDefinedness(design: Design): void {
  const candidates = design.regs.filter(startsUnknown);
  if (candidates.length === 0) return;
  const assigned = assignments(design.statements);
  const defined = new Set<Node>();
  for (const group of strongComponents<Node>(candidates, (node) => sources(node, assigned)))
    settle(group, assigned, defined);
  for (const reg of candidates) {
    if (!defined.has(reg)) report(reg, assigned.get(reg) ?? []);
  }
}

const startsUnknown = (node: Node): boolean =>
  node.kind === 'reg' && node.reset === undefined && node.powerUp === undefined;

/** Marks what becomes defined in a group of nodes that depend on each other, what is read first going first. */
function settle(group: readonly Node[], assigned: Assigned, defined: Set<Node>): void {
  const order = [...group].reverse();
  for (let changed = true; changed;) {
    changed = false;
    for (const node of order) {
      if (defined.has(node) || !canBeDefined(node, assigned, defined)) continue;
      defined.add(node);
      changed = group.length > 1;
    }
  }
}

/**
 * Operations with an operand that alone can define the result, bit by bit or for some values of the others: one defined
 * operand is enough. Being generous here means that a report is never wrong.
 */
const defining: ReadonlySet<OpNode['op']> = new Set([
  'mux',
  'cat',
  'and',
  'or',
  'mul',
  'shl',
  'shr',
  'shlDynamic',
  'shrDynamic',
] as const);
/** Shifts push unknown bits out. */
const shifts: ReadonlySet<OpNode['op']> = new Set(['shl', 'shr', 'shlDynamic', 'shrDynamic'] as const);

function canBeDefined(node: Node, assigned: Assigned, defined: ReadonlySet<Node>): boolean {
  const isDefined = (source: Node): boolean => defined.has(source);
  if (node.kind === 'op') {
    if (shifts.has(node.op)) return true;
    return defining.has(node.op) ? deciding(node).some(isDefined) : node.args.every(isDefined);
  }
  return node.kind === 'wire' || startsUnknown(node) ? sources(node, assigned).some(isDefined) : true;
}

/** The operands that can define the result alone: no select, and no constant mask or factor. */
const deciding = ({ op, args }: OpNode): readonly Node[] => {
  if (op === 'mux') return args.slice(1);
  return op === 'cat' ? args : args.filter(({ kind }) => kind !== 'const');
};

/** What can give a node its value. */
function sources(node: Node, assigned: Assigned): readonly Node[] {
  if (node.kind === 'op') return node.args;
  if (node.kind !== 'wire' && !startsUnknown(node)) return [];
  const values = node.kind === 'wire' || node.kind === 'reg' ? (assigned.get(node) ?? []) : [];
  const fallback = node.kind === 'wire' && node.default !== undefined ? [node.default] : [];
  return [...values.map(({ value }) => value), ...fallback];
}

function assignments(statements: readonly Statement[]): Assigned {
  const found = new Map<RegNode | WireNode, Assign[]>();
  const open = [...statements];
  for (let statement = open.pop(); statement !== undefined; statement = open.pop()) {
    if (statement.kind === 'assign') {
      const known = found.get(statement.target);
      if (known === undefined) found.set(statement.target, [statement]);
      else known.push(statement);
    } else if (statement.kind !== 'assert') {
      const bodies = statement.kind === 'when' ? statement.branches : statement.cases;
      for (const { body } of bodies) open.push(...body);
      open.push(...statement.otherwise);
    }
  }
  return found;
}

function report(reg: RegNode, values: readonly Assign[]): never {
  const [first] = values;
  const value = first === undefined ? 'nothing' : describe(first.value);
  return fail(
    'HDL030',
    `${describe(reg)} never has a defined value: it has no reset and takes ${value}, which depends on unknown registers`,
    'give it a reset or power-up value, or load it with something defined',
    [reg.location, first?.location],
  );
}
