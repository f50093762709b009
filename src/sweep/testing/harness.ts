/** Runs synthetic sweeps in temporary folders, serially or with worker processes. */

import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { localLauncher } from '../launch/local.js';
import type { Launcher } from '../launch/launcher.js';
import { leaseDirectory } from '../queue/lease-directory.js';
import { runLoaded, type SweepHooks, type SweepOutcome } from '../run/run.js';
import type { Sweep } from '../spec/sweep.js';
import { makeResolver } from '../stages/resolve.js';
import { openStore } from '../store/store.js';
import { syntheticStages } from './synthetic.js';

/** A folder that is removed after the test file. */
export const temporary = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'nomul-sweep-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const worker = fileURLToPath(new URL('./worker-process.ts', import.meta.url));

export const syntheticLauncher = (folder: string, workers: number): Launcher =>
  localLauncher({
    program: {
      command: process.execPath,
      args: ['--import', import.meta.resolve('tsx'), worker, 'worker', folder],
    },
    workers,
  });

/** A sweep with worker processes, as `nomul sweep run` runs it. */
export const runParallel = (
  sweep: Sweep,
  folder: string,
  { workers = 2, ...hooks }: SweepHooks & { readonly workers?: number } = {},
): Promise<SweepOutcome> =>
  runLoaded(sweep, { out: folder, jobs: workers }, hooks, {
    launcher: syntheticLauncher(folder, workers),
    queue: leaseDirectory(folder, { beatMs: 100, staleMs: 3000 }),
    registry: syntheticStages,
    tools: {},
  });

/** The same results, one after the other in this process: what every other way is compared with. */
export const runSerially = async (sweep: Sweep, folder: string): Promise<void> => {
  const store = openStore(folder);
  const resolve = makeResolver(syntheticStages, store);
  const { signal } = new AbortController();
  for (const point of sweep.points())
    for (let { missing } = resolve(point); missing.length > 0; { missing } = resolve(point))
      for (const job of missing) {
        const stage = syntheticStages.find(({ name }) => name === job.stage);
        if (stage === undefined) throw new Error(job.stage);
        const outcome = await stage.run(job, {
          blobs: store.blobs,
          work: folder,
          checkpoints: folder,
          signal,
        });
        store.results.publish({ stage: job.stage, key: job.key, inputs: job.inputs, outcome });
      }
};

/** Every result and blob with the hash of its bytes. */
export const contentsOf = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    ['results', 'blobs']
      .flatMap((part) =>
        readdirSync(join(folder, part), { recursive: true, withFileTypes: true })
          // What killed processes left half written is no result.
          .filter((entry) => entry.isFile() && !entry.name.startsWith('.tmp-'))
          .map((entry) => join(entry.parentPath, entry.name)),
      )
      .sort()
      .map((path) => [
        path.slice(folder.length + 1),
        createHash('sha256').update(readFileSync(path)).digest('hex'),
      ]),
  );
