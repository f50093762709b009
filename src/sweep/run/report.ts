/** `sweep.json`: the report of all points, written point by point, so that its size does not matter. */

import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { version } from '../../flow/index.js';
import type { SweepPoint, SweepReport } from '../../report/index.js';
import type { Queue } from '../queue/queue.js';
import { designLabel } from '../spec/points.js';
import type { Sweep } from '../spec/sweep.js';
import type { Resolver } from '../stages/resolve.js';
import type { ToolTexts } from '../stages/tools.js';
import { writing } from '../store/files.js';
import type { Store } from '../store/store.js';
import { pointReport } from './point-report.js';

/** How many points came to which end. */
export interface SweepSummary {
  readonly points: number;
  readonly done: number;
  readonly infeasible: number;
  readonly failed: number;
  /** Not finished: of a sweep that was interrupted or is one shard of several. */
  readonly unfinished: number;
  /** Of those done: with a measurement (energy, activity) that was given up. */
  readonly unmeasured: number;
  /** Why points failed or were not measured, and how many, most frequent first; at most 20. */
  readonly failures: readonly { readonly reason: string; readonly points: number }[];
}

export interface ReportOptions {
  readonly sweep: Sweep;
  readonly store: Store;
  readonly queue: Queue;
  readonly resolve: Resolver;
  readonly tools: ToolTexts;
}

export const reportName = 'sweep.json';

/**
 * Writes FOLDER/sweep.json: what is finished, in the order of the sweep file. Equal results give equal bytes.
 * @throws SweepError FOLDER_NOT_WRITABLE
 */
export const writeReport = async ({
  sweep,
  store,
  queue,
  resolve,
  tools,
}: ReportOptions): Promise<SweepSummary> => {
  const quarantined = new Map((await queue.quarantined()).map((entry) => [entry.id, entry]));
  const tally = new Tally();
  const file = openReport(store.folder, headOf(sweep, tools));
  let before = '';
  try {
    let looked = 0;
    for (const point of sweep.points()) {
      const design = designLabel(point);
      const resolution = resolve(point);
      const context = { blobs: store.blobs, quarantined, withFloorplan: design !== before };
      const entry = pointReport(point, resolution, context);
      // Jobs that are missing of a point that is done were given up.
      tally.add(entry, resolution.missing.length > 0);
      if (entry !== undefined) file.add(entry);
      before = design;
      if (++looked % 200 === 0) await breathe();
    }
    file.publish();
  } catch (error) {
    file.discard();
    throw error;
  }
  return tally.summary();
};

const headOf = ({ title, hash }: Sweep, tools: ToolTexts): Omit<SweepReport, 'points' | 'fronts'> => ({
  schemaVersion: 1,
  nomul: version,
  title,
  sweepHash: hash,
  tools: Object.entries(tools).map(([tool, text]) => ({ tool, version: text })),
});

interface ReportFile {
  add(point: SweepPoint): void;
  publish(): void;
  discard(): void;
}

const openReport = (folder: string, head: Omit<SweepReport, 'points' | 'fronts'>): ReportFile =>
  writing(folder, () => {
    const temporary = join(folder, `.${reportName}-${process.pid}`);
    const file = openSync(temporary, 'w');
    const write = (text: string): void => writing(folder, () => writeAll(file, text));
    write(`${JSON.stringify(head).slice(0, -1)},"points":[`);
    let first = true;
    return {
      add: (point) => {
        write(`${first ? '' : ','}\n${JSON.stringify(point)}`);
        first = false;
      },
      publish: () => {
        write('\n],"fronts":[]}\n');
        fsyncSync(file);
        closeSync(file);
        renameSync(temporary, join(folder, reportName));
      },
      discard: () => {
        rmSync(temporary, { force: true });
      },
    };
  });

const writeAll = (file: number, text: string): void => {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
};

class Tally {
  private readonly counts = { points: 0, done: 0, infeasible: 0, failed: 0, unfinished: 0, unmeasured: 0 };
  private readonly reasons = new Map<string, number>();

  add(point: SweepPoint | undefined, givenUp: boolean): void {
    this.counts.points++;
    this.counts[point?.status ?? 'unfinished']++;
    if (point?.status === 'done' && givenUp) this.counts.unmeasured++;
    else if (point?.status !== 'failed') return;
    const reason = point.reason ?? '';
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
  }

  summary(): SweepSummary {
    const failures = [...this.reasons]
      .map(([reason, points]) => ({ reason, points }))
      .sort((a, b) => b.points - a.points || (a.reason < b.reason ? -1 : 1))
      .slice(0, 20);
    return { ...this.counts, failures };
  }
}
