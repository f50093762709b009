/** The grammar of `nomul sweep`. */
import { describe, expect, it } from 'vitest';
import { runFake } from './testing/fake.js';

describe('nomul sweep', () => {
  it.each([[], ['plan'], ['run'], ['status'], ['worker'], ['merge'], ['schema']])(
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

  it.each([
    [['run', 'sweep.json'], /required option '--out/],
    [['run', 'sweep.json', '--out', 'x', '--shard', '3'], /Expected I\/N/],
    [['run', 'sweep.json', '--out', 'x', '--shard', '3/2'], /--shard/],
    [['plan', 'no-such.json', '--out', 'x'], /no-such\.json/],
    [['polish'], /unknown command/],
  ])('refuses %j in words', async (words, message) => {
    const { exitCode, stderr } = await runFake(['sweep', ...words]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
  });
});
