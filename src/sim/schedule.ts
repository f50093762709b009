/** Which clocks of a design with several domains rise in which step. */
import { SimError } from './errors.js';

/** A clock that rises at the times phase, phase + period, phase + 2 * period, … */
export interface ClockTiming {
  /** A whole number of time units, at least 1; only ratios matter. */
  readonly period: number;
  /** Whole, from 0; default 0. */
  readonly phase?: number;
}

/** Times of clock edges. A step is one time at which at least one clock rises. */
export class ClockSchedule {
  private readonly clocks: readonly { readonly name: string; readonly period: number; next: number }[];

  /** @throws SimError unknown-name (no timing for a clock, or one for no clock), out-of-range */
  constructor(names: readonly string[], timings: Readonly<Record<string, ClockTiming>>) {
    const [missing] = names.filter((name) => timings[name] === undefined);
    const [unknown] = Object.keys(timings).filter((name) => !names.includes(name));
    if (missing !== undefined || unknown !== undefined) {
      const problem = missing === undefined ? `${unknown ?? ''} is no clock` : `${missing} has no timing`;
      throw new SimError(
        'unknown-name',
        `clocks: ${problem}; the clocks are ${names.join(', ') || 'none, because a single clock rises in every step'}`,
      );
    }
    this.clocks = Object.entries(timings).map(([name, { period, phase = 0 }]) => {
      if (!Number.isSafeInteger(period) || period < 1 || !Number.isSafeInteger(phase) || phase < 0)
        throw new SimError('out-of-range', `clock ${name} has period ${period} and phase ${phase}`);
      return { name, period, next: phase };
    });
  }

  /** The clocks that rise next, together. */
  next(): ReadonlySet<string> {
    const time = Math.min(...this.clocks.map(({ next }) => next));
    const due = this.clocks.filter(({ next }) => next === time);
    for (const clock of due) clock.next += clock.period;
    return new Set(due.map(({ name }) => name));
  }

  /** When each clock rises next, for snapshots. */
  save(): readonly number[] {
    return this.clocks.map(({ next }) => next);
  }

  restore(times: readonly number[]): void {
    this.clocks.forEach((clock, i) => (clock.next = times[i] ?? clock.next));
  }

  /** Steps from now on in which every clock rises at least `edges` times. */
  stepsFor(edges: number): number {
    const end = Math.max(...this.clocks.map(({ next, period }) => next + period * (edges - 1)));
    const times = new Set<number>();
    for (const { next, period } of this.clocks)
      for (let time = next; time <= end; time += period) times.add(time);
    return times.size;
  }

  /** Stimulus columns of the clocks for the next steps. */
  columns(steps: number): Readonly<Record<string, Uint8Array>> {
    const columns = new Map(this.clocks.map(({ name }) => [name, new Uint8Array(steps)]));
    for (let step = 0; step < steps; step++) {
      for (const name of this.next()) columns.get(name)?.fill(1, step, step + 1);
    }
    return Object.fromEntries(columns);
  }
}
