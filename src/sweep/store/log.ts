/** What happened when and where: lines of JSON beside the results, one file per process, never read for a result. */

import { appendFileSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolder, namesIn, writing } from './files.js';

const entrySchema = z.looseObject({
  event: z.string(),
  stage: z.string().optional(),
  seconds: z.number().optional(),
});
export type LogEntry = z.output<typeof entrySchema>;

export type Log = (entry: LogEntry) => void;

/** A log of this process. @throws SweepError FOLDER_NOT_WRITABLE */
export const openLog = (folder: string, name: string): Log => {
  const logs = join(folder, 'log');
  makeFolder(logs);
  const path = join(logs, `${hostname()}-${name}-${process.pid}.jsonl`);
  return (entry) =>
    writing(logs, () =>
      appendFileSync(
        path,
        `${JSON.stringify({ at: new Date().toISOString(), host: hostname(), pid: process.pid, ...entry })}\n`,
      ),
    );
};

/** Seconds that finished jobs took, by stage. A line that a killed process left half written is passed over. */
export const measuredSeconds = (folder: string): ReadonlyMap<string, readonly number[]> => {
  const seconds = new Map<string, number[]>();
  for (const name of namesIn(join(folder, 'log')).filter((file) => file.endsWith('.jsonl')))
    for (const line of readFileSync(join(folder, 'log', name), 'utf8').split('\n')) {
      const entry = entryOf(line);
      if (entry?.event !== 'done' || entry.stage === undefined || entry.seconds === undefined) continue;
      const list = seconds.get(entry.stage) ?? [];
      list.push(entry.seconds);
      seconds.set(entry.stage, list);
    }
  return seconds;
};

const entryOf = (line: string): LogEntry | undefined => {
  try {
    return entrySchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
};
