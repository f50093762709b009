/**
 * Keeps a queue full until every point of a sweep is answered. It holds a window of points, never all of them, and nothing
 * that is not in the folder too: killed and started again, it goes on.
 */

import { setImmediate as breathe, setTimeout as wait } from 'node:timers/promises';
import { SweepError } from '../errors.js';
import type { Launcher } from '../launch/launcher.js';
import type { Job, JobState, Quarantined, Queue } from '../queue/queue.js';
import type { Point } from '../spec/points.js';
import type { Resolver } from '../stages/resolve.js';
import { isSpent } from '../worker/limits.js';

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
  /** Jobs that this sweep gave up before, by id: they are not tried again. */
  readonly givenUp?: ReadonlyMap<string, Quarantined>;
  /** Jobs that an earlier sweep gave up, by id: those that lacked time or memory are tried again only with more. */
  readonly before?: ReadonlyMap<string, Quarantined>;
  /** Called once for every job that is given up. */
  readonly onGivenUp?: (entry: Quarantined) => void;
  /** Called at every look. @throws what is to end the sweep */
  readonly check?: () => void;
}

export interface Coordinated {
  /** Jobs that were missing when the sweep began or came up. */
  readonly jobs: number;
  readonly points: number;
  /** Jobs that were given up, by id; a queue may have forgotten them. */
  readonly givenUp: ReadonlyMap<string, Quarantined>;
}

const pollMs = 100;
/** Points resolved between two looks at Ctrl-C. */
const lookedAtOnce = 200;
/** A job that is gone from the queue so often, and has no result, will never have one. */
const enqueuedAtMost = 30;

/**
 * Returns when no point has anything left to do.
 * @throws SweepError INTERRUPTED, WORKERS_FAILED, NOT_DETERMINISTIC; StageStopped
 */
export const coordinate = async (options: CoordinateOptions): Promise<Coordinated> => {
  const { signal } = options;
  const board = new Board(options);
  const launcher = whenNeeded(options.launcher);
  try {
    return await answerAll(board, { ...options, launcher });
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
  } finally {
    await launcher.drain();
  }
  // What was at work when Ctrl-C came has ended: perhaps for a reason that is worse.
  await look(board, options);
  throw new SweepError(
    'INTERRUPTED',
    'interrupted; what is finished is kept, start the sweep again to go on',
  );
};

/** Starts workers once, and ends those that were started. */
const whenNeeded = (launcher: Launcher): Launcher => {
  let started = false;
  return {
    start: async () => {
      if (!started) await launcher.start();
      started = true;
    },
    check: (finished) => launcher.check(finished),
    drain: async () => {
      if (started) await launcher.drain();
    },
  };
};

const answerAll = async (board: Board, options: CoordinateOptions): Promise<Coordinated> => {
  const { launcher, queue, signal, window = 500, progress, pointCount } = options;
  const supply = new Supply(options.points);
  for (;;) {
    await queue.attend(board.wanted);
    await look(board, options);
    // Answered points pass through; the queue is asked once for a window of the others.
    while (!supply.exhausted && board.active < window) {
      supply.give(board, window);
      progress?.(board.answered, pointCount);
      await queue.attend(board.wanted);
      await breathe();
      signal.throwIfAborted();
    }
    await board.enqueue();
    progress?.(board.answered, pointCount);
    if (supply.exhausted && board.active === 0)
      return { jobs: board.finished, points: supply.taken, givenUp: board.givenUp };
    signal.throwIfAborted();
    await launcher.start();
    await launcher.check(board.finished);
    await wait(pollMs, undefined, { signal }).catch(() => undefined);
  }
};

/** What has happened to our jobs. @throws StageStopped for a failure after which nothing can be trusted, or nothing can go on */
const look = async (board: Board, { queue, check }: CoordinateOptions): Promise<void> => {
  check?.();
  const states = await queue.states();
  if (board.hasNewFailures(states)) board.learn(await queue.quarantined());
  board.update(states);
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
  /** Jobs that we have put into the queue and that have not left it. */
  private readonly asked = new Set<string>();
  /** Jobs that left the queue without a result, and how often. */
  private readonly again = new Map<string, number>();
  private readonly failures: Map<string, Quarantined>;
  private gone: ReadonlySet<string> = new Set();
  private readonly ready = new Map<string, Job>();
  private states: ReadonlyMap<string, JobState> = new Map();
  answered = 0;
  /** Jobs that have left the queue. */
  finished = 0;

  constructor(private readonly options: CoordinateOptions) {
    this.failures = new Map(options.givenUp);
  }

  get active(): number {
    return this.blockers.size;
  }

  /** Jobs that points wait for. */
  get wanted(): Pick<ReadonlySet<string>, 'has'> {
    return this.waiting;
  }

  get givenUp(): ReadonlyMap<string, Quarantined> {
    return this.failures;
  }

  hasNewFailures(states: ReadonlyMap<string, JobState>): boolean {
    return [...this.waiting.keys()].some((id) => states.get(id) === 'quarantined' && !this.failures.has(id));
  }

  /**
   * Remembers the jobs that were given up, whatever the queue forgets or another sweep forgives. Those that nobody here
   * waits for, of another sweep or an earlier file, are not ours. @throws StageStopped
   */
  learn(entries: readonly Quarantined[]): void {
    const ours = entries.filter(({ id }) => this.waiting.has(id) && !this.failures.has(id));
    for (const entry of ours) {
      this.failures.set(entry.id, entry);
      this.options.onGivenUp?.(entry);
    }
    const stopping = ours.find(({ failure }) => failure.stops);
    if (stopping !== undefined) throw new StageStopped(stopping.failure);
  }

  /** What the queue does not know is finished, or lost: the points that waited for it are looked at again. */
  update(states: ReadonlyMap<string, JobState>): void {
    this.states = states;
    for (const id of this.asked) if (!states.has(id)) this.asked.delete(id);
    const moved = new Set<Point>();
    const gone = new Set<string>();
    for (const [id, points] of this.waiting) {
      if (states.has(id) && !this.failures.has(id)) continue;
      this.finished++;
      gone.add(id);
      this.waiting.delete(id);
      for (const point of points) moved.add(point);
    }
    this.gone = gone;
    for (const point of moved) this.add(point, true);
  }

  /** What an earlier sweep gave up with as much time and memory is given up. */
  private recall(job: Job): void {
    const entry = this.options.before?.get(job.id);
    if (entry === undefined || this.failures.has(job.id) || !isSpent(job, entry)) return;
    this.failures.set(job.id, entry);
    this.options.onGivenUp?.(entry);
  }

  add(point: Point, fresh = false): void {
    this.drop(point);
    const missing = this.options.resolve(point, fresh).missing;
    for (const job of missing) this.recall(job);
    // Jobs that were given up have their points fail; what else they need is done nevertheless.
    const possible = missing.filter(({ id }) => !this.failures.has(id));
    if (possible.length === 0) {
      this.answered++;
      return;
    }
    this.blockers.set(point, new Set(possible.map(({ id }) => id)));
    for (const job of possible) {
      const points = this.waiting.get(job.id) ?? new Set();
      points.add(point);
      this.waiting.set(job.id, points);
      if (!this.asked.has(job.id) && isOpen(this.states.get(job.id))) this.ready.set(job.id, job);
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
    for (const id of this.ready.keys()) this.asked.add(id);
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

/** A job that waits already may be of an earlier run, with other limits and paths: it is asked for again. */
const isOpen = (state: JobState | undefined): boolean => state === undefined || state === 'waiting';
