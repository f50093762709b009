/** The tree of when/switch statements while a component's body runs, and the rule that nothing is assigned twice. */

import { describe, fail } from './diagnostics.js';
import type { Graph } from './graph.js';
import { consumedTwice } from './streams/misuse.js';
import type { Assertion, Node, RegNode, SourceLocation, Statement, WireNode } from './ir.js';

type Target = RegNode | WireNode;

/** One body: the component's, or one branch. */
interface Scope {
  readonly statements: Statement[];
  /** What is assigned in this body or below it, and by which of this body's statements. */
  readonly assigned: Map<
    Target,
    { readonly statement: object; readonly location: SourceLocation | undefined }
  >;
  /** The statement of the enclosing body that this body belongs to. */
  readonly owner: object;
  /** True exactly when control reaches this body; undefined in the component's own body. */
  readonly condition: Node | undefined;
}

export interface BranchRecord {
  readonly condition: Node;
  readonly body: readonly Statement[];
}

const newScope = (owner: object, condition: Node | undefined): Scope => ({
  statements: [],
  assigned: new Map(),
  owner,
  condition,
});

export class StatementTree {
  private readonly scopes: Scope[] = [newScope({}, undefined)];

  constructor(private readonly graph: Graph) {}

  /** The component's statements, once its body has run. */
  get statements(): readonly Statement[] {
    return this.root.statements;
  }
  private get root(): Scope {
    return this.scopeAt(0);
  }
  private get current(): Scope {
    return this.scopeAt(this.scopes.length - 1);
  }
  private scopeAt(index: number): Scope {
    const scope = this.scopes[index];
    if (scope === undefined) throw new RangeError(`no scope ${index}`);
    return scope;
  }

  /** 1 exactly when control reaches the present point; undefined when it always does. */
  get condition(): Node | undefined {
    return this.current.condition;
  }

  assign(target: Target, value: Node, location: SourceLocation | undefined): void {
    const statement: Statement = {
      kind: 'assign',
      target,
      value,
      ...(location === undefined ? {} : { location }),
    };
    this.claim(target, statement, location);
    this.current.statements.push(statement);
  }

  /** Runs `body` as if no branch were open: delay lines and the ports of an instance are always connected. */
  always<T>(body: () => T): T {
    const inner = this.scopes.splice(1);
    try {
      return body();
    } finally {
      this.scopes.push(...inner);
    }
  }

  add(statement: Assertion): void {
    this.current.statements.push(statement);
  }

  /** Runs `body` as one branch of `owner`, reached when `condition` (or, for an else branch, always) holds in this scope. */
  branch(owner: object, condition: Node, body: () => void): readonly Statement[] {
    const outer = this.current.condition;
    const scope = newScope(
      owner,
      outer === undefined ? condition : this.graph.bitwise('and', outer, condition),
    );
    this.scopes.push(scope);
    try {
      body();
    } finally {
      this.scopes.pop();
    }
    return scope.statements;
  }

  /** Reserves the place of a when or switch; `statement` fills it once all its branches are known. */
  place(): { readonly set: (statement: Statement) => void } {
    const { statements } = this.current;
    const index = statements.length;
    return {
      set: (statement) => {
        statements[index] = statement;
      },
    };
  }

  /** Marks `target` assigned in every enclosing body; a second statement of the same body is a second driver. */
  private claim(target: Target, statement: object, location: SourceLocation | undefined): void {
    let inner = statement;
    for (let depth = this.scopes.length - 1; depth >= 0; depth--) {
      const scope = this.scopeAt(depth);
      const known = scope.assigned.get(target);
      if (known !== undefined && known.statement !== inner) {
        if (target.kind === 'wire' && target.flow === 'ready')
          consumedTwice(target, [known.location, location]);
        fail(
          'HDL007',
          `${describe(target)} is assigned twice on one path`,
          'assign it once, or in branches that exclude each other',
          [known.location, location],
        );
      }
      if (known === undefined) scope.assigned.set(target, { statement: inner, location });
      inner = scope.owner;
    }
  }
}
