/** The code of one iteration of a loop over lanes. Wide elements need several vectors: the parts of a value. */

import type { Cell } from './cell.js';
import type { LaneColumn } from './lane-array.js';
import { KEEPS_LOW, pushMask, pushOperation } from './lane-operations.js';
import { pushAddend } from './lane-selection.js';
import type { LaneLoop, LaneUpdate } from './lane-program.js';
import { extendOpcode, keepLowHalves, loadExtendOpcode, Simd, type LaneClass } from './simd.js';
import { CodeWriter } from './writer.js';
import { V128 } from './wasm.js';

/**
 * A value as it is, all ones or zeros for a bit, 16 bits with zeros above them, or what a mux between sums adds to the
 * operand its arms have in common.
 */
export type Form = 'value' | 'mask' | 'low16' | 'addend';

/** A uniform value in all elements of a vector. */
export interface Splat {
  readonly cell: Cell;
  readonly cls: LaneClass;
  readonly form: Form;
}

/** One vector: part `part` of the value of `cell` in elements of class `cls`. */
interface Wanted extends Splat {
  readonly part: number;
}

interface Request extends Wanted {
  count: number;
  local: number | undefined;
}

interface Surroundings {
  readonly splats: ReadonlyMap<string, number>;
  /** Locals: byte offset of the chunk from the first position, for each class. */
  readonly offsets: readonly number[];
}

export interface Counted {
  readonly requests: ReadonlyMap<string, Request>;
  readonly splats: ReadonlyMap<string, Splat>;
  /** Classes of the columns in use. */
  readonly classes: ReadonlySet<LaneClass>;
  /** Loads that a store in the same iteration must not precede. */
  readonly preloads: readonly Wanted[];
}

export const laneClass = (width: number): LaneClass => (width <= 16 ? 0 : width <= 32 ? 1 : 2);
const columnClass = ({ bytes }: LaneColumn): LaneClass => laneClass(8 * bytes);
const above = (cls: LaneClass): 1 | 2 => (cls === 0 ? 1 : 2);
const below = (cls: LaneClass): LaneClass => (cls === 2 ? 1 : 0);
export const partsOf = (cls: LaneClass): number => 1 << cls;

/** Runs the code once into the void, to learn which vectors are needed more than once. */
export function countRequests(loop: LaneLoop): Counted {
  const code = new LaneCode(new CodeWriter(), loop);
  code.body([]);
  return code;
}

export class LaneCode implements Counted {
  readonly requests = new Map<string, Request>();
  readonly splats = new Map<string, Splat>();
  readonly classes = new Set<LaneClass>();
  readonly preloads: Wanted[] = [];
  private readonly stored = new Set<LaneColumn>();

  /** Without `counted` and `surroundings` the code counts only. */
  constructor(
    readonly out: CodeWriter,
    private readonly loop: LaneLoop,
    counted: ReadonlyMap<string, Request> = new Map(),
    private readonly surroundings?: Surroundings,
  ) {
    for (const [key, request] of counted) this.requests.set(key, { ...request });
  }

  body(preloads: readonly Wanted[]): void {
    for (const wanted of preloads) this.keep(wanted);
    for (const update of this.loop.updates) this.update(update);
  }

  release(): void {
    for (const { local } of this.requests.values()) if (local !== undefined) this.out.release(V128, local);
  }

  private update({ column, value }: LaneUpdate): void {
    const cls = columnClass(column);
    const parts = Array.from({ length: partsOf(cls) }, (_, part) => part);
    // In the direction of the loop, so that a part does not overwrite what the next one reads.
    for (const part of this.loop.descending ? parts.reverse() : parts) {
      this.pushOffset(cls);
      this.push(value, cls, part);
      const { first } = this.loop.array;
      this.out.simdAccess(Simd.store, column.block, first * column.bytes + 16 * part, true);
    }
    this.stored.add(column);
  }

  /** Brings one vector on the stack: the value extended, or its low bits when the class is too small for it. */
  push(cell: Cell, cls: LaneClass, part: number, form: Form = 'value'): void {
    if (cell.kind === 'const' || this.loop.uniform.has(cell)) {
      this.pushSplat({ cell, cls, form });
      return;
    }
    const key = `${cell.index} ${cls} ${part} ${form}`;
    const request = this.requests.get(key);
    if (this.surroundings === undefined) {
      if (request !== undefined) request.count++;
      else {
        this.requests.set(key, { cell, cls, part, form, count: 1, local: undefined });
        this.generate(cell, cls, part, form);
      }
      return;
    }
    if (request?.local !== undefined) {
      this.out.get(request.local);
      return;
    }
    this.generate(cell, cls, part, form);
    if (request === undefined || request.count === 1) return;
    request.local = this.out.allocate(V128);
    this.out.tee(request.local);
  }

  /** Computes a vector now, for later. */
  private keep({ cell, cls, part, form }: Wanted): void {
    const request = this.requests.get(`${cell.index} ${cls} ${part} ${form}`);
    if (request === undefined || request.local !== undefined) return;
    this.generate(cell, cls, part, form);
    request.local = this.out.allocate(V128);
    this.out.set(request.local);
  }

  private pushSplat(splat: Splat): void {
    const key = `${splat.cell.index} ${splat.cls} ${splat.form}`;
    this.splats.set(key, splat);
    this.out.get(this.surroundings?.splats.get(key) ?? 0);
  }

  private generate(cell: Cell, cls: LaneClass, part: number, form: Form): void {
    if (form === 'mask' || form === 'addend') {
      (form === 'mask' ? pushMask : pushAddend)(this, cell, cls, part);
      return;
    }
    const leaf = this.leafOf(cell);
    const own = leaf === undefined ? laneClass(cell.node.type.width) : columnClass(leaf.column);
    if (leaf !== undefined && (own === cls || above(own) === cls)) {
      this.load(leaf, { cell, cls, part, form });
    } else if (form === 'low16') {
      this.push(cell, 0, part >> 1);
      this.out.simd(extendOpcode(1, part & 1, false));
    } else if (cls > own) {
      const { signed } = leaf?.column.type ?? cell.node.type;
      this.push(cell, below(cls), part >> 1);
      this.out.simd(extendOpcode(above(below(cls)), part & 1, signed));
    } else if (cls < own && (leaf !== undefined || cell.node.kind !== 'op' || !KEEPS_LOW.has(cell.node.op))) {
      this.lowHalves(cls, part, (wide) => this.push(cell, above(cls), wide));
    } else pushOperation(this, cell, cls, part);
  }

  /** One vector from two of the class above, of which `pushWide` brings a part on the stack. */
  lowHalves(cls: LaneClass, part: number, pushWide: (part: number) => void): void {
    pushWide(2 * part);
    pushWide(2 * part + 1);
    this.out.simd(Simd.shuffle);
    for (const byte of keepLowHalves(above(cls))) this.out.body.byte(byte);
  }

  private leafOf(cell: Cell): { readonly column: LaneColumn; readonly shift: number } | undefined {
    if (cell.kind === 'op') return undefined;
    const { columns, sources } = this.loop.array;
    const column = columns.get(cell);
    if (column !== undefined) return { column, shift: 0 };
    const source = sources.get(cell);
    return source?.kind === 'column' ? source : undefined;
  }

  private load(
    { column, shift }: { readonly column: LaneColumn; readonly shift: number },
    wanted: Wanted,
  ): void {
    const { cls, part, form } = wanted;
    const own = columnClass(column);
    if (this.surroundings === undefined && this.stored.has(column)) this.preloads.push(wanted);
    const position = (this.loop.array.first + shift) * column.bytes;
    this.pushOffset(own);
    const opcode =
      own === cls ? Simd.load : loadExtendOpcode(above(own), column.type.signed && form === 'value');
    this.out.simdAccess(opcode, column.block, position + (own === cls ? 16 : 8) * part, false);
  }

  private pushOffset(cls: LaneClass): void {
    this.classes.add(cls);
    this.out.get(this.surroundings?.offsets[cls] ?? 0);
  }
}
