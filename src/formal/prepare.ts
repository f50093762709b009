/** What a prover must know about a Design before it is asked: one clock, no unknown cells, a bearable amount of memory. */

import type { Design, ExternalDesign, Statement } from '../hdl/index.js';
import { FormalError } from './errors.js';

/** Memories become registers for a proof; more bits than this take too long. */
const memoryBitLimit = 1 << 16;

/** A register or a memory, by hierarchical name. */
export interface StateElement {
  readonly name: string;
  readonly width: number;
  /** Value at the start, as text; empty: unspecified. */
  readonly initial: string;
}

/** The Design with every external cell replaced by its twin, checked. @throws FormalError NO_TWIN, SEVERAL_CLOCKS, TOO_MUCH_MEMORY */
export function prepare(design: Design): Design {
  if ((design.domains ?? []).length > 0) {
    throw new FormalError(
      'SEVERAL_CLOCKS',
      `${design.name} has more than one clock domain; proofs are about one clock: prove the parts of one domain each`,
    );
  }
  const prepared = withTwins(design, new Map());
  const bits = memoryBits(prepared);
  if (bits > memoryBitLimit) {
    throw new FormalError(
      'TOO_MUCH_MEMORY',
      `${design.name} holds ${bits} bits in memories that are written; proofs handle ${memoryBitLimit}: use smaller parameters`,
    );
  }
  return prepared;
}

/** Rewrites the Design graph below `design`, each Design once. */
function withTwins(design: Design, done: Map<Design, Design>): Design {
  const known = done.get(design);
  if (known !== undefined) return known;
  const instances = design.instances.map((instance) => {
    const inner = instance.design.kind === 'design' ? instance.design : twinOf(instance.design, design.name);
    return { ...instance, design: withTwins(inner, done) };
  });
  const same = instances.every((instance, i) => instance.design === design.instances[i]?.design);
  const rewritten = same ? design : { ...design, instances };
  done.set(design, rewritten);
  return rewritten;
}

function twinOf({ name, twin }: ExternalDesign, user: string): Design {
  if (twin !== undefined) return twin;
  throw new FormalError(
    'NO_TWIN',
    `${user} contains the cell ${name}, whose behaviour a prover does not know; give external('${name}') a twin component`,
  );
}

function memoryBits(design: Design): number {
  const own = design.memories
    .filter(({ writePorts }) => writePorts.length > 0)
    .reduce((sum, { depth, fields }) => sum + depth * fields.reduce((w, { type }) => w + type.width, 0), 0);
  return design.instances.reduce(
    (sum, { design: inner }) => sum + (inner.kind === 'design' ? memoryBits(inner) : 0),
    own,
  );
}

/** Every register and written memory at and below `design`. */
export function stateOf(design: Design, path = ''): readonly StateElement[] {
  const own = design.regs.map(({ name, type, reset, powerUp }) => ({
    name: path + name,
    width: type.width,
    initial: String(reset ?? powerUp ?? ''),
  }));
  const memories = design.memories.flatMap(({ name, depth, fields, init, readPorts, writePorts }) => {
    const width = fields.reduce((sum, { type }) => sum + type.width, 0);
    const initial = init === undefined ? '' : init.map((values) => values.join(',')).join(';');
    const data = readPorts
      .filter(({ sync }) => sync)
      .map((_, port) => ({ name: `${path}${name} read ${port}`, width, initial: '' }));
    const words = writePorts.length === 0 ? [] : [{ name: path + name, width: width * depth, initial }];
    return [...words, ...data];
  });
  const below = design.instances.flatMap(({ name, design: inner }) =>
    inner.kind === 'design' ? stateOf(inner, `${path}${name}.`) : [],
  );
  return [...own, ...memories, ...below];
}

/** Whether both have the same registers with the same starting values (unspecified ones included). */
export function stateCorresponds(a: Design, b: Design): boolean {
  const keys = (design: Design): readonly string[] =>
    stateOf(design)
      .map(({ name, width, initial }) => `${name}:${width}:${initial}`)
      .sort();
  const [left, right] = [keys(a), keys(b)];
  return left.length === right.length && left.every((key, i) => key === right[i]);
}

export type Property = Extract<Statement, { readonly kind: 'assert' }>;

/** The properties written in one Design (not in those below). */
export function propertiesOf(statements: readonly Statement[]): readonly Property[] {
  return statements.flatMap((statement): readonly Property[] => {
    switch (statement.kind) {
      case 'assign':
        return [];
      case 'assert':
        return [statement];
      case 'when':
        return [
          ...statement.branches.flatMap(({ body }) => propertiesOf(body)),
          ...propertiesOf(statement.otherwise),
        ];
      case 'switch':
        return [
          ...statement.cases.flatMap(({ body }) => propertiesOf(body)),
          ...propertiesOf(statement.otherwise),
        ];
    }
  });
}

/** Each Design at and below `top` once, with the hierarchical name of its first instance (empty for the top). */
export function designsBelow(top: Design): ReadonlyMap<Design, string> {
  const found = new Map<Design, string>();
  const visit = (design: Design, path: string): void => {
    if (found.has(design)) return;
    found.set(design, path);
    for (const { name, design: inner } of design.instances)
      if (inner.kind === 'design') visit(inner, path === '' ? name : `${path}.${name}`);
  };
  visit(top, '');
  return found;
}
