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

function localSignal(scope: Scope, name: string): Cell | undefined {
  const { design, indexOf } = scope.template;
  const node =
    design.ports.find((port) => port.name === name && port.direction === 'out')?.driver ??
    scope.template.nodes.find((candidate) => candidate.kind === 'input' && candidate.name === name) ??
    design.regs.find((reg) => reg.name === name) ??
    design.wires.find((wire) => wire.name === name) ??
    design.labels.find((label) => label.name === name);
  const cell = node === undefined ? undefined : scope.cells[indexOf.get(node) ?? -1];
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
  const { design, nodes } = scope.template;
  const seen = new Set<string>();
  const add = (local: string): void => {
    if (seen.has(local)) return;
    seen.add(local);
    const cell = localSignal(scope, local);
    if (cell === undefined) return;
    const { width, signed } = declaredType(scope, local) ?? cell.node.type;
    found.push({ name: [...path, local].join('.'), width, signed, scope: path, local, cell });
  };
  for (const port of design.ports) add(port.name);
  for (const node of nodes) if (node.kind === 'input') add(node.name);
  for (const { name } of [...design.regs, ...design.wires]) add(name);
  for (const { name } of design.labels) if (name !== undefined) add(name);
}

function declaredType(
  { template: { design } }: Scope,
  name: string,
): { width: number; signed: boolean } | undefined {
  const port = design.ports.find((candidate) => candidate.name === name);
  return (port ?? [...design.regs, ...design.wires, ...design.labels].find((node) => node.name === name))
    ?.type;
}

export function unknownName(kind: string, name: string, known: readonly string[]): SimError {
  const shown = known.slice(0, 20).join(', ');
  const more = known.length > 20 ? `, ... (${known.length} in all)` : '';
  return new SimError('unknown-name', `no ${kind} is named ${name}; there are: ${shown}${more}`);
}
