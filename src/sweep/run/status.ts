/** `nomul sweep status`: how far a sweep is. */

import { resolve as resolvePath } from 'node:path';
import type { QueueCounts } from '../queue/queue.js';
import { openQueue } from '../queue/open.js';
import { loadSweep } from '../spec/load.js';
import type { Sweep } from '../spec/sweep.js';
import { flowStages } from '../stages/registry.js';
import { makeResolver } from '../stages/resolve.js';
import { refuseConflicts } from '../store/conflicts.js';
import { openStore } from '../store/store.js';
import { earlierReport } from './earlier-report.js';
import type { StatusOptions } from './options.js';
import { byId, draftReport, reportName, type SweepSummary } from './report.js';
import type { SweepMeans } from './run.js';
import { storedTools } from './tools-file.js';

export interface StatusOutcome extends SweepSummary {
  readonly queue: QueueCounts;
  /** Why sweep.json was left as it was; null: it is new. */
  readonly kept: string | null;
}

/**
 * How far a sweep is, by the tools that its folder was made with. Writes sweep.json of what is finished, unless that would
 * take points away. @throws SweepError NO_SWEEP, NOT_DETERMINISTIC, those of the sweep file and of the queue
 */
export const status = async (
  { file, out, pointsLimit, queue: address }: StatusOptions,
  means: Pick<SweepMeans, 'queue' | 'registry'> = {},
): Promise<StatusOutcome> => {
  const sweep = await loadSweep(file, { pointsLimit });
  const folder = resolvePath(out);
  const tools = storedTools(folder);
  refuseConflicts(folder);
  const store = openStore(folder, { keepsCorrupt: true });
  const queue = means.queue ?? (await openQueue(folder, address));
  try {
    const resolve = makeResolver(means.registry ?? flowStages(tools), store);
    const givenUp = byId([...(await queue.quarantined()), ...store.failures.all()]);
    const { summary, publish, discard } = await draftReport({ sweep, store, resolve, tools, givenUp });
    const kept = await whyKept(folder, sweep, summary);
    if (kept === null) publish();
    else discard();
    refuseConflicts(folder);
    return { ...summary, queue: await queue.counts(), kept };
  } finally {
    await queue.close();
  }
};

const whyKept = async (
  folder: string,
  { hash }: Sweep,
  { points, unfinished }: SweepSummary,
): Promise<string | null> => {
  const earlier = await earlierReport(folder);
  if (earlier === undefined) return null;
  if (earlier.sweepHash !== hash)
    return `${reportName} is of another sweep, or of another version of the file, and was left as it is; a run replaces it`;
  const finished = points - unfinished;
  if (earlier.points > finished)
    return `${reportName} tells of ${earlier.points} points, of which ${finished} are finished now, and was left as it is; a run makes what is missing again`;
  return null;
};
