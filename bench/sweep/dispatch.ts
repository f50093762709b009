/** What dispatching cost in a sweep that ran, from the logs of its workers. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

export interface Dispatch {
  readonly jobs: number;
  /** In stages, and in a worker's time between its second job's begin and its last one's end. */
  readonly stageSeconds: number;
  readonly workerSeconds: number;
  /** Of the workers' time, that in no stage: claiming, storing, waiting for jobs. 0 .. 1 */
  readonly share: number;
}

const entry = z.object({ at: z.iso.datetime(), event: z.string(), seconds: z.number().optional() });

/** The first job of every worker is left out: it waits for the process that runs stages. */
export const dispatchOf = (folder: string): Dispatch => {
  let [jobs, stageSeconds, workerSeconds] = [0, 0, 0];
  const logs = join(folder, 'log');
  for (const name of readdirSync(logs).filter((file) => file.includes('-worker-'))) {
    const lines = readFileSync(join(logs, name), 'utf8').trim().split('\n');
    const entries = lines.flatMap((line) => entry.safeParse(JSON.parse(line)).data ?? []);
    const begins = entries.filter(({ event }) => event === 'begin');
    const ends = entries.filter(({ event }) => event === 'done');
    const [first, last] = [begins[1], ends.at(-1)];
    if (first === undefined || last === undefined) continue;
    jobs += ends.length - 1;
    stageSeconds += ends.slice(1).reduce((sum, { seconds = 0 }) => sum + seconds, 0);
    workerSeconds += (Date.parse(last.at) - Date.parse(first.at)) / 1000;
  }
  return { jobs, stageSeconds, workerSeconds, share: (workerSeconds - stageSeconds) / workerSeconds };
};
