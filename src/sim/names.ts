/** Hierarchical names: `instance.instance.signal`. */

import { SimError } from './errors.js';
import { resolve, type Cell } from './cell.js';
import type { FlatDesign, Scope } from './flatten.js';

/** The cell that has a hierarchical name: a port, register, wire, or label. */
export function findSignal(flat: FlatDesign, name: string): Cell | undefined {
  const parts = name.split('.');
  const local = parts.pop() ?? '';
  let scope: Scope | undefined = flat.top;
  for (const part of parts) {
    scope = scope.children.get(part);
    if (scope === undefined) return undefined;
  }
  return localSignal(scope, local);
}

function localSignal({ template, cells }: Scope, name: string): Cell | undefined {
  const node = template.named.get(name)?.node;
  const cell = node === undefined ? undefined : cells[template.indexOf.get(node) ?? -1];
  return cell === undefined ? undefined : resolve(cell);
}

export interface NamedSignal {
  /** Hierarchical name. */
  readonly name: string;
  readonly width: number;
  readonly signed: boolean;
}

export interface NamedCell extends NamedSignal {
  readonly scope: readonly string[];
  readonly local: string;
  readonly cell: Cell;
}

/** Every named signal: ports, registers, wires and labels of every instance, in the order of the Designs. */
export function namedCells(flat: FlatDesign): NamedCell[] {
  const found: NamedCell[] = [];
  const stack: { scope: Scope; path: readonly string[] }[] = [{ scope: flat.top, path: [] }];
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const { scope, path } = item;
    collect(scope, path, found);
    const children = [...scope.children].map(([name, child]) => ({ scope: child, path: [...path, name] }));
    stack.push(...children.reverse());
  }
  return found;
}

function collect(scope: Scope, path: readonly string[], found: NamedCell[]): void {
  for (const [local, { type }] of scope.template.named) {
    const cell = localSignal(scope, local);
    if (cell === undefined) continue;
    const { width, signed } = type;
    found.push({ name: [...path, local].join('.'), width, signed, scope: path, local, cell });
  }
}

export function unknownName(kind: string, name: string, known: readonly string[]): SimError {
  const shown = known.slice(0, 20).join(', ') || 'none';
  const more = known.length > 20 ? `, ... (${known.length} in all)` : '';
  return new SimError('unknown-name', `no ${kind} is named ${name}; there are: ${shown}${more}`);
}
