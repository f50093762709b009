/** Cells of the flat graph, and the aliases among them. */

import type { ExternalDesign, Node } from '../hdl/index.js';
import { SimError } from './errors.js';

export type CellKind =
  | 'op'
  | 'const'
  | 'input'
  | 'reg'
  /** Asynchronous memory read; args: the address. */
  | 'readAsync'
  /** One field of a registered read port. */
  | 'readSync'
  /** All outputs of one external cell; args: its inputs if its outputs depend on them at once. */
  | 'externalCall'
  /** One output of an external cell; args: the call. */
  | 'externalOutput'
  /** A wire, child input or instance output: another name of `source`. */
  | 'alias';

/** One node of one instance. `node` is shared by all instances of a Design. */
export interface Cell {
  readonly index: number;
  readonly kind: CellKind;
  readonly node: Node;
  /** Resolved: never an alias. */
  args: readonly Cell[];
  /** Aliases only. */
  source: Cell | undefined;
}

/** Follows aliases to the cell that computes the value. */
export function resolve(cell: Cell): Cell {
  let source = cell;
  let steps = 0;
  while (source.kind === 'alias') {
    if (source.source === undefined || steps++ > 1e7) throw aliasError(source);
    source = source.source;
  }
  // Shorten the path for the next reader.
  for (let link = cell; link.kind === 'alias' && link.source !== undefined && link.source !== source;) {
    const next = link.source;
    link.source = source;
    link = next;
  }
  return source;
}

function aliasError(cell: Cell): SimError {
  const name =
    'name' in cell.node
      ? cell.node.name
      : cell.node.kind === 'instanceOutput'
        ? `${cell.node.instance}.${cell.node.port}`
        : undefined;
  return cell.source === undefined
    ? new SimError('unknown-name', `${name ?? 'a signal'} has no driver`)
    : new SimError('combinational-loop', `${name ?? 'a signal'} drives itself through wires only`);
}

export function resolveAliases(cells: readonly Cell[]): void {
  for (const cell of cells) {
    if (cell.kind === 'alias') {
      resolve(cell);
    } else if (cell.args.some((arg) => arg.kind === 'alias')) cell.args = cell.args.map(resolve);
  }
}

/** Whether the model reads an input to compute outputs; if it seems not to, the simulator holds it to that. */
export function outputsReadInputs(design: ExternalDesign, path: string): boolean {
  const { model } = design;
  if (model === undefined) return true;
  let read = false;
  const inputs = {};
  for (const { name, direction } of design.ports) {
    if (direction !== 'in') continue;
    Object.defineProperty(inputs, name, { enumerable: true, get: () => ((read = true), 0n) });
  }
  try {
    model.outputs(inputs, model.init());
  } catch (error) {
    throw new SimError(
      'external-model',
      `the model of ${path} (${design.name}) fails: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return read;
}
