/** `sweep.json`: the report of all points, written point by point, so that its size does not matter. */

import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { version } from '../../flow/index.js';
import type { SweepPoint, SweepReport } from '../../report/index.js';
import type { Quarantined } from '../queue/queue.js';
import { designLabel, type Point } from '../spec/points.js';
import type { Sweep } from '../spec/sweep.js';
import type { Resolver } from '../stages/resolve.js';
import type { ToolTexts } from '../stages/tools.js';
import { BlobLost } from '../store/blobs.js';
import { writing } from '../store/files.js';
import type { Store } from '../store/store.js';
import { pointReport } from './point-report.js';

/** How many points came to which end. */
export interface SweepSummary {
  readonly points: number;
  readonly done: number;
  readonly infeasible: number;
  readonly failed: number;
  /** Not finished: interrupted, of a shard that is missing, or made of files that are corrupt. */
  readonly unfinished: number;
  /** Of those done: with a measurement (energy, activity) that was given up. */
  readonly unmeasured: number;
  /** Why points failed or were not measured, and how many, most frequent first; at most 20. */
  readonly failures: readonly { readonly reason: string; readonly points: number }[];
}

export interface ReportOptions {
  readonly sweep: Sweep;
  readonly store: Store;
  readonly resolve: Resolver;
  readonly tools: ToolTexts;
  /** Jobs that were given up, by id. */
  readonly givenUp: ReadonlyMap<string, Quarantined>;
}

export const reportName = 'sweep.json';

/** Of two entries of one job the later one counts. */
export const byId = (entries: readonly Quarantined[]): ReadonlyMap<string, Quarantined> =>
  new Map(entries.map((entry) => [entry.id, entry]));

/** A report that is written and not yet in its place. */
export interface ReportDraft {
  readonly summary: SweepSummary;
  /** Blobs that were to be read and could not be: their points count as unfinished. */
  readonly lost: readonly BlobLost[];
  /** Makes it FOLDER/sweep.json. @throws SweepError FOLDER_NOT_WRITABLE */
  readonly publish: () => void;
  readonly discard: () => void;
}

/**
 * Writes what is finished, in the order of the sweep file, beside FOLDER/sweep.json. Equal results give equal bytes.
 * @throws SweepError FOLDER_NOT_WRITABLE
 */
export const draftReport = async ({
  sweep,
  store,
  resolve,
  tools,
  givenUp,
}: ReportOptions): Promise<ReportDraft> => {
  const tally = new Tally();
  const lost: BlobLost[] = [];
  const file = openReport(store.folder, headOf(sweep, tools));
  const add = (point: Point, withFloorplan: boolean): void => {
    const resolution = resolve(point);
    const context = { blobs: store.blobs, quarantined: givenUp, withFloorplan };
    const entry = unlessLost(() => pointReport(point, resolution, context), lost);
    // Jobs that are missing of a point that is done were given up.
    tally.add(entry, resolution.missing.length > 0);
    if (entry !== undefined) file.add(entry);
  };
  try {
    let before = '';
    let looked = 0;
    for (const point of sweep.points()) {
      const design = designLabel(point);
      add(point, design !== before);
      before = design;
      if (++looked % 200 === 0) await breathe();
    }
    file.end();
  } catch (error) {
    file.discard();
    throw error;
  }
  return { summary: tally.summary(), lost, publish: file.publish, discard: file.discard };
};

/** undefined: a blob is lost, which is noted. */
const unlessLost = <T>(read: () => T, lost: BlobLost[]): T | undefined => {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof BlobLost)) throw error;
    lost.push(error);
    return undefined;
  }
};

const headOf = ({ title, hash }: Sweep, tools: ToolTexts): Omit<SweepReport, 'points' | 'fronts'> => ({
  schemaVersion: 1,
  nomul: version,
  title,
  sweepHash: hash,
  tools: Object.entries(tools).map(([tool, text]) => ({ tool, version: text })),
});

interface ReportFile {
  readonly add: (point: SweepPoint) => void;
  /** Nothing more is added. */
  readonly end: () => void;
  readonly publish: () => void;
  readonly discard: () => void;
}

const openReport = (folder: string, head: Omit<SweepReport, 'points' | 'fronts'>): ReportFile =>
  writing(folder, () => {
    // Machines that share the folder may give out the same process id.
    const temporary = join(folder, `.tmp-${process.pid}-${randomBytes(6).toString('hex')}`);
    const file = openSync(temporary, 'wx');
    const write = (text: string): void => writing(folder, () => writeAll(file, text));
    let isOpen = true;
    const close = (): void => {
      if (isOpen) closeSync(file);
      isOpen = false;
    };
    const discard = (): void => {
      close();
      rmSync(temporary, { force: true });
    };
    let before = `${JSON.stringify(head).slice(0, -1)},"points":[`;
    return {
      add: (point) => {
        write(`${before}\n${JSON.stringify(point)}`);
        before = ',';
      },
      end: () => {
        write(`${before === ',' ? '' : before}\n],"fronts":[]}\n`);
        writing(folder, () => fsyncSync(file));
        close();
      },
      publish: () => writing(folder, () => renameSync(temporary, join(folder, reportName))),
      discard,
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
