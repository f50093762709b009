/** What dispatching cost in a sweep that ran, from the logs of its workers. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

export interface Dispatch {
  readonly jobs: number;
  /** In stages, and in the workers' time between their second job's begin and their last one's end. */
  readonly stageSeconds: number;
  readonly workerSeconds: number;
  /** Of the workers' time, that in no stage: claiming, storing, waiting for jobs. 0 .. 1 */
  readonly share: number;
}

const entry = z.object({ at: z.iso.datetime(), event: z.string(), seconds: z.number().optional() });

interface Run {
  readonly begin: number;
  readonly end: number;
  /** In the stage itself; of one that failed, all of its time. */
  readonly seconds: number;
}

/** Jobs of one worker that ended, done or failed; of one that was killed with its worker nobody knows when. */
const runsIn = (log: string): readonly Run[] => {
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  const entries = lines.flatMap((line) => entry.safeParse(JSON.parse(line)).data ?? []);
  return entries.flatMap(({ at, event }, index) => {
    const ending = entries[index + 1];
    if (event !== 'begin' || ending === undefined || ending.event === 'begin') return [];
    const [begin, end] = [Date.parse(at) / 1000, Date.parse(ending.at) / 1000];
    return [{ begin, end, seconds: ending.seconds ?? end - begin }];
  });
};

/** The first job of every worker is left out: it waits for the process that runs stages. */
export const dispatchOf = (folder: string): Dispatch => {
  const logs = join(folder, 'log');
  const workers = readdirSync(logs)
    .filter((name) => name.includes('-worker-'))
    .map((name) => runsIn(join(logs, name)).slice(1));
  const stageSeconds = workers.flat().reduce((sum, { seconds }) => sum + seconds, 0);
  const workerSeconds = workers.reduce(
    (sum, runs) => sum + (runs.at(-1)?.end ?? 0) - (runs[0]?.begin ?? 0),
    0,
  );
  const share = (workerSeconds - stageSeconds) / workerSeconds;
  return { jobs: workers.flat().length, stageSeconds, workerSeconds, share };
};
