/** A running Design: poke inputs, step the clock, peek at anything with a name. */

import type { Design } from '../hdl/index.js';
import { LinearMemory } from './access.js';
import type { Cell } from './cell.js';
import { columnOf, emptyColumn, writeColumn, type Column, type Stimulus } from './columns.js';
import { compile, compileProbe, BATCH, type Compiled, type PortSlot } from './compile.js';
import { AssertionFailure, SimError } from './errors.js';
import type { Coverage } from './coverage.js';
import { CoverageSampler } from './coverage-sampler.js';
import { externalCells, type ExternalCells } from './externals.js';
import { flatten } from './flatten.js';
import type { ArrayMode } from './lane-groups.js';
import { Allocator } from './layout.js';
import { MemoryHandle } from './memory-handle.js';
import { NameTable } from './name-table.js';
import { findSignal, namedCells, unknownName, type NamedCell, type NamedSignal } from './names.js';
import { Port, Settling, type InputHandle, type OutputHandle } from './ports.js';
import { powerUp } from './power-up.js';
import { locationOf } from './properties.js';
import { ClockSchedule, type ClockTiming } from './schedule.js';
import { decodeSnapshot, encodeSnapshot, identityOf } from './snapshot.js';

export interface SimulateOptions {
  /** Registers and memories of unspecified power-up value start at values drawn from this seed instead of 0. */
  readonly powerUpSeed?: number;
  /** Instances of one Design as loops of vector instructions, or one by one. Default: what is faster; values are the same. */
  readonly arrays?: ArrayMode;
  /**
   * When each clock of a design with several domains rises, by the name of its port: `{ clk: { period: 10 }, fast_clk:
   * { period: 4, phase: 1 } }`. Default: all rise in every step.
   */
  readonly clocks?: Readonly<Record<string, ClockTiming>>;
  /** Look at every named signal at every clock edge (`coverage()`): 16 to 47 times slower on designs A8, C and D of bench/designs. Default: no, which costs nothing. */
  readonly coverage?: boolean;
}

/** Several signals read together, after one pass over the logic that computes them. */
export interface Probe {
  readonly signals: readonly NamedSignal[];
  /** The current values, in the order of `signals`. */
  readonly read: () => bigint[];
}

interface Reader {
  readonly get: () => number;
  readonly getExact: () => bigint;
}

interface Exports {
  readonly settle: () => void;
  readonly step: (edges: number) => number;
  readonly bulk: (cycles: number) => number;
}

/**
 * Compiles `design` to WebAssembly and starts it at its power-up state.
 * Two-state. Reads of a memory beyond its depth give 0 and writes there are ignored.
 * @throws SimError no-model (an external cell without one), combinational-loop, too-large (over 4 GiB of state)
 */
export function simulate(design: Design, options: SimulateOptions = {}): Simulation {
  return new Simulation(compile(flatten(design), options.arrays), options);
}

export class Simulation {
  private readonly memory: LinearMemory;
  private readonly exports: Exports;
  private readonly imports: Record<string, unknown>;
  private readonly externals: ExternalCells;
  private readonly sampler: CoverageSampler | undefined;
  /** Linear memory up to here is what a snapshot holds. */
  private readonly stateBytes: number;
  private readonly inputs: NameTable<Port>;
  /** Everything `peek` has found so far, ports first. */
  private readonly readers: NameTable<Reader>;
  private readonly settling = new Settling(() => this.exports.settle());
  private readonly schedule: ClockSchedule | undefined;
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
    const ports = (slots: readonly PortSlot[]): readonly (readonly [string, Port])[] =>
      slots.map((slot) => [slot.name, new Port(slot, this.memory, this.settling)]);
    const inputs = ports(compiled.inputs);
    this.inputs = new NameTable(inputs);
    this.readers = new NameTable<Reader>([...inputs, ...ports(compiled.outputs)]);
    this.stateBytes = allocator.end;
    this.externals = externalCells(compiled.state, compiled.flat, this.memory);
    this.imports = { memory: this.memory.memory, ...this.externals.imports };
    const exported = instantiate(module, this.imports);
    this.exports = { settle: exported('settle'), step: exported('step'), bulk: exported('bulk') };
    powerUp(compiled, this.memory, options.powerUpSeed);
    this.schedule = options.clocks && new ClockSchedule(flat.clocks, options.clocks);
    this.setClocks(new Set(flat.clocks));
    this.sampler = options.coverage === true ? this.makeSampler() : undefined;
  }

  private makeSampler(): CoverageSampler {
    return new CoverageSampler(this.compiled, this.memory, (module) => {
      const probe = instantiate(module, this.imports)('probe');
      return () => void probe();
    });
  }

  /** Number of steps so far: of clock edges, with one clock. */
  get cycle(): number {
    return this.edges;
  }

  get design(): Design {
    return this.compiled.flat.design;
  }

  /** Sets an input port, or `rst`. Numbers are the fast way. @throws SimError unknown-name, out-of-range */
  poke(name: string, value: number | bigint): void {
    const port = this.inputs.find(name) ?? this.unknownInput(name);
    if (typeof value === 'number') port.set(value);
    else port.setExact(value);
  }

  /** The value of a port or of an internal register, wire or label (`instance.name`). @throws SimError unknown-name */
  peek(name: string): bigint {
    return (this.readers.find(name) ?? this.addReader(name)).getExact();
  }

  /** `peek` as a number, much faster. @throws SimError unknown-name, out-of-range when it has more than 53 bits */
  peekNumber(name: string): number {
    const value = (this.readers.find(name) ?? this.addReader(name)).get();
    return (value | 0) === value || Number.isSafeInteger(value) ? value : this.refuseNumber(name);
  }

  private refuseNumber(name: string): never {
    const exact = this.peek(name);
    throw new SimError('out-of-range', `${name} is ${exact}, which a number cannot hold: use peek()`);
  }

  /** A fast handle on an input port. @throws SimError unknown-name */
  input(name: string): InputHandle {
    return this.inputs.find(name) ?? this.unknownInput(name);
  }

  /** A fast handle on an output port. @throws SimError unknown-name */
  output(name: string): OutputHandle {
    const port = this.readers.find(name);
    if (port instanceof Port && this.inputs.find(name) === undefined) return port;
    throw unknownName(
      'output',
      name,
      this.compiled.outputs.map((known) => known.name),
    );
  }

  /** One step in which only these clocks rise, by the names of their ports. @throws SimError unknown-name, AssertionFailure */
  tick(...clocks: readonly string[]): void {
    const known = this.compiled.flat.clocks;
    const unknown = clocks.find((name) => !known.includes(name));
    if (unknown !== undefined) throw unknownName('clock', unknown, known);
    this.setClocks(new Set(clocks));
    try {
      this.advance(1);
    } finally {
      this.setClocks(new Set(known));
    }
  }

  private setClocks(rising: ReadonlySet<string>): void {
    for (const name of this.compiled.flat.clocks) this.poke(name, rising.has(name) ? 1 : 0);
  }

  /**
   * Clock edges. With several clocks, the next times at which one of them rises (`SimulateOptions.clocks`).
   * @throws AssertionFailure after the edge at which an assertion did not hold
   */
  step(edges = 1): void {
    checkEdges('step', edges);
    if (this.schedule === undefined) this.advance(edges);
    else for (let left = edges; left > 0; left--) this.tick(...this.schedule.next());
  }

  private advance(edges: number): void {
    this.settling.changed();
    for (let left = edges; left > 0;) {
      const batch = this.sampler === undefined ? Math.min(left, 0x40000000) : 1;
      this.sampler?.sample();
      this.edges += this.exports.step(batch);
      this.checkAssertions();
      left -= batch;
    }
  }

  /** Holds every reset at 1 until each clock rose `cycles` times. */
  reset(cycles = 1): void {
    const { resets } = this.compiled.flat;
    for (const name of resets) this.poke(name, 1);
    this.step(this.schedule?.stepsFor(cycles) ?? cycles);
    for (const name of resets) this.poke(name, 0);
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
    return new MemoryHandle(layout, this.memory, () => this.settling.changed());
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
   * theirs; one of several clocks rises where its column is 1), outputs are recorded, then one edge. Columns of up to 32 bits are Int32Array/Uint32Array, up to 64
   * BigInt64Array/BigUint64Array, above that arrays of bigint.
   * @throws SimError out-of-range, bad-stimulus (too short, out of range), AssertionFailure
   */
  run(cycles: number, stimulus: Stimulus = {}): Readonly<Record<string, Column>> {
    checkEdges('run', cycles);
    for (const name of Object.keys(stimulus))
      if (this.inputs.find(name) === undefined) this.unknownInput(name);
    const columns = { ...this.schedule?.columns(cycles), ...stimulus };
    const outputs = this.compiled.outputs.map(({ name, type }) => [name, emptyColumn(type, cycles)] as const);
    this.settling.changed();
    const batch = this.sampler === undefined ? BATCH : 1;
    for (let from = 0; from < cycles; from += batch) {
      const count = Math.min(batch, cycles - from);
      this.runBatch(from, count, columns, outputs);
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
    if (this.sampler !== undefined) this.sampleBefore(from, stimulus);
    const done = this.exports.bulk(count);
    this.compiled.outputs.forEach(({ type }, i) => {
      const column = outputs[i]?.[1];
      if (column !== undefined)
        columnOf(this.memory, columns[inputs.length + i] ?? 0, type, done, column, from);
    });
    this.edges += done;
    this.checkAssertions();
  }

  /** Samples one cycle of `run` with its inputs, which the compiled loop sets only later. */
  private sampleBefore(cycle: number, stimulus: Stimulus): void {
    for (const { name, slot } of this.compiled.inputs) {
      const value = stimulus[name]?.[cycle];
      if (value !== undefined) this.memory.write(slot, BigInt(value));
    }
    this.sampler?.sample();
  }

  /** What has been exercised since the start. @throws SimError bad-coverage without `simulate(design, { coverage: true })` */
  coverage(): Coverage {
    if (this.sampler !== undefined) return this.sampler.result();
    throw new SimError('bad-coverage', 'coverage is off: simulate(design, { coverage: true }) records it');
  }

  /**
   * Inputs, registers, memories, external cells, cycle count and coverage as bytes, for `restore`. The bytes fit this design,
   * compiled by this version. @throws SimError bad-snapshot when the state of an external model cannot be copied
   */
  save(): Uint8Array {
    return encodeSnapshot(identityOf(this.compiled), {
      cycle: this.edges,
      clocks: this.schedule?.save(),
      memory: new Uint8Array(this.memory.memory.buffer, 0, this.stateBytes),
      externals: this.externals.states(),
      coverage: this.sampler?.save(),
    });
  }

  /** Continues where `save` was called. @throws SimError bad-snapshot when the bytes are not of this design and version */
  restore(snapshot: Uint8Array): void {
    const { cycle, clocks, memory, externals, coverage } = decodeSnapshot(
      identityOf(this.compiled),
      snapshot,
    );
    if ((coverage === undefined) !== (this.sampler === undefined)) {
      const [has, lacks] = coverage === undefined ? ['simulation', 'snapshot'] : ['snapshot', 'simulation'];
      throw new SimError('bad-snapshot', `the ${has} records coverage and the ${lacks} does not`);
    }
    new Uint8Array(this.memory.memory.buffer).set(memory);
    this.externals.restore(externals);
    if (clocks !== undefined) this.schedule?.restore(clocks);
    if (coverage !== undefined) this.sampler?.restore(coverage);
    this.edges = cycle;
    this.settling.changed();
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

  /** A reader of an internal signal. @throws SimError unknown-name */
  private addReader(name: string): Reader {
    const cell = findSignal(this.compiled.flat, name);
    if (cell === undefined) {
      const known = namedCells(this.compiled.flat).map((signal) => signal.name);
      throw unknownName('signal', name, known);
    }
    const read = this.probeCells([cell]);
    const getExact = (): bigint => read()[0] ?? 0n;
    const reader = { get: () => Number(getExact()), getExact };
    this.readers.add(name, reader);
    return reader;
  }

  private unknownInput(name: string): never {
    throw unknownName('input', name, this.inputs.names);
  }
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

function checkEdges(method: string, edges: number): void {
  if (!Number.isInteger(edges) || edges < 0)
    throw new SimError(
      'out-of-range',
      `${method}(${edges}): the number of clock edges is a whole number from 0`,
    );
}
