/** `if (sig)`, `sig ? a : b`, `!sig`, `sig && x`, `while (sig)`: always true while hardware is described. */
import type { Rule } from 'eslint';
import type { Expression, Node } from 'estree';
import { methodCall } from './calls.js';
import { signalness } from './signals.js';

export const noSignalCondition: Rule.RuleModule = {
  meta: {
    type: 'problem',
    hasSuggestions: true,
    schema: [],
    docs: { description: 'A signal has no truth value while hardware is described.' },
    messages: {
      statement: 'A signal is always true here: write m.when({{text}}, () => { … }).',
      expression: 'A signal is always true here: write {{call}}.',
      replace: 'Write {{call}}.',
    },
  },
  create(context) {
    const { sourceCode } = context;
    const kind = signalness(context);
    const statement = (test: Expression | null | undefined): void => {
      if (test === null || test === undefined) return;
      if (test.type === 'LogicalExpression') statement(test.right);
      else if (kind(test) === 'always')
        context.report({ node: test, messageId: 'statement', data: { text: sourceCode.getText(test) } });
    };
    const expression = (node: Node, signal: Node, method: string, args: readonly Node[]): void => {
      if (kind(signal) !== 'always') return;
      const call = methodCall(sourceCode, signal, method, args);
      context.report({
        node,
        messageId: 'expression',
        data: { call },
        suggest: [{ messageId: 'replace', data: { call }, fix: (fixer) => fixer.replaceText(node, call) }],
      });
    };
    return {
      IfStatement: ({ test }) => statement(test),
      WhileStatement: ({ test }) => statement(test),
      DoWhileStatement: ({ test }) => statement(test),
      ForStatement: ({ test }) => statement(test),
      ConditionalExpression: (node) => expression(node, node.test, 'mux', [node.consequent, node.alternate]),
      LogicalExpression: (node) => {
        if (node.operator !== '??')
          expression(node, node.left, node.operator === '&&' ? 'and' : 'or', [node.right]);
      },
      UnaryExpression: (node) => {
        if (node.operator === '!') expression(node, node.argument, 'not', []);
      },
    };
  },
};
