/** Looks at every named signal before each clock edge, and remembers what happened. */

import type { LinearMemory } from './access.js';
import type { Cell } from './cell.js';
import { compileProbe, type Compiled } from './compile.js';
import type { Coverage, CoverHits, SignalToggles, StateVisits } from './coverage.js';
import { Allocator, makeBlock, slotBytes, type Slot } from './layout.js';
import { namedCells, type NamedCell } from './names.js';

/** What is remembered between samples: plain data, for snapshots. */
export interface CoverageState {
  samples: number;
  readonly previous: Int32Array;
  readonly rose: Int32Array;
  readonly fell: Int32Array;
  /** Per state register, how often each (from, to) was seen, `from * size + to`. */
  readonly transitions: readonly Map<number, number>[];
  readonly hits: readonly { hits: number; first: number | null }[];
}

interface Watched {
  readonly name: string;
  readonly size: number;
  readonly states: readonly string[];
  readonly word: number;
}

export class CoverageSampler {
  private readonly signals: readonly { readonly named: NamedCell; readonly slot: Slot }[];
  private readonly machines: readonly Watched[];
  private readonly hitWords: readonly number[];
  private readonly words: number;
  private readonly base: number;
  private readonly read: () => void;
  private state: CoverageState;

  constructor(
    private readonly compiled: Compiled,
    private readonly memory: LinearMemory,
    instantiate: (module: Uint8Array) => () => void,
  ) {
    const { flat, allocator } = compiled;
    const named = namedCells(flat).filter(({ cell }) => cell.node.lo !== cell.node.hi);
    const cells = [...new Set([...named.map(({ cell }) => cell), ...flat.covers.map(({ hit }) => hit)])];
    const bytes = cells.reduce((sum, { node }) => sum + slotBytes(node.type), 0);
    const start = allocator.take(Math.max(8, bytes));
    const slots = contiguous(cells, start);
    const { module } = compileProbe(compiled, cells, slots);
    memory.ensure(allocator.end);
    this.read = instantiate(module);
    this.base = start >> 2;
    this.words = bytes >> 2;
    const slotOf = new Map(cells.map((cell, i) => [cell, slots[i]]));
    this.signals = named.flatMap((item) => {
      const slot = slotOf.get(item.cell);
      return slot === undefined ? [] : [{ named: item, slot }];
    });
    const wordOf = (cell: Cell): number => ((slotOf.get(cell)?.block.offset ?? start) - start) >> 2;
    this.machines = stateMachines(named).map(({ name, cell, states }) => ({
      name,
      states,
      size: 2 ** cell.node.type.width,
      word: wordOf(cell),
    }));
    this.hitWords = flat.covers.map(({ hit }) => wordOf(hit));
    this.state = {
      samples: 0,
      previous: new Int32Array(this.words),
      rose: new Int32Array(this.words),
      fell: new Int32Array(this.words),
      transitions: this.machines.map(() => new Map()),
      hits: flat.covers.map(() => ({ hits: 0, first: null })),
    };
  }

  /** The values that the coming clock edge sees. */
  sample(): void {
    this.read();
    const { previous, rose, fell } = this.state;
    const now = this.memory.i32;
    const { base, words, state } = this;
    const isFirst = state.samples === 0;
    this.machines.forEach(({ word, size }, i) => {
      const to = now[base + word] ?? 0;
      const from = isFirst ? to : (previous[word] ?? 0);
      const seen = state.transitions[i];
      seen?.set(from * size + to, (seen.get(from * size + to) ?? 0) + 1);
    });
    if ((now[Allocator.RESET >> 2] ?? 0) === 0) this.countHits(now);
    if (isFirst) previous.set(now.subarray(base, base + words));
    for (let i = 0; i < words; i++) {
      const value = now[base + i] ?? 0;
      const old = previous[i] ?? 0;
      if (value === old) continue;
      rose[i] = (rose[i] ?? 0) | (value & ~old);
      fell[i] = (fell[i] ?? 0) | (old & ~value);
      previous[i] = value;
    }
    state.samples++;
  }

  private countHits(now: Int32Array): void {
    this.hitWords.forEach((word, i) => {
      const item = this.state.hits[i];
      if (item === undefined || now[this.base + word] === 0) return;
      item.hits++;
      item.first ??= this.state.samples;
    });
  }

  /** A copy of what is remembered. */
  save(): CoverageState {
    return structuredClone(this.state);
  }

  restore(state: CoverageState): void {
    this.state = structuredClone(state);
  }

  result(): Coverage {
    return {
      schemaVersion: 1,
      design: this.compiled.flat.design.name,
      cycles: this.state.samples,
      toggles: this.signals.map(({ named, slot }) => this.toggles(named, slot)),
      states: this.machines.map((machine, i) => this.visits(machine, this.state.transitions[i] ?? new Map())),
      covers: this.compiled.flat.covers.map(({ cover, path }, i): CoverHits => {
        const { hits = 0, first = null } = this.state.hits[i] ?? {};
        return { instance: path, message: cover.message, hits, first };
      }),
    };
  }

  private toggles({ name, width, cell }: NamedCell, slot: Slot): SignalToggles {
    const { lo, hi, type } = cell.node;
    const counted = Math.min(width, type.width, bitsOf(lo, hi));
    const mask = (1n << BigInt(counted)) - 1n;
    const hex = (words: Int32Array): string => {
      const first = (slot.block.offset >> 2) - this.base;
      const value = words
        .subarray(first, first + (slot.bytes >> 2))
        .reduceRight((sum, word) => (sum << 32n) | BigInt(word >>> 0), 0n);
      return (value & mask).toString(16);
    };
    return { name, width: counted, rose: hex(this.state.rose), fell: hex(this.state.fell) };
  }

  private visits({ name, states, size }: Watched, seen: ReadonlyMap<number, number>): StateVisits {
    const nameOf = (code: number): string => states[code] ?? `code ${code}`;
    const cycles = Object.fromEntries(states.map((state) => [state, 0]));
    const transitions: StateVisits['transitions'][number][] = [];
    for (const [key, times] of [...seen].sort(([a], [b]) => a - b)) {
      const [from, to] = [nameOf(Math.floor(key / size)), nameOf(key % size)];
      cycles[to] = (cycles[to] ?? 0) + times;
      if (from !== to) transitions.push({ from, to, times });
    }
    return { name, cycles, transitions };
  }
}

/** Slots side by side from `start`, those of 8 bytes and more first, so that all are aligned. */
function contiguous(cells: readonly Cell[], start: number): Slot[] {
  let end = start;
  const offsets = new Map<Cell, number>();
  const sizeOf = ({ node }: Cell): number => slotBytes(node.type);
  for (const cell of [...cells].sort((a, b) => Math.sign(sizeOf(b) - 4) - Math.sign(sizeOf(a) - 4))) {
    offsets.set(cell, end);
    end += sizeOf(cell);
  }
  return cells.map((cell) => {
    const bytes = sizeOf(cell);
    return { block: makeBlock(bytes, false, offsets.get(cell)), delta: 0, type: cell.node.type, bytes };
  });
}

/** Each register of `m.states` once. */
function stateMachines(
  named: readonly NamedCell[],
): { readonly name: string; readonly cell: Cell; readonly states: readonly string[] }[] {
  const seen = new Set<Cell>();
  return named.flatMap(({ name, local, cell }) => {
    const { node } = cell;
    if (node.kind !== 'reg' || node.states === undefined || node.name !== local || seen.has(cell)) return [];
    seen.add(cell);
    return [{ name, cell, states: node.states }];
  });
}

/** Bits in which the numbers of a range differ; more are copies of the sign, or 0. */
function bitsOf(lo: bigint, hi: bigint): number {
  const magnitude = (value: bigint): number => (value === 0n ? 0 : value.toString(2).length);
  return lo < 0n ? 1 + Math.max(magnitude(-lo - 1n), hi < 0n ? 0 : magnitude(hi)) : magnitude(hi);
}
