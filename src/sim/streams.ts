/**
 * A closed-loop stream testbench: drives an input stream, collects an output stream, with gaps and stalls from a seed.
 * The same description runs in the compiled simulator, in Verilator and in Icarus, with equal cycle numbers.
 */

import type { Design } from '../hdl/index.js';
import { SimError } from './errors.js';
import { simulate, type Simulation } from './simulation.js';

/** Port names of one stream; a beat is transferred when valid and ready are 1 at a clock edge. */
export interface StreamPorts {
  readonly payload: readonly string[];
  readonly valid: string;
  readonly ready: string;
  readonly last?: string;
}

export interface StreamBench {
  readonly input: StreamPorts;
  readonly output: StreamPorts;
  /** Values per payload port of the input, one per beat. */
  readonly values: readonly (ArrayLike<number> | ArrayLike<bigint>)[];
  /** Beats that end a packet; default: none does. */
  readonly isLast?: (beat: number) => boolean;
  /** The run ends when this many output beats were collected ... */
  readonly outputBeats: number;
  /** ... and this many cycles more were run, in which no output should follow; default 0. */
  readonly extraCycles?: number;
  /** Greatest number of cycles after the reset; the result then has fewer beats. Default 10 million. */
  readonly maxCycles?: number;
  /** Cycles with `rst` 1 at the start; default 2. */
  readonly resetCycles?: number;
  /** Other inputs and the values they keep; inputs not named are 0. */
  readonly constants?: Readonly<Record<string, number>>;
  /** Probability that the source pauses before it offers a beat, per cycle: 0 (default) to below 1. */
  readonly gaps?: number;
  /** Probability that the sink is not ready, per cycle: 0 (default) to below 1. */
  readonly stalls?: number;
  readonly seed?: number;
}

export interface OutputBeat {
  /** Cycle of the transfer, counted from the end of the reset. */
  readonly cycle: number;
  readonly last: boolean;
  /** One per payload port. */
  readonly values: readonly bigint[];
}

export interface StreamResult {
  /** Cycles run after the reset. */
  readonly cycles: number;
  /** Cycle in which each input beat was taken. */
  readonly inputCycles: readonly number[];
  readonly beats: readonly OutputBeat[];
}

/** What both kinds of runner need, checked once. */
export interface PreparedBench {
  readonly bench: StreamBench;
  readonly beatCount: number;
  /** Thresholds for one random byte: 0 never, 255 almost always. */
  readonly gapThreshold: number;
  readonly stallThreshold: number;
  readonly seed: number;
  readonly resetCycles: number;
  readonly maxCycles: number;
  readonly extraCycles: number;
}

/** @throws SimError bad-stimulus */
export function prepareBench(bench: StreamBench): PreparedBench {
  const [first] = bench.values;
  if (bench.values.length !== bench.input.payload.length || first === undefined) {
    throw new SimError(
      'bad-stimulus',
      `the input stream has ${bench.input.payload.length} payload ports and ${bench.values.length} lists of values`,
    );
  }
  const threshold = (name: string, probability = 0): number => {
    if (!(probability >= 0 && probability < 1)) {
      throw new SimError('bad-stimulus', `${name} is ${probability}: it is a probability from 0 to below 1`);
    }
    return Math.min(255, Math.round(probability * 256));
  };
  return {
    bench,
    beatCount: first.length,
    gapThreshold: threshold('gaps', bench.gaps),
    stallThreshold: threshold('stalls', bench.stalls),
    seed: (bench.seed ?? 1) >>> 0,
    resetCycles: bench.resetCycles ?? 2,
    maxCycles: bench.maxCycles ?? 10_000_000,
    extraCycles: bench.extraCycles ?? 0,
  };
}

/** xorshift32, as in `testbenches/`. */
export function xorShift(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

export const GAP_SEED = 0x9e3779b9;
export const STALL_SEED = 0x7f4a7c15;

/**
 * Runs a stream bench in the compiled simulator, on a new simulation of a Design or on a running one (which is reset).
 * @throws SimError unknown-name, bad-stimulus, AssertionFailure
 */
export function runStreams(target: Design | Simulation, bench: StreamBench): StreamResult {
  const prepared = prepareBench(bench);
  const sim = 'kind' in target ? simulate(target) : target;
  const source = new Source(sim, prepared);
  const sink = new Sink(sim, bench.output);
  for (const [name, value] of Object.entries(bench.constants ?? {})) sim.poke(name, value);
  source.offer(false);
  sink.ready(false);
  if (prepared.resetCycles > 0) sim.reset(prepared.resetCycles);

  const gap = xorShift(prepared.seed ^ GAP_SEED);
  const stall = xorShift(prepared.seed ^ STALL_SEED);
  let cycle = 0;
  let extra = 0;
  for (; cycle < prepared.maxCycles && extra <= prepared.extraCycles; cycle++) {
    source.begin((gap() & 0xff) < prepared.gapThreshold);
    const stalled = (stall() & 0xff) < prepared.stallThreshold;
    sink.ready(!stalled);
    source.finish(cycle);
    if (!stalled) sink.collect(cycle);
    sim.step();
    if (sink.beats.length >= bench.outputBeats) extra++;
  }
  return { cycles: cycle, inputCycles: source.taken, beats: sink.beats };
}

class Source {
  readonly taken: number[] = [];
  private offered = false;
  private readonly valid;
  private readonly ready;
  private readonly setLast: (beat: number) => void;
  private readonly setPayload: readonly ((beat: number) => void)[];

  constructor(
    sim: Simulation,
    private readonly prepared: PreparedBench,
  ) {
    const { bench } = prepared;
    const { input, isLast = () => false } = bench;
    this.valid = sim.input(input.valid);
    this.ready = sim.output(input.ready);
    const last = input.last === undefined ? undefined : sim.input(input.last);
    this.setLast = (beat) => last?.set(isLast(beat) ? 1 : 0);
    this.setPayload = input.payload.map((name, i) => payloadSetter(sim, name, bench.values[i] ?? []));
  }

  offer(offered: boolean): void {
    this.valid.set(offered ? 1 : 0);
  }

  /** Offers the next beat, unless one is offered already or a gap is drawn. */
  begin(gap: boolean): void {
    const beat = this.taken.length;
    if (!this.offered && beat < this.prepared.beatCount && !gap) {
      this.offered = true;
      this.setLast(beat);
      for (const set of this.setPayload) set(beat);
    }
    this.offer(this.offered);
  }

  /** Notes a transfer. */
  finish(cycle: number): void {
    if (!this.offered || this.ready.get() === 0) return;
    this.taken.push(cycle);
    this.offered = false;
  }
}

function payloadSetter(
  sim: Simulation,
  name: string,
  values: ArrayLike<number> | ArrayLike<bigint>,
): (beat: number) => void {
  const port = sim.input(name);
  return (beat) => {
    const value = values[beat];
    if (value === undefined) throw new SimError('bad-stimulus', `the values of ${name} end at beat ${beat}`);
    if (typeof value === 'number') port.set(value);
    else sim.poke(name, value);
  };
}

class Sink {
  readonly beats: OutputBeat[] = [];
  private readonly valid;
  private readonly readyPort;
  private readonly last;
  private readonly read: readonly (() => bigint)[];

  constructor(sim: Simulation, { payload, valid, ready, last }: StreamPorts) {
    this.valid = sim.output(valid);
    this.readyPort = sim.input(ready);
    this.last = last === undefined ? undefined : sim.output(last);
    this.read = payload.map((name) => {
      const port = sim.output(name);
      return port.type.width <= 32 ? () => BigInt(port.get()) : () => sim.peek(name);
    });
  }

  ready(ready: boolean): void {
    this.readyPort.set(ready ? 1 : 0);
  }

  collect(cycle: number): void {
    if (this.valid.get() === 0) return;
    this.beats.push({ cycle, last: this.last?.get() === 1, values: this.read.map((get) => get()) });
  }
}

/** Where two runs of one bench differ first; undefined when every beat and cycle number is equal. */
export function firstDifference(expected: StreamResult, got: StreamResult): string | undefined {
  const count = Math.max(expected.beats.length, got.beats.length);
  for (let i = 0; i < count; i++) {
    const [a, b] = [expected.beats[i], got.beats[i]];
    const text = (beat: OutputBeat | undefined): string =>
      beat === undefined
        ? 'no beat'
        : `${beat.values.join(', ')}${beat.last ? ' (last)' : ''} in cycle ${beat.cycle}`;
    if (text(a) !== text(b)) return `output beat ${i}: expected ${text(a)}, got ${text(b)}`;
  }
  const inputs = Math.max(expected.inputCycles.length, got.inputCycles.length);
  for (let i = 0; i < inputs; i++) {
    const [a, b] = [expected.inputCycles[i], got.inputCycles[i]];
    if (a !== b) return `input beat ${i}: expected to be taken in cycle ${a ?? 'none'}, got ${b ?? 'none'}`;
  }
  return expected.cycles === got.cycles ? undefined : `expected ${expected.cycles} cycles, got ${got.cycles}`;
}
