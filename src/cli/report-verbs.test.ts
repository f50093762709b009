import { describe, expect, it } from 'vitest';
import type { CheckOptions, CheckResult, ReportOptions } from '../flow/index.js';
import { runFake } from './testing/fake.js';

const passed: CheckResult = {
  designs: 2,
  updated: false,
  checks: 9,
  findings: [],
  files: [],
  text: '',
  problems: [],
};
const missed: CheckResult = {
  ...passed,
  text: '::error file=budget.json::LUTs\n',
  problems: [{ code: 'BUDGET_EXCEEDED', message: 'kws: LUTs: measured 12' }],
};

describe('nomul check', () => {
  it('gets its options complete, and refuses what makes no sense', async () => {
    const seen: CheckOptions[] = [];
    const flow = { check: (options: CheckOptions) => (seen.push(options), Promise.resolve(passed)) };
    const line =
      'check a.json b --budget b.json --tolerance 0 --update --lint l.json --junit j --sarif s --annotations';
    await runFake(line.split(' '), { flow });
    await runFake(['check', '--schema'], { flow });
    expect(seen).toEqual([
      {
        reports: ['a.json', 'b'],
        budget: 'b.json',
        update: true,
        tolerance: 0,
        lint: ['l.json'],
        junit: 'j',
        sarif: 's',
        annotations: true,
        schema: false,
      },
      { reports: [], update: false, tolerance: 2, lint: [], annotations: false, schema: true },
    ]);
    for (const wrong of [
      'check',
      'check a --update',
      'check a --annotations --json',
      'check a --tolerance -1',
    ])
      expect((await runFake(wrong.split(' '))).exitCode, wrong).toBe(2);
  });

  it('ends with 1 and names what is worse; annotations go to stdout, JSON has the problems', async () => {
    const flow = { check: () => Promise.resolve(missed) };
    const { exitCode, stdout, stderr } = await runFake(['check', 'a.json'], { flow });
    expect([exitCode, stdout]).toEqual([1, missed.text]);
    expect(stderr).toBe('2 designs: 1 of 9 checks failed\nfailed BUDGET_EXCEEDED: kws: LUTs: measured 12\n');
    const json = await runFake(['check', 'a.json', '--json'], { flow });
    expect(JSON.parse(json.stdout)).toMatchObject({ verb: 'check', exitCode: 1, problems: missed.problems });
    const fine = await runFake(['check', 'a.json'], { flow: { check: () => Promise.resolve(passed) } });
    expect(fine).toEqual({ exitCode: 0, stdout: '', stderr: '2 designs: 9 checks passed\n' });
  });
});

describe('nomul report', () => {
  it('gets its options and says what it wrote', async () => {
    const seen: ReportOptions[] = [];
    const result = {
      title: 'Sweep',
      points: { done: 3, infeasible: 1, failed: 0 },
      designs: 2,
      files: ['sweep/report.html', 'a.csv'],
    };
    const flow = { report: (options: ReportOptions) => (seen.push(options), Promise.resolve(result)) };
    const { exitCode, stderr } = await runFake(
      'report sweep --csv a.csv --parquet b --jsonl c --out d'.split(' '),
      { flow },
    );
    expect(seen).toEqual([{ sweep: 'sweep', csv: 'a.csv', parquet: 'b', jsonl: 'c', out: 'd' }]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('4 points of 2 designs: 3 done, 1 infeasible, 0 failed');
    expect(stderr).toContain('wrote     sweep/report.html');
  });
});
