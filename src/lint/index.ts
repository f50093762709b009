/** `nomul/eslint`: rules for mistakes with signals that TypeScript accepts and JavaScript cannot notice. See docs/lint.md. */
import type { ESLint, Linter } from 'eslint';
import { noSignalCondition } from './conditions.js';
import { noSignalArithmetic, noSignalComparison, noSignalTemplate } from './operators.js';

const rules = {
  'no-signal-condition': noSignalCondition,
  'no-signal-comparison': noSignalComparison,
  'no-signal-arithmetic': noSignalArithmetic,
  'no-signal-template': noSignalTemplate,
};

const plugin: ESLint.Plugin = { meta: { name: 'nomul' }, rules };

/** Every rule as an error. The files need type information (`parserOptions.projectService`). */
const recommended: Linter.Config = {
  name: 'nomul/recommended',
  plugins: { nomul: plugin },
  rules: Object.fromEntries(Object.keys(rules).map((name) => [`nomul/${name}`, 'error' as const])),
};

export default { ...plugin, configs: { recommended } };
