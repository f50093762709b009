/** Boolean expressions as Liberty writes them (`function`, `when`, `next_state`). */

export type Expression =
  | { readonly op: 'pin'; readonly pin: string }
  | { readonly op: 'constant'; readonly value: 0 | 1 }
  | { readonly op: 'not'; readonly args: readonly [Expression] }
  | { readonly op: 'and' | 'or' | 'xor'; readonly args: readonly [Expression, Expression] };

/** How a value of type T is combined: numbers as bit patterns, signals of a Design ... */
export interface Logic<T> {
  readonly pin: (name: string) => T;
  readonly constant: (value: 0 | 1) => T;
  readonly not: (a: T) => T;
  readonly and: (a: T, b: T) => T;
  readonly or: (a: T, b: T) => T;
  readonly xor: (a: T, b: T) => T;
}

/** The value of an expression. */
export function evaluate<T>(expression: Expression, logic: Logic<T>): T {
  switch (expression.op) {
    case 'pin':
      return logic.pin(expression.pin);
    case 'constant':
      return logic.constant(expression.value);
    case 'not':
      return logic.not(evaluate(expression.args[0], logic));
    default: {
      const [a, b] = expression.args;
      return logic[expression.op](evaluate(a, logic), evaluate(b, logic));
    }
  }
}

/** The pins an expression reads, each once. */
export function pinsOf(expression: Expression): readonly string[] {
  if (expression.op === 'pin') return [expression.pin];
  if (expression.op === 'constant') return [];
  return [...new Set(expression.args.flatMap(pinsOf))];
}

/**
 * Reads `!A`, `A'`, `A*B`, `A&B`, `A B`, `A^B`, `A+B`, `A|B`, parentheses, 0 and 1; inversion binds tightest, then ^, then
 * and, then or. Undefined when the text is not such an expression.
 */
export function parseExpression(text: string): Expression | undefined {
  const tokens = text.match(/[A-Za-z_][\w[\].]*|\d+|\S/g) ?? [];
  let at = 0;
  const skip = (...marks: readonly string[]): boolean => {
    const found = marks.includes(tokens[at] ?? '');
    if (found) at++;
    return found;
  };
  const chain =
    (op: 'and' | 'or' | 'xor', next: () => Expression | undefined, isNext: () => boolean) =>
    (): Expression | undefined => {
      let left = next();
      while (left !== undefined && isNext()) {
        const right = next();
        left = right === undefined ? undefined : { op, args: [left, right] };
      }
      return left;
    };
  const atom = (): Expression | undefined => {
    const token = tokens[at++] ?? '';
    if (token === '!') return invert(inverted());
    if (token === '(') {
      const inner = sum();
      return skip(')') ? inner : undefined;
    }
    if (token === '0' || token === '1') return { op: 'constant', value: token === '0' ? 0 : 1 };
    return /^[A-Za-z_]/.test(token) ? { op: 'pin', pin: token } : undefined;
  };
  const inverted = (): Expression | undefined => {
    let value = atom();
    while (skip("'")) value = invert(value);
    return value;
  };
  const startsAtom = (): boolean => /^[!(A-Za-z_01]/.test(tokens[at] ?? '');
  const difference = chain('xor', inverted, () => skip('^'));
  const product = chain('and', difference, () => skip('*', '&') || startsAtom());
  const sum = chain('or', product, () => skip('+', '|'));
  const whole = sum();
  return at === tokens.length ? whole : undefined;
}

function invert(value: Expression | undefined): Expression | undefined {
  return value === undefined ? undefined : { op: 'not', args: [value] };
}
