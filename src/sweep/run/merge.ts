/** `nomul sweep merge`: the results of shards in one folder. */

import { resolve as resolvePath } from 'node:path';
import { loadSweep } from '../spec/load.js';
import { flowStages } from '../stages/registry.js';
import { makeResolver } from '../stages/resolve.js';
import { refuseConflicts } from '../store/conflicts.js';
import { makeFolder } from '../store/files.js';
import { mergeFolder } from '../store/merge.js';
import { openStore } from '../store/store.js';
import type { MergeOptions } from './options.js';
import { byId, draftReport, type SweepSummary } from './report.js';
import type { SweepMeans } from './run.js';
import { commonTools, writeTools } from './tools-file.js';

export interface MergeOutcome extends SweepSummary {
  readonly out: string;
  readonly results: number;
  /** Files that were left out. */
  readonly corrupt: readonly string[];
}

/**
 * Puts the results of shards together and writes sweep.json. Points of a shard that is missing are unfinished, those of jobs
 * that a shard gave up failed. @throws SweepError NOT_DETERMINISTIC, NO_SWEEP, BAD_SWEEP_FILE, FOLDER_NOT_WRITABLE
 */
export const merge = async (
  { file, out, folders, pointsLimit }: MergeOptions,
  { registry }: Pick<SweepMeans, 'registry'> = {},
): Promise<MergeOutcome> => {
  const sweep = await loadSweep(file, { pointsLimit });
  const folder = resolvePath(out);
  const shards = folders.map((each) => resolvePath(each));
  const tools = commonTools(shards);
  const check = (): void => [...shards, folder].forEach(refuseConflicts);
  check();
  makeFolder(folder);
  const merged = shards.map((each) => mergeFolder(each, folder));
  check();
  writeTools(folder, tools);
  const store = openStore(folder);
  const resolve = makeResolver(registry ?? flowStages(tools), store);
  const givenUp = byId(store.failures.all());
  const { summary, lost, publish } = await draftReport({ sweep, store, resolve, tools, givenUp });
  publish();
  const corrupt = [...merged.flatMap((each) => each.corrupt), ...lost.map(({ path }) => path)];
  return { ...summary, out, results: merged.reduce((sum, each) => sum + each.results, 0), corrupt };
};
