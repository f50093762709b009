/** The grammar of `nomul sweep`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StageStopped, SweepError } from '../sweep/index.js';
import { temporary } from '../sweep/testing/harness.js';
import { writeSweepFile } from '../sweep/testing/sweep-file.js';
import { failureOf } from './exit-codes.js';
import { runFake } from './testing/fake.js';

describe('nomul sweep', () => {
  it.each([[], ['plan'], ['run'], ['status'], ['worker'], ['merge'], ['manifest'], ['schema']])(
    'has a help for %s that is as approved',
    async (...verbs) => {
      const { exitCode, stdout } = await runFake(['sweep', ...verbs, '--help']);
      expect(exitCode).toBe(0);
      await expect(stdout).toMatchFileSnapshot(`golden/help-${['sweep', ...verbs].join('-')}.txt`);
    },
  );

  it('prints the schema of its files', async () => {
    const { exitCode, stdout } = await runFake(['sweep', 'schema']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ type: 'object' });
    expect(stdout).toContain('2020-12');
  });

  it('prints a manifest with as many pods as workers were asked for', async () => {
    const where = ['--out', '/data/out', '--image', 'nomul:1', '--claim', 'data', '--mount', '/data'];
    const { exitCode, stdout } = await runFake([
      'sweep',
      'manifest',
      '/data/sweep.json',
      ...where,
      '-j',
      '7',
    ]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ items: [{}, { spec: { parallelism: 7 } }] });
  });

  it.each([
    [['run', 'sweep.json'], /required option '--out/],
    [['run', 'sweep.json', '--out', 'x', '--shard', '3'], /Expected I\/N/],
    [['run', 'sweep.json', '--out', 'x', '--shard', '3/2'], /--shard/],
    [['plan', 'no-such.json', '--out', 'x'], /no-such\.json/],
    [['run', 'sweep.json', '--out', 'x', '--launcher', 'slurm'], /--jobs: Slurm/],
    [['run', 'sweep.json', '--out', 'x', '--launcher', 'lsf'], /Allowed choices/],
    [['run', 'sweep.json', '--out', 'x', '--launcher', 'slurm', '-j', '2', '--slurm-option', 'x'], /sbatch/],
    [['polish'], /unknown command/],
  ])('refuses %j in words', async (words, message) => {
    const { exitCode, stderr } = await runFake(['sweep', ...words]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('a sweep that is not whole', () => {
  const root = temporary();
  const file = writeSweepFile(root, ['sound'], 2);
  /** A shard that was begun, and in which nothing is finished. */
  const begun = join(root, 'begun');
  mkdirSync(begun);
  writeFileSync(join(begun, 'tools.json'), '{}');

  it('has merge end with exit code 5 and say how many points are unfinished', async () => {
    const { exitCode, stdout, stderr } = await runFake([
      ...['sweep', 'merge', file, begun, '--out', join(root, 'whole'), '--json'],
    ]);
    expect(exitCode).toBe(5);
    expect(JSON.parse(stdout)).toMatchObject({
      exitCode: 5,
      result: { points: 4, unfinished: 4 },
      problems: [{ code: 'POINTS_UNFINISHED' }],
    });
    expect(stderr).toMatch(/4 points unfinished: a shard is missing/);
  });

  it('has status end with 0, since it only looks, and with 2 where no sweep is', async () => {
    const words = ['sweep', 'status', file, '--out'];
    expect(await runFake([...words, begun])).toMatchObject({ exitCode: 0 });
    const nowhere = await runFake([...words, join(root, 'nowhere')]);
    expect(nowhere.exitCode).toBe(2);
    expect(nowhere.stderr).toMatch(/nowhere holds no sweep \(it has no tools\.json\)/);
  });
});

describe('what is told after Ctrl-C', () => {
  const stopped = { message: 'a.onnx has changed', again: false, stops: true, log: '' };

  it.each([
    [
      'that all is kept',
      new SweepError('INTERRUPTED', 'start the sweep again'),
      130,
      'start the sweep again',
    ],
    ['a contradiction', new SweepError('NOT_DETERMINISTIC', 'two results'), 1, 'two results'],
    ['a full disk', new SweepError('FOLDER_NOT_WRITABLE', 'the disk is full'), 2, 'the disk is full'],
    ['a stage’s failure', new StageStopped({ ...stopped, code: 'INPUT_CHANGED' }), 2, 'a.onnx has changed'],
    ['of all else nothing but that', new Error('yosys was killed'), 130, 'interrupted'],
  ])('is %s', (_name, error, exitCode, message) => {
    expect(failureOf(error, true)).toMatchObject({ exitCode, message });
  });
});
