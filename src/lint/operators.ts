/** Operators that JavaScript would apply to the object that stands for a signal. */
import type { Rule } from 'eslint';
import type { Expression, Node, PrivateIdentifier } from 'estree';
import { arithmeticMethod, binaryCall, comparisonMethod, methodCall } from './calls.js';
import { signalness } from './signals.js';

type Operand = Expression | PrivateIdentifier;
interface Binary {
  readonly operator: string;
  readonly left: Operand;
  readonly right: Operand;
}

/** `a < b` throws at run time, so that its fix is safe; `a === b` compares two objects, so that its fix is a suggestion. */
export const noSignalComparison: Rule.RuleModule = {
  meta: {
    type: 'problem',
    fixable: 'code',
    hasSuggestions: true,
    schema: [],
    docs: { description: 'Signals are compared by methods.' },
    messages: { compare: 'Signals are compared by methods: write {{call}}.', replace: 'Write {{call}}.' },
  },
  create(context) {
    const kind = signalness(context);
    return {
      BinaryExpression(node) {
        if (comparisonMethod(node.operator) === undefined) return;
        const [left, right] = [kind(node.left), kind(node.right)];
        const isEquality = node.operator.includes('=') && !/[<>]/.test(node.operator);
        const isTested = isEquality && (isNothing(node.left) || isNothing(node.right));
        if ((left === 'never' && right === 'never') || isTested) return;
        const call = binaryCall(context, node, left !== 'never') ?? '';
        const fix = (fixer: Rule.RuleFixer): Rule.Fix => fixer.replaceText(node, call);
        context.report({
          node,
          messageId: 'compare',
          data: { call },
          ...(isEquality ? { suggest: [{ messageId: 'replace', data: { call }, fix }] } : { fix }),
        });
      },
    };
  },
};

/** `null`, `undefined`: whether an optional signal is there is a fair question. */
const isNothing = (node: Node): boolean =>
  (node.type === 'Literal' && node.value === null) ||
  (node.type === 'Identifier' && node.name === 'undefined');

const unary: Readonly<Record<string, string>> = { '-': 'neg', '~': 'not' };

export const noSignalArithmetic: Rule.RuleModule = {
  meta: {
    type: 'problem',
    fixable: 'code',
    schema: [],
    docs: { description: 'Signals are combined by methods.' },
    messages: {
      combine: 'Signals are combined by methods: write {{call}}.',
      assign: 'Signals are combined by methods: write {{target}} = {{target}}.{{method}}(…).',
      none: 'There is no {{operator}} on signals: shift, multiply or instantiate a component.',
    },
  },
  create(context) {
    const { sourceCode } = context;
    const kind = signalness(context);
    const isSignal = (node: Node): boolean => kind(node) !== 'never';
    const report = (node: Node, call: string): void =>
      context.report({
        node,
        messageId: 'combine',
        data: { call },
        fix: (fixer) => fixer.replaceText(node, call),
      });
    const none = (node: Node, operator: string): void =>
      context.report({ node, messageId: 'none', data: { operator } });
    const binary = (node: Binary & Node): void => {
      if (comparisonMethod(node.operator) !== undefined || /[a-z]/.test(node.operator)) return;
      const leftIsSignal = isSignal(node.left);
      if (!leftIsSignal && !isSignal(node.right)) return;
      const call = binaryCall(context, node, leftIsSignal);
      if (call === undefined) none(node, node.operator);
      else report(node, call);
    };
    return {
      BinaryExpression: binary,
      UnaryExpression(node) {
        if (!['-', '+', '~'].includes(node.operator) || !isSignal(node.argument)) return;
        const method = unary[node.operator];
        if (method === undefined) none(node, node.operator);
        else report(node, methodCall(sourceCode, node.argument, method, []));
      },
      UpdateExpression(node) {
        if (isSignal(node.argument)) none(node, node.operator);
      },
      AssignmentExpression(node) {
        const operator = node.operator.slice(0, -1);
        if (operator === '' || /[&|?]{2}/.test(operator)) return;
        if (!isSignal(node.left) && !isSignal(node.right)) return;
        const method = arithmeticMethod(operator);
        if (method === undefined) none(node, node.operator);
        else {
          const data = { target: sourceCode.getText(node.left), method };
          context.report({ node, messageId: 'assign', data });
        }
      },
    };
  },
};

export const noSignalTemplate: Rule.RuleModule = {
  meta: {
    type: 'problem',
    schema: [],
    docs: { description: 'A signal has no text.' },
    messages: {
      text: 'A signal has no text: name it with m.label({ name: {{text}} }), or print a simulated value with peek.',
    },
  },
  create(context) {
    const kind = signalness(context);
    return {
      TemplateLiteral(node) {
        for (const part of node.expressions) {
          if (kind(part) === 'never') continue;
          const text = context.sourceCode.getText(part);
          context.report({ node: part, messageId: 'text', data: { text } });
        }
      },
    };
  },
};
