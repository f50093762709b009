/**
 * Keeps a queue full until every point of a sweep is answered. It holds a window of points, never all of them, and nothing
 * that is not in the folder too: killed and started again, it goes on.
 */

import { setImmediate as breathe, setTimeout as wait } from 'node:timers/promises';
import { SweepError } from '../errors.js';
import type { Launcher } from '../launch/launcher.js';
import type { Job, JobState, Queue } from '../queue/queue.js';
import type { Point } from '../spec/points.js';
import type { Resolver } from '../stages/resolve.js';

export interface CoordinateOptions {
  readonly points: Iterable<Point>;
  readonly pointCount: number;
  readonly resolve: Resolver;
  readonly queue: Queue;
  readonly launcher: Launcher;
  /** `done` of all points are answered: finished, infeasible or given up. */
  readonly progress?: (done: number, total: number) => void;
  /** Aborted: no more jobs; those at hand are finished. */
  readonly signal: AbortSignal;
  /** Points looked at together; default 500. */
  readonly window?: number;
}

export interface Coordinated {
  /** Jobs that were missing when the sweep began or came up. */
  readonly jobs: number;
  readonly points: number;
}

const pollMs = 100;
/** Points resolved between two looks at Ctrl-C. */
const lookedAtOnce = 200;
/** A job that is gone from the queue so often, and has no result, will never have one. */
const enqueuedAtMost = 30;

/**
 * Returns when no point has anything left to do.
 * @throws SweepError INTERRUPTED, WORKERS_FAILED, NOT_DETERMINISTIC; the failure of a job that stops everything
 */
export const coordinate = async (options: CoordinateOptions): Promise<Coordinated> => {
  const { launcher, queue, signal, window = 500, progress, pointCount } = options;
  const board = new Board(options);
  const supply = new Supply(options.points);
  let started = false;
  try {
    for (;;) {
      const states = await queue.states();
      board.update(states);
      // Answered points pass through; the queue is asked once for a window of the others.
      while (!supply.exhausted && board.active < window) {
        supply.give(board, window);
        progress?.(board.answered, pointCount);
        await breathe();
        signal.throwIfAborted();
      }
      await board.enqueue();
      await stopIfAsked(queue, states, board);
      progress?.(board.answered, pointCount);
      if (supply.exhausted && board.active === 0) return { jobs: board.finished, points: supply.taken };
      signal.throwIfAborted();
      if (!started) await launcher.start();
      started = true;
      await launcher.check(board.finished);
      await wait(pollMs, undefined, { signal }).catch(() => undefined);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new SweepError(
      'INTERRUPTED',
      'interrupted; what is finished is kept, start the sweep again to go on',
    );
  } finally {
    if (started) await launcher.drain();
  }
};

/** A failure after which nothing can be trusted, or nothing can go on. */
const stopIfAsked = async (
  queue: Queue,
  states: ReadonlyMap<string, JobState>,
  board: Board,
): Promise<void> => {
  if (!board.sawQuarantine([...states.values()].filter((state) => state === 'quarantined').length)) return;
  const stopping = (await queue.quarantined()).find(({ failure }) => failure.stops);
  if (stopping !== undefined) throw new StageStopped(stopping.failure);
};

/** A stage's failure that ends the sweep, with the exit code of its cause. */
export class StageStopped extends Error {
  override readonly name = 'StageStopped';
  readonly code: string;
  readonly exitCode: number;
  constructor({ code, message }: { readonly code: string; readonly message: string }) {
    super(message);
    this.code = code;
    this.exitCode =
      code === 'NOT_DETERMINISTIC' ? 1 : code === 'TOOL_MISSING' || code === 'OTHER_TOOLS' ? 3 : 2;
  }
}

/** The points that nobody has looked at yet. */
class Supply {
  private readonly source: Iterator<Point>;
  exhausted = false;
  taken = 0;

  constructor(points: Iterable<Point>) {
    this.source = points[Symbol.iterator]();
  }

  /** Gives the board some more, until it is full. */
  give(board: Board, window: number): void {
    for (let looked = 0; looked < lookedAtOnce && board.active < window; looked++) {
      const next = this.source.next();
      if (next.done === true) {
        this.exhausted = true;
        return;
      }
      board.add(next.value);
      this.taken++;
    }
  }
}

/** Points at work, and the jobs that they wait for. */
class Board {
  /** Points that wait, by the job they wait for. */
  private readonly waiting = new Map<string, Set<Point>>();
  private readonly blockers = new Map<Point, Set<string>>();
  /** Jobs that left the queue without a result, and how often. */
  private readonly again = new Map<string, number>();
  private gone: ReadonlySet<string> = new Set();
  private readonly ready = new Map<string, Job>();
  private states: ReadonlyMap<string, JobState> = new Map();
  private quarantines = 0;
  answered = 0;
  /** Jobs that have left the queue. */
  finished = 0;

  constructor(private readonly options: CoordinateOptions) {}

  get active(): number {
    return this.blockers.size;
  }

  /** True when there are more quarantined jobs than the last time. */
  sawQuarantine(count: number): boolean {
    const more = count > this.quarantines;
    this.quarantines = count;
    return more;
  }

  /** What the queue has forgotten is finished, or lost: the points that waited for it are looked at again. */
  update(states: ReadonlyMap<string, JobState>): void {
    this.states = states;
    const moved = new Set<Point>();
    const gone = new Set<string>();
    for (const [id, points] of this.waiting) {
      const state = states.get(id);
      if (state === 'waiting' || state === 'running') continue;
      this.finished++;
      gone.add(id);
      this.waiting.delete(id);
      for (const point of points) moved.add(point);
    }
    this.gone = gone;
    for (const point of moved) this.add(point, true);
  }

  add(point: Point, fresh = false): void {
    this.drop(point);
    const missing = this.options.resolve(point, fresh).missing;
    // Jobs that were given up have their points fail; what else they need is done nevertheless.
    const possible = missing.filter(({ id }) => this.states.get(id) !== 'quarantined');
    if (possible.length === 0) {
      this.answered++;
      return;
    }
    this.blockers.set(point, new Set(possible.map(({ id }) => id)));
    for (const job of possible) {
      const points = this.waiting.get(job.id) ?? new Set();
      points.add(point);
      this.waiting.set(job.id, points);
      if (!this.states.has(job.id)) this.ready.set(job.id, job);
    }
  }

  async enqueue(): Promise<void> {
    if (this.ready.size === 0) return;
    for (const id of this.ready.keys()) {
      if (!this.gone.has(id)) continue;
      const times = (this.again.get(id) ?? 0) + 1;
      this.again.set(id, times);
      if (times > enqueuedAtMost)
        throw new SweepError(
          'WORKERS_FAILED',
          `${id} was taken ${times} times and never gave a result; see FOLDER/log`,
        );
    }
    await this.options.queue.enqueue([...this.ready.values()]);
    this.ready.clear();
  }

  private drop(point: Point): void {
    for (const id of this.blockers.get(point) ?? []) {
      const points = this.waiting.get(id);
      points?.delete(point);
      if (points?.size === 0) this.waiting.delete(id);
    }
    this.blockers.delete(point);
  }
}
