/** JavaScript operators as method calls of signals. */
import type { Rule } from 'eslint';
import type { Node } from 'estree';

const comparisons: Readonly<Record<string, { readonly method: string; readonly flipped: string }>> = {
  '<': { method: 'lt', flipped: 'gt' },
  '<=': { method: 'le', flipped: 'ge' },
  '>': { method: 'gt', flipped: 'lt' },
  '>=': { method: 'ge', flipped: 'le' },
  '==': { method: 'eq', flipped: 'eq' },
  '!=': { method: 'ne', flipped: 'ne' },
  '===': { method: 'eq', flipped: 'eq' },
  '!==': { method: 'ne', flipped: 'ne' },
};

/** `flipped` is missing where the operands cannot change places. */
const arithmetic: Readonly<Record<string, { readonly method: string; readonly flipped?: string }>> = {
  '+': { method: 'add', flipped: 'add' },
  '-': { method: 'sub' },
  '*': { method: 'mul', flipped: 'mul' },
  '&': { method: 'and', flipped: 'and' },
  '|': { method: 'or', flipped: 'or' },
  '^': { method: 'xor', flipped: 'xor' },
  '<<': { method: 'shl' },
  '>>': { method: 'shr' },
};

export const comparisonMethod = (operator: string): string | undefined => comparisons[operator]?.method;
export const arithmeticMethod = (operator: string): string | undefined => arithmetic[operator]?.method;

/** `left OP right` as a call on the operand that is a signal; undefined when there is no such method. */
export function binaryCall(
  { sourceCode }: Rule.RuleContext,
  { operator, left, right }: { readonly operator: string; readonly left: Node; readonly right: Node },
  leftIsSignal: boolean,
): string | undefined {
  const names = comparisons[operator] ?? arithmetic[operator];
  const method = leftIsSignal ? names?.method : names?.flipped;
  if (method === undefined) return undefined;
  const [receiver, argument] = leftIsSignal ? [left, right] : [right, left];
  return methodCall(sourceCode, receiver, method, [argument]);
}

export function methodCall(
  sourceCode: Rule.RuleContext['sourceCode'],
  receiver: Node,
  method: string,
  args: readonly Node[],
): string {
  const text = sourceCode.getText(receiver);
  const binds = ['Identifier', 'MemberExpression', 'CallExpression', 'ThisExpression'].includes(
    receiver.type,
  );
  const list = args.map((arg) => sourceCode.getText(arg)).join(', ');
  return `${binds ? text : `(${text})`}.${method}(${list})`;
}
