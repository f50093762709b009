/** A running Design: poke inputs, step the clock, peek at anything with a name. */

import type { Design, ScalarType } from '../hdl/index.js';
import { LinearMemory, rangeOf } from './access.js';
import { compile, compileProbe, BATCH, type Compiled, type PortSlot } from './compile.js';
import { AssertionFailure, SimError } from './errors.js';
import { externalImports } from './externals.js';
import type { Cell } from './cell.js';
import { flatten } from './flatten.js';
import { Allocator, classOf, NARROW } from './layout.js';
import { MemoryHandle } from './memory-handle.js';
import { findSignal, namedCells, unknownName, type NamedCell, type NamedSignal } from './names.js';
import { locationOf } from './properties.js';
import { columnOf, emptyColumn, writeColumn, type Column, type Stimulus } from './columns.js';

export interface SimulateOptions {
  /** Registers and memories of unspecified power-up value start at values drawn from this seed instead of 0. */
  readonly powerUpSeed?: number;
}

/** Fast access to one input port. */
export interface InputHandle {
  readonly name: string;
  readonly type: ScalarType;
  /** Sets an integer in the port's range, at most 53 bits. @throws SimError out-of-range */
  set(value: number): void;
}

/** Fast access to one output port. */
export interface OutputHandle {
  readonly name: string;
  readonly type: ScalarType;
  /** The settled value; above 53 bits the nearest double, so use `peek` there. */
  get(): number;
}

/** Several signals read together, after one pass over the logic that computes them. */
export interface Probe {
  readonly signals: readonly NamedSignal[];
  /** The current values, in the order of `signals`. */
  readonly read: () => bigint[];
}

interface Exports {
  readonly settle: () => void;
  readonly step: (edges: number) => number;
  readonly bulk: (cycles: number) => number;
}

/**
 * Compiles `design` to WebAssembly and starts it at its power-up state.
 * Two-state; one clock. Reads of a memory beyond its depth give 0 and writes there are ignored.
 * @throws SimError no-model (an external cell without one), combinational-loop, too-large (over 4 GiB of state)
 */
export function simulate(design: Design, options: SimulateOptions = {}): Simulation {
  return new Simulation(compile(flatten(design)), options);
}

export class Simulation {
  private readonly memory: LinearMemory;
  private readonly exports: Exports;
  private readonly imports: Record<string, unknown>;
  private readonly inputs: ReadonlyMap<string, PortSlot>;
  private readonly outputs: ReadonlyMap<string, PortSlot>;
  private readonly probes = new Map<Cell, () => bigint>();
  private settled = false;
  private edges = 0;

  constructor(
    private readonly compiled: Compiled,
    options: SimulateOptions,
  ) {
    const { flat, allocator, module } = compiled;
    if (!LinearMemory.holds(allocator.end)) {
      throw new SimError(
        'too-large',
        `${flat.design.name} needs ${allocator.end} bytes of state; at most 4 GiB can be simulated`,
      );
    }
    this.memory = new LinearMemory(allocator.end);
    this.inputs = new Map(compiled.inputs.map((port) => [port.name, port]));
    this.outputs = new Map(compiled.outputs.map((port) => [port.name, port]));
    this.imports = {
      memory: this.memory.memory,
      ...externalImports(compiled.state, compiled.flat, this.memory),
    };
    const exported = instantiate(module, this.imports);
    this.exports = { settle: exported('settle'), step: exported('step'), bulk: exported('bulk') };
    initialize(compiled, this.memory, options);
  }

  /** Number of clock edges so far. */
  get cycle(): number {
    return this.edges;
  }

  get design(): Design {
    return this.compiled.flat.design;
  }

  /** Sets an input port, or `rst`. @throws SimError unknown-name, out-of-range */
  poke(name: string, value: number | bigint): void {
    const { slot, type } = this.inputPort(name);
    const exact = exactValue(name, type, value);
    this.memory.write(slot, exact);
    this.settled = false;
  }

  /** The value of a port or of an internal register, wire or label (`instance.name`). @throws SimError unknown-name */
  peek(name: string): bigint {
    const port = this.outputs.get(name) ?? this.inputs.get(name);
    if (port !== undefined) {
      if (!port.direct) this.settle();
      return this.memory.read(port.slot);
    }
    const cell = findSignal(this.compiled.flat, name);
    if (cell === undefined)
      throw unknownName(
        'signal',
        name,
        namedCells(this.compiled.flat).map((known) => known.name),
      );
    let read = this.probes.get(cell);
    if (read === undefined) {
      const run = this.probeCells([cell]);
      read = () => run()[0] ?? 0n;
      this.probes.set(cell, read);
    }
    return read();
  }

  /** `peek` as a number. @throws SimError out-of-range when it has more than 53 bits */
  peekNumber(name: string): number {
    const value = this.peek(name);
    const number = Number(value);
    if (!Number.isSafeInteger(number))
      throw new SimError('out-of-range', `${name} is ${value}, which a number cannot hold: use peek()`);
    return number;
  }

  /** A fast handle on an input port. @throws SimError unknown-name */
  input(name: string): InputHandle {
    const { slot, type } = this.inputPort(name);
    const { lo, hi } = rangeOf(type);
    const [min, max] = [Number(lo), Number(hi)];
    const index = slot.block.offset >> 2;
    const narrow = classOf(type) === NARROW;
    const set = (value: number): void => {
      if (!(value >= min && value <= max) || !Number.isSafeInteger(value)) exactValue(name, type, value);
      if (narrow) this.memory.i32[index] = value;
      else this.memory.write(slot, BigInt(value));
      this.settled = false;
    };
    return { name, type, set };
  }

  /** A fast handle on an output port. @throws SimError unknown-name */
  output(name: string): OutputHandle {
    const port = this.outputs.get(name);
    if (port === undefined) throw unknownName('output', name, [...this.outputs.keys()]);
    const { slot, type, direct } = port;
    const index = (slot.block.offset + slot.delta) >> 2;
    const fast = slot.bytes === 4;
    const { signed } = slot.type;
    const get = (): number => {
      if (!direct && !this.settled) this.settle();
      if (!fast) return Number(this.memory.read(slot));
      return (signed ? this.memory.i32[index] : this.memory.u32[index]) ?? 0;
    };
    return { name, type, get };
  }

  /** Clock edges. @throws AssertionFailure after the edge at which an assertion did not hold */
  step(edges = 1): void {
    if (!Number.isInteger(edges) || edges < 0) {
      throw new SimError(
        'out-of-range',
        `step(${edges}): the number of clock edges is a whole number from 0`,
      );
    }
    this.settled = false;
    for (let left = edges; left > 0;) {
      const batch = Math.min(left, 0x40000000);
      this.edges += this.exports.step(batch);
      this.checkAssertions();
      left -= batch;
    }
  }

  /** Holds `rst` at 1 for some clock edges. */
  reset(cycles = 1): void {
    this.poke('rst', 1);
    this.step(cycles);
    this.poke('rst', 0);
  }

  /** Words of a memory, by hierarchical name. @throws SimError unknown-name */
  memoryAt(name: string): MemoryHandle {
    const { memories } = this.compiled.state;
    const layout = memories.find(({ memory }) => memory.path === name);
    if (layout === undefined)
      throw unknownName(
        'memory',
        name,
        memories.map(({ memory }) => memory.path),
      );
    return new MemoryHandle(layout, this.memory, () => (this.settled = false));
  }

  /** Every signal that `peek` knows. */
  signals(): readonly NamedSignal[] {
    return namedCells(this.compiled.flat).map(({ name, width, signed }) => ({ name, width, signed }));
  }

  /** Compiles a reader of several signals; default: all of them. @throws SimError unknown-name */
  probe(names?: readonly string[]): Probe & { readonly cells: readonly NamedCell[] } {
    const all = namedCells(this.compiled.flat);
    const byName = new Map(all.map((named) => [named.name, named]));
    const cells = (names ?? [...byName.keys()]).map((name) => {
      const named = byName.get(name);
      if (named === undefined) throw unknownName('signal', name, [...byName.keys()]);
      return named;
    });
    return { signals: cells, cells, read: this.probeCells(cells.map(({ cell }) => cell)) };
  }

  private probeCells(cells: readonly Cell[]): () => bigint[] {
    const { module, slots } = compileProbe(this.compiled, cells);
    this.memory.ensure(this.compiled.allocator.end);
    const probe = instantiate(module, this.imports)('probe');
    return () => {
      probe();
      return slots.map((slot) => this.memory.read(slot));
    };
  }

  /**
   * Runs `cycles` clock edges inside WebAssembly. Per cycle: inputs take their value from `stimulus` (ports left out keep
   * theirs), outputs are recorded, then one edge. Columns of up to 32 bits are Int32Array/Uint32Array, up to 64
   * BigInt64Array/BigUint64Array, above that arrays of bigint.
   * @throws SimError bad-stimulus (too short, out of range), AssertionFailure
   */
  run(cycles: number, stimulus: Stimulus = {}): Readonly<Record<string, Column>> {
    for (const name of Object.keys(stimulus)) this.inputPort(name);
    const outputs = this.compiled.outputs.map(({ name, type }) => [name, emptyColumn(type, cycles)] as const);
    this.settled = false;
    for (let from = 0; from < cycles; from += BATCH) {
      const count = Math.min(BATCH, cycles - from);
      this.runBatch(from, count, stimulus, outputs);
    }
    return Object.fromEntries(outputs);
  }

  private runBatch(
    from: number,
    count: number,
    stimulus: Stimulus,
    outputs: readonly (readonly [string, Column])[],
  ): void {
    const { inputs, columns } = this.compiled;
    inputs.forEach(({ name, type, slot }, i) => {
      const offset = columns[i] ?? 0;
      const values = stimulus[name];
      if (values === undefined)
        writeColumn(this.memory, offset, type, count, () => this.memory.read(slot), name);
      else writeColumn(this.memory, offset, type, count, (cycle) => values[from + cycle], name);
    });
    const done = this.exports.bulk(count);
    this.compiled.outputs.forEach(({ type }, i) => {
      const column = outputs[i]?.[1];
      if (column !== undefined)
        columnOf(this.memory, columns[inputs.length + i] ?? 0, type, done, column, from);
    });
    this.edges += done;
    this.checkAssertions();
  }

  private settle(): void {
    if (this.settled) return;
    this.exports.settle();
    this.settled = true;
  }

  private checkAssertions(): void {
    const index = Allocator.FAILURE >> 2;
    const failed = this.memory.i32[index] ?? 0;
    if (failed === 0) return;
    this.memory.i32[index] = 0;
    const entry = this.compiled.flat.assertions[failed - 1];
    if (entry === undefined) return;
    const { assertion, design, path } = entry;
    const property = assertion.kind === 'assert' && assertion.property === 'assume' ? 'assume' : 'assert';
    const location = locationOf(assertion, design);
    throw new AssertionFailure(assertion.message, path, this.edges - 1, location, property);
  }

  private inputPort(name: string): PortSlot {
    const port = this.inputs.get(name);
    if (port === undefined) throw unknownName('input', name, [...this.inputs.keys()]);
    return port;
  }
}

function exactValue(name: string, type: ScalarType, value: number | bigint): bigint {
  const { lo, hi } = rangeOf(type);
  const exact = typeof value === 'bigint' ? value : Number.isInteger(value) ? BigInt(value) : undefined;
  if (exact === undefined || exact < lo || exact > hi) {
    const kind = type.signed ? 'sint' : 'uint';
    throw new SimError(
      'out-of-range',
      `${value} does not fit input ${name} : ${kind}(${type.width}), whose range is ${lo}..${hi}`,
    );
  }
  return exact;
}

type WasmFunction = (argument?: number) => number;

/** An exported function, called directly. */
function instantiate(module: Uint8Array, imports: Record<string, unknown>): (name: string) => WasmFunction {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module), { env: imports });
  const isFunction = (value: unknown): value is WasmFunction => typeof value === 'function';
  return (name) => {
    const found = exports[name];
    if (!isFunction(found)) throw new RangeError(`the compiled module exports no ${name}`);
    return found;
  };
}

function initialize({ state, flat }: Compiled, memory: LinearMemory, { powerUpSeed }: SimulateOptions): void {
  const random = powerUpSeed === undefined ? () => 0n : randomBits(powerUpSeed);
  for (const { cell, initial } of flat.regs) {
    const { type } = cell.node;
    const drawn = random(type.width);
    const value = initial ?? (type.signed ? BigInt.asIntN(type.width, drawn) : drawn);
    if (value !== 0n) memory.write(state.slotOf(cell), value);
  }
  for (const layout of state.memories) {
    const { init, depth } = layout.memory.memory;
    const { offset } = layout.block;
    layout.fields.forEach(({ delta, bytes, type }, field) => {
      const values = init?.[field];
      const count =
        init === undefined ? (powerUpSeed === undefined ? 0 : depth) : Math.min(depth, values?.length ?? 0);
      for (let address = 0; address < count; address++) {
        const value = values === undefined ? random(type.width) : BigInt(values[address] ?? 0);
        if (value !== 0n) memory.writeAt(offset + address * layout.stride + delta, type, bytes, value);
      }
    });
  }
}

/** xorshift32 words, joined to any width. */
function randomBits(seed: number): (width: number) => bigint {
  let word = (seed ^ 0x9e3779b9) | 0 || 1;
  const next = (): bigint => {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    return BigInt(word >>> 0);
  };
  return (width) => {
    let value = 0n;
    for (let bits = 0; bits < width; bits += 32) value = (value << 32n) | next();
    return BigInt.asUintN(width, value);
  };
}
