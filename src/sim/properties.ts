/** Where the author wrote a property. */

import type { Assertion, Design, SourceLocation, Statement } from '../hdl/index.js';
import type { Check } from './template.js';

/** Asks the Design to elaborate once more with places recorded, unless they are; undefined when it cannot. */
export function locationOf(check: Check, design: Design): SourceLocation | undefined {
  if (check.kind === 'memory') {
    const find = ({ memories }: Design): SourceLocation | undefined =>
      memories.find(({ name }) => name === check.memory)?.location;
    return find(design) ?? find(design.located?.() ?? design);
  }
  if (check.location !== undefined) return check.location;
  const index = properties(design.statements).indexOf(check);
  const again = properties(design.located?.().statements ?? [])[index];
  return again?.message === check.message ? again.location : undefined;
}

function properties(statements: readonly Statement[]): Assertion[] {
  return statements.flatMap((statement): Assertion[] => {
    if (statement.kind === 'assign') return [];
    if (statement.kind === 'assert') return [statement];
    const arms = statement.kind === 'when' ? statement.branches : statement.cases;
    return [...arms.flatMap(({ body }) => properties(body)), ...properties(statement.otherwise)];
  });
}
