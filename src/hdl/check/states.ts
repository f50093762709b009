/** Every state of a state machine can be entered. */
import { fail } from '../diagnostics.js';
import type { Assign, Design, Node, RegNode, SourceLocation, Statement } from '../ir.js';

type States = ReadonlySet<number>;

interface Move {
  readonly from: States;
  readonly to: number;
  readonly location: SourceLocation | undefined;
}

/** A state register, and how its values are numbered. */
interface Machine {
  readonly reg: RegNode;
  readonly names: readonly string[];
}

/** @throws HDL026 for a state that no chain of assignments reaches from the first. */
export function checkStates(design: Design): void {
  for (const reg of design.regs) {
    if (reg.states !== undefined) checkMachine(design, { reg, names: reg.states });
  }
}

function checkMachine(design: Design, machine: Machine): void {
  const moves: Move[] = [];
  collect(machine, design.statements, everyState(machine), moves);
  const reached = new Set([0]);
  for (let size = 0; size < reached.size;) {
    size = reached.size;
    for (const { from, to } of moves) if ([...from].some((state) => reached.has(state))) reached.add(to);
  }
  const lost = machine.names.findIndex((_, index) => !reached.has(index));
  if (lost < 0) return;
  const entries = moves.filter(({ to }) => to === lost).map(({ location }) => location);
  const name = machine.names[lost] ?? '';
  fail(
    'HDL026',
    `the state ${name} of ${machine.reg.name} in ${design.name} is never entered` +
      (entries.length === 0 ? '' : ': only states that are not entered lead to it'),
    `write ${machine.reg.name}.next = '${name}' where it begins, or delete the state`,
    [machine.reg.location, ...entries],
  );
}

const everyState = ({ names }: Machine): States => new Set(names.keys());

/** What assigns the register, and the states it may be in there. */
function collect(machine: Machine, statements: readonly Statement[], inside: States, moves: Move[]): void {
  for (const statement of statements) {
    if (statement.kind === 'assign') moves.push(...movesOf(machine, statement, inside));
    else if (statement.kind === 'when') {
      let left = inside;
      for (const { condition, body } of statement.branches) {
        const test = testOf(machine, condition);
        collect(machine, body, common(left, test.states), moves);
        if (test.isExact) left = without(left, test.states);
      }
      collect(machine, statement.otherwise, left, moves);
    } else if (statement.kind === 'switch') {
      let left = inside;
      for (const { value, body } of statement.cases) {
        const own = statement.subject === machine.reg ? stateOf(machine, value) : undefined;
        const states = own === undefined ? inside : new Set([own]);
        collect(machine, body, common(inside, states), moves);
        if (own !== undefined) left = without(left, states);
      }
      collect(machine, statement.otherwise, left, moves);
    }
  }
}

/** A value that is not a constant may be any state. */
function movesOf(machine: Machine, { target, value, location }: Assign, from: States): readonly Move[] {
  if (target !== machine.reg) return [];
  const to = value.kind === 'const' ? stateOf(machine, value.value) : undefined;
  const targets = to === undefined ? [...everyState(machine)] : [to];
  return targets.map((state) => ({ from, to: state, location }));
}

/** The states in which a condition can hold; `isExact`: it holds in all of them, so in none of the others. */
function testOf(machine: Machine, condition: Node): { readonly states: States; readonly isExact: boolean } {
  const unknown = { states: everyState(machine), isExact: false };
  if (condition.kind !== 'op') return unknown;
  const [a, b] = condition.args;
  if (condition.op === 'and' && a !== undefined && b !== undefined) {
    const states = common(testOf(machine, a).states, testOf(machine, b).states);
    return { states, isExact: false };
  }
  if (a !== machine.reg) return unknown;
  const code =
    condition.op === 'eq' && b?.kind === 'const'
      ? b.value
      : condition.op === 'slice' && machine.reg.oneHot === true && condition.high === condition.low
        ? 1n << BigInt(condition.low ?? 0)
        : undefined;
  const state = code === undefined ? undefined : stateOf(machine, code);
  return state === undefined ? unknown : { states: new Set([state]), isExact: true };
}

/** The number of the state that a register value stands for. */
function stateOf({ reg, names }: Machine, value: bigint): number | undefined {
  const index = reg.oneHot === true ? value.toString(2).length - 1 : Number(value);
  return index < names.length ? index : undefined;
}

const common = (a: States, b: States): States => new Set([...a].filter((state) => b.has(state)));
const without = (a: States, b: States): States => new Set([...a].filter((state) => !b.has(state)));
