/** What a look at a sweep tells, and what it leaves as it is. */
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sweepReportSchema, type SweepReport } from '../../report/index.js';
import { leaseDirectory } from '../queue/lease-directory.js';
import { loadSweep } from '../spec/load.js';
import { openStore } from '../store/store.js';
import { temporary } from '../testing/harness.js';
import { runInside } from '../testing/inside.js';
import { writeSweepFile } from '../testing/sweep-file.js';
import { syntheticStages } from '../testing/synthetic.js';
import { status, type StatusOutcome } from './status.js';

const root = temporary();
const folder = (name: string): string => join(root, name);
const file = writeSweepFile(folder('file'), ['sound', 'poison'], 2);
const other = writeSweepFile(folder('other-file'), ['sound'], 3);

const statusOf = (name: string, of = file): Promise<StatusOutcome> =>
  status({ file: of, out: folder(name), pointsLimit: 100 }, { registry: syntheticStages });
const ran = async (name: string): Promise<string> => {
  await runInside(await loadSweep(file), folder(name));
  return textIn(name);
};
const textIn = (name: string): string => readFileSync(join(folder(name), 'sweep.json'), 'utf8');
const reportIn = (name: string): SweepReport => sweepReportSchema.parse(JSON.parse(textIn(name)));

describe('status', () => {
  it('tells of a finished sweep what its run told, failures included, with the tools of the folder', async () => {
    const before = await ran('finished');
    // Whatever became of the queue: it may have been in Redis.
    await leaseDirectory(folder('finished')).forgive();
    const store = openStore(folder('finished'));
    expect(store.failures.all()).toHaveLength(2);
    expect(await statusOf('finished')).toMatchObject({ points: 8, done: 4, failed: 4, kept: null });
    writeFileSync(join(folder('finished'), 'tools.json'), '{"yosys":"native 9"}');
    await statusOf('finished');
    expect(reportIn('finished').tools).toEqual([{ tool: 'yosys', version: 'native 9' }]);
    expect(reportIn('finished').points).toEqual(sweepReportSchema.parse(JSON.parse(before)).points);
  });

  it('leaves the report of another sweep as it is, and says so', async () => {
    const before = await ran('another');
    const found = await statusOf('another', other);
    expect(found).toMatchObject({ points: 6, done: 4, unfinished: 2 });
    expect(found.kept).toMatch(/is of another sweep/);
    expect(textIn('another')).toBe(before);
  });

  it('takes no point out of a report, and says which are finished now', async () => {
    const before = await ran('fewer');
    const results = join(folder('fewer'), 'results', 'three');
    const [name = ''] = readdirSync(results);
    truncateSync(join(results, name), 10);
    const found = await statusOf('fewer');
    expect(found.kept).toMatch(/tells of 8 points, of which 7 are finished now/);
    expect(textIn('fewer')).toBe(before);
    expect(readdirSync(folder('fewer')).filter((each) => each.startsWith('.tmp-'))).toEqual([]);
  });

  it('writes what is finished of a sweep that was interrupted', async () => {
    const interruption = new AbortController();
    const running = runInside(await loadSweep(file), folder('half'), {
      signal: interruption.signal,
      progress: (_stage, done) => {
        if (done > 0) interruption.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ code: 'INTERRUPTED' });
    const found = await statusOf('half');
    expect(found.kept).toBeNull();
    expect(reportIn('half').points).toHaveLength(8 - found.unfinished);
  });

  it('refuses a folder without a sweep, and one in which results contradict each other', async () => {
    await expect(statusOf('nowhere')).rejects.toMatchObject({ code: 'NO_SWEEP', exitCode: 2 });
    await ran('contradicted');
    const { results } = openStore(folder('contradicted'));
    const [key = ''] = results.keys('three');
    const found = results.read('three', key);
    if (found.kind !== 'found') throw new Error('no result');
    const outcome = { kind: 'infeasible', reason: 'suddenly' } as const;
    expect(() => results.publish({ ...found.result, outcome })).toThrow(/two different results/);
    await expect(statusOf('contradicted')).rejects.toMatchObject({ code: 'NOT_DETERMINISTIC', exitCode: 1 });
  });

  it('removes no blob that it finds corrupt', async () => {
    await ran('blobs');
    const store = openStore(folder('blobs'), { keepsCorrupt: true });
    const hash = store.blobs.put('content');
    const path = join(folder('blobs'), 'blobs', hash.slice(0, 2), `${hash}.gz`);
    truncateSync(path, 3);
    expect(() => store.blobs.get(hash)).toThrow(/is lost: its content is not what its name says/);
    expect(store.blobs.has(hash)).toBe(true);
    expect(() => openStore(folder('blobs')).blobs.get(hash)).toThrow(/is lost/);
    expect(store.blobs.has(hash)).toBe(false);
  });
});
