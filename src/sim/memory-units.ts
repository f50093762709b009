/** Memory ports as statements of a clock edge. */

import type { Cell } from './cell.js';
import type { FlatMemory } from './flatten.js';
import type { MemoryLayout } from './layout.js';
import { childRegion, makeUnit, type Body, type Region, type Statement, type Unit } from './program.js';
import type { State } from './state.js';

/** What a registered read port does at an edge, what it needs and which state cells it writes. */
export interface SyncRead {
  readonly unit: Unit;
  readonly roots: readonly Cell[];
  readonly writes: readonly Cell[];
}

export function syncReadUnits(state: State): SyncRead[] {
  return state.memories.flatMap((layout) =>
    layout.memory.readPorts.flatMap(({ sync, address, enable }, port) => {
      if (!sync) return [];
      const unit = makeUnit();
      const read: Statement = { kind: 'read', layout, port, address };
      unit.statements = enable === undefined ? [read] : [guarded(unit.root, enable, () => [read])];
      const roots = enable === undefined ? [address] : [address, enable];
      return [{ unit, roots, writes: state.readCells(layout, port) }];
    }),
  );
}

/** One unit per memory with write ports; of two writes to one word in one cycle the later port's remains. */
export function memoryWriteUnits(state: State): Unit[] {
  return state.memories.flatMap((layout) => {
    const { writePorts } = layout.memory;
    if (writePorts.length === 0) return [];
    const unit = makeUnit();
    unit.statements = writePorts.map((port) =>
      guarded(unit.root, port.enable, (region) => [writeStatement(layout, port, region)]),
    );
    return [unit];
  });
}

function guarded(parent: Region, condition: Cell, body: (region: Region) => Statement[]): Statement {
  const region = childRegion(parent);
  const then: Body = { region, statements: body(region) };
  return { kind: 'if', condition, then, otherwise: { region: childRegion(parent), statements: [] } };
}

function writeStatement(
  layout: MemoryLayout,
  { address, data, mask }: FlatMemory['writePorts'][number],
  parent: Region,
): Statement {
  const groups: { mask: Cell | undefined; region: Region; fields: { field: number; value: Cell }[] }[] = [];
  data.forEach((value, field) => {
    const last = groups.at(-1);
    if (last !== undefined && last.mask === mask?.[field]) last.fields.push({ field, value });
    else groups.push({ mask: mask?.[field], region: childRegion(parent), fields: [{ field, value }] });
  });
  return { kind: 'write', layout, address, groups };
}
