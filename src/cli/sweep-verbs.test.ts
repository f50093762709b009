/** The grammar of `nomul sweep`. */
import { describe, expect, it } from 'vitest';
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
