/** Shards put together: what is whole, what failed, what is missing, what is corrupt, what contradicts. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sweepReportSchema, type SweepReport } from '../../report/index.js';
import { shardOf } from '../launch/shards.js';
import { loadSweep } from '../spec/load.js';
import { openStore } from '../store/store.js';
import { temporary } from '../testing/harness.js';
import { runInside } from '../testing/inside.js';
import { writeSweepFile } from '../testing/sweep-file.js';
import { syntheticStages } from '../testing/synthetic.js';
import { merge, type MergeOutcome } from './merge.js';

const root = temporary();
const file = writeSweepFile(join(root, 'file'), ['sound', 'poison'], 4);
const folder = (name: string): string => join(root, name);

/** Both halves of the sweep, the second of which fails. */
const shards = async (name: string): Promise<readonly string[]> => {
  const sweep = await loadSweep(file);
  const folders = [1, 2].map((shard) => folder(`${name}-${shard}`));
  for (const [index, each] of folders.entries()) await runInside(shardOf(sweep, index + 1, 2), each);
  return folders;
};
const merging = (name: string, folders: readonly string[]): Promise<MergeOutcome> =>
  merge({ file, out: folder(name), folders: [...folders], pointsLimit: 100 }, { registry: syntheticStages });
const reportIn = (name: string): SweepReport =>
  sweepReportSchema.parse(JSON.parse(readFileSync(join(folder(name), 'sweep.json'), 'utf8')));

describe('merge', () => {
  it('tells of the points that a shard gave up as that shard did', async () => {
    const parts = await shards('failed');
    const merged = await merging('failed', parts);
    expect(merged).toMatchObject({ points: 16, done: 8, failed: 8, unfinished: 0, corrupt: [] });
    expect(merged.failures).toEqual([{ reason: 'one: this never works (INTERNAL)', points: 8 }]);
    const [, poisoned = ''] = parts;
    const ofShard = sweepReportSchema.parse(
      JSON.parse(readFileSync(join(poisoned, 'sweep.json'), 'utf8')),
    ).points;
    expect(reportIn('failed').points.slice(8)).toEqual(ofShard);
    // Merged once more from what was merged: the failures are in that folder too.
    expect(await merging('again', [folder('failed')])).toMatchObject({ done: 8, failed: 8, unfinished: 0 });
  });

  it('counts the points of a shard that is missing as unfinished', async () => {
    const [, poisoned = ''] = await shards('missing');
    expect(await merging('missing', [poisoned])).toMatchObject({ done: 0, failed: 8, unfinished: 8 });
    expect(reportIn('missing').points).toHaveLength(8);
  });

  it('leaves out what is corrupt, names it, and counts its points as unfinished', async () => {
    const [sound = '', poisoned = ''] = await shards('corrupt');
    const [part = ''] = readdirSync(join(sound, 'blobs'));
    const [name = ''] = readdirSync(join(sound, 'blobs', part));
    const blob = join(sound, 'blobs', part, name);
    writeFileSync(blob, readFileSync(blob).subarray(0, 9));
    const merged = await merging('corrupt', [sound, poisoned]);
    expect(merged).toMatchObject({ done: 6, failed: 8, unfinished: 2, corrupt: [blob] });
    // A whole one takes the place of one that is not.
    const [whole = ''] = await shards('whole');
    expect(await merging('corrupt', [whole, poisoned])).toMatchObject({
      done: 8,
      unfinished: 0,
      corrupt: [],
    });
  });

  it('refuses shards in which results contradict each other, or each other’s, until the file is removed', async () => {
    const [sound = '', poisoned = ''] = await shards('contradicted');
    const { results } = openStore(sound);
    const [key = ''] = results.keys('three');
    const other = { kind: 'done', outputs: { value: 'other' } } as const;
    const found = results.read('three', key);
    if (found.kind !== 'found') throw new Error('no result');
    expect(() => results.publish({ ...found.result, outcome: other })).toThrow(/two different results/);
    const refused = merging('contradicted', [sound, poisoned]);
    await expect(refused).rejects.toMatchObject({ code: 'NOT_DETERMINISTIC', exitCode: 1 });
    await expect(refused).rejects.toThrow(join(sound, 'conflicts'));
    rmSync(join(sound, 'conflicts'), { recursive: true });
    expect(await merging('contradicted', [sound, poisoned])).toMatchObject({ unfinished: 0 });
  });
});
