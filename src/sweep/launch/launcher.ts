/** Who starts workers, and where. */

export interface Launcher {
  /** Starts the workers. */
  start(): Promise<void>;
  /** Called again and again while the sweep runs; `finished` jobs so far. @throws SweepError WORKERS_FAILED */
  check(finished: number): Promise<void>;
  /** Has every worker finish the job at hand, and waits for them. */
  drain(): Promise<void>;
}

/** Workers that somebody else starts: `nomul sweep worker`, by hand or by a scheduler. */
export const noLauncher: Launcher = {
  start: () => Promise.resolve(),
  check: () => Promise.resolve(),
  drain: () => Promise.resolve(),
};
