import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { measureNames } from '../../report/index.js';
import { exampleReport } from '../../report/testing/example.js';
import { exampleSweep } from '../../report/testing/sweep-example.js';
import { check, checkOptionsSchema, report } from '../index.js';

let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'nomul-check-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, content: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
const run = (options: z.input<typeof checkOptionsSchema>) => check(checkOptionsSchema.parse(options));
const budgetOf = (limits: unknown, match: unknown = {}): string =>
  write('budget.json', { schemaVersion: 1, budgets: [{ match, limits }] });

const sweep = exampleSweep({ models: 1, settings: 1, seeds: 3 });
const done = { ...sweep, points: sweep.points.filter(({ status }) => status === 'done') };

describe('nomul check', () => {
  it('passes what is within its budget, and names what is not, by how much', async () => {
    const reports = [write('report.json', exampleReport)];
    const { luts = 0 } = exampleReport.device ?? {};
    expect((await run({ reports, budget: budgetOf({ luts: { max: luts } }) })).problems).toEqual([]);
    const { problems } = await run({
      reports,
      budget: budgetOf({ luts: { max: luts - 10 }, accuracy: { min: 0.99 } }),
    });
    expect(problems).toEqual([
      {
        code: 'BUDGET_EXCEEDED',
        message: expect.stringMatching(
          /accuracy: measured 98\.2 %, allowed 99 %: 0\.8 % \(0\.8 %\) too little$/,
        ) as string,
      },
      {
        code: 'BUDGET_EXCEEDED',
        message: expect.stringMatching(
          /LUTs: measured 3,210, allowed 3,200: 10 \(0\.3 %\) too much$/,
        ) as string,
      },
    ]);
  });

  it('allows what the tolerances add up to, and not more', async () => {
    const reports = [write('report.json', exampleReport)];
    const { luts = 0 } = exampleReport.device ?? {};
    const at = async (max: number) =>
      (await run({ reports, budget: budgetOf({ luts: { max, tolerancePercent: 10, tolerance: 5 } }) }))
        .problems;
    expect(await at((luts - 5) / 1.1 + 0.001)).toEqual([]);
    expect(await at((luts - 6) / 1.1)).toHaveLength(1);
  });

  it('fails for a number that the budget names and the report lacks, and for an entry that matches nothing', async () => {
    const reports = [write('report.json', exampleReport)];
    const lacks = await run({ reports, budget: budgetOf({ gateEnergyPj: { max: 1 } }) });
    expect(lacks.problems.map(({ code }) => code)).toEqual(['BUDGET_NOT_MEASURED']);
    const none = await run({ reports, budget: budgetOf({ luts: { max: 9e9 } }, { device: 'up5k' }) });
    expect(none.problems.map(({ code }) => code)).toEqual(['BUDGET_UNMATCHED']);
    const infeasible = await run({
      reports: [write('sweep.json', sweep)],
      budget: budgetOf({ luts: { max: 9e9 } }, { device: 'hx8k', array: '16x16', method: 'prom' }),
    });
    expect(infeasible.problems.map(({ message }) => message).join()).toMatch(/infeasible: needs [\d]+ LUTs/);
  });

  it('compares the median of the seeds', async () => {
    const point = done.points[0];
    if (point?.placed == null) throw new Error('the example has no placed point');
    const { placed } = point;
    const points = [30, 90, 50].map((fmaxMHz, seed) => ({ ...point, seed, placed: { ...placed, fmaxMHz } }));
    const reports = [write('sweep.json', { ...sweep, points })];
    expect((await run({ reports, budget: budgetOf({ fmaxMHz: { min: 50 } }) })).problems).toEqual([]);
    expect((await run({ reports, budget: budgetOf({ fmaxMHz: { min: 51 } }) })).problems).toHaveLength(1);
  });

  it('fails for mismatches, a missed clock and failed points without any budget', async () => {
    const failed = {
      ...exampleReport,
      equality: [{ simulator: 'verilator', pictures: 20, cycles: 9, mismatches: 3 }],
      problems: [
        { code: 'MISMATCH', message: 'differs' },
        { code: 'PREDICTION', message: 'other cycles than predicted' },
      ],
    };
    const { problems } = await run({ reports: [write('report.json', failed)] });
    expect(problems.map(({ code }) => code)).toEqual(['MISMATCH', 'PREDICTION']);
    const points = done.points.map((point, i) =>
      i === 0 ? { ...point, status: 'failed', reason: 'killed' } : point,
    );
    const after = await run({ reports: [write('sweep.json', { ...sweep, points })] });
    expect(after.problems).toEqual([
      { code: 'POINT_FAILED', message: expect.stringContaining('killed') as string },
    ]);
  });

  it('fails for every seed that misses the clock of a sweep, and for none where no clock was asked for', async () => {
    const point = done.points[0];
    if (point?.placed == null) throw new Error('the example has no placed point');
    const missed = { ...point.placed, fmaxMHz: 15.25, timingMet: false };
    const of = (requestedMHz: number | null) =>
      write('sweep.json', {
        ...sweep,
        points: [
          { ...point, requestedMHz, seed: 1 },
          { ...point, requestedMHz, seed: 2, placed: missed },
          { ...point, requestedMHz, seed: 3, placed: null },
        ],
      });
    const junit = join(folder, 'clock.xml');
    const { problems, findings, checks } = await run({ reports: [of(20)], junit });
    expect(problems.map(({ code }) => code)).toEqual(['TIMING_FAILED']);
    expect(findings[0]?.message).toBe('seed 2 misses the clock of 20 MHz, place and route reached 15.25 MHz');
    expect(findings[0]?.subject).toMatch(/ at 20 MHz$/);
    expect(checks).toBe(3);
    expect(readFileSync(junit, 'utf8')).toContain('name="seed 2"><failure type="TIMING_FAILED"');
    expect((await run({ reports: [of(null)] })).problems).toEqual([]);
  });

  it('--update replaces a budget of another schema version, and no file that is not a budget', async () => {
    const reports = [write('report.json', exampleReport)];
    const other = { schemaVersion: 2, budgets: { of: 'tomorrow' } };
    const budget = write('budget.json', other);
    await expect(run({ reports, budget })).rejects.toMatchObject({
      code: 'REPORT_VERSION',
      message: expect.stringMatching(/schema version 2, .* version 1; --update replaces it/) as string,
    });
    await run({ reports, budget, update: true });
    expect(JSON.parse(readFileSync(budget, 'utf8'))).toMatchObject({ schemaVersion: 1 });
    expect(await run({ reports, budget })).toMatchObject({ problems: [], designs: 1 });
    for (const content of [exampleReport, sweep, { ...sweep, schemaVersion: 9 }, {}, [], null]) {
      const file = write('not-a-budget.json', content);
      await expect(run({ reports, budget: file, update: true })).rejects.toThrow(/not a budget/);
      expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(content);
    }
  });

  it('--update writes a budget that the same reports pass and worse ones fail; tolerances and choices stay', async () => {
    const reports = [write('sweep.json', done), write('report.json', exampleReport)];
    const budget = join(folder, 'updated.json');
    await run({ reports, budget, update: true, tolerance: 3 });
    expect((await run({ reports, budget })).problems).toEqual([]);
    const text = readFileSync(budget, 'utf8');
    await run({ reports, budget, update: true, tolerance: 50 });
    expect(readFileSync(budget, 'utf8')).toBe(text);
    const worse = { ...exampleReport, accuracy: { top1: 0.9, pictures: 10 } };
    const { problems } = await run({
      reports: [...reports.slice(0, 1), write('report.json', worse)],
      budget,
    });
    expect(problems.map(({ message }) => message).join()).toMatch(/accuracy: measured 90 %/);
    const one = budgetOf({ luts: { max: 1, tolerancePercent: 7 } });
    await run({ reports: reports.slice(1), budget: one, update: true });
    expect(JSON.parse(readFileSync(one, 'utf8'))).toEqual({
      schemaVersion: 1,
      budgets: [{ match: {}, limits: { luts: { max: exampleReport.device?.luts, tolerancePercent: 7 } } }],
    });
  });

  it('writes JUnit with a suite per design and SARIF 2.1.0, and annotates', async () => {
    const name = 'net <"&\u0001';
    const named = { ...exampleReport, network: { ...exampleReport.network, name } };
    const lint = [
      {
        filePath: join(process.cwd(), 'src/a, b.ts'),
        messages: [{ ruleId: 'nomul/x', severity: 2, message: '100%\nsure', line: 3, column: 5 }],
      },
      {
        filePath: join(process.cwd(), 'src/c.ts'),
        messages: [{ ruleId: 'nomul/y', severity: 1, message: 'maybe', line: 1, column: 1 }],
      },
    ];
    const [junit, sarif] = [join(folder, 'new/junit.xml'), join(folder, 'a.sarif')];
    const result = await run({
      reports: [write('report.json', named), write('sweep.json', done)],
      budget: budgetOf({ luts: { max: 1 } }, { device: 'hx8k', array: '4x4' }),
      lint: [write('lint.json', lint)],
      junit,
      sarif,
      annotations: true,
    });
    const xml = readFileSync(junit, 'utf8');
    const suites = xml.match(/<testsuite name/g)?.length;
    expect(suites).toBe(
      1 + new Set(done.points.map(({ method, rows, device }) => `${method}${rows}${device}`)).size + 2,
    );
    expect(xml).toContain('net &lt;&quot;&amp;?');
    expect(xml).toContain(`failures="${result.problems.length}"`);
    expect(xml.match(/<failure /g)).toHaveLength(result.problems.length);
    const log = sarifSchema.parse(JSON.parse(readFileSync(sarif, 'utf8')));
    const [{ results, tool }] = log.runs;
    expect(results).toHaveLength(result.findings.length);
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
    expect(results.at(-2)?.locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: 'src/a%2C%20b.ts' },
      region: { startLine: 3, startColumn: 5 },
    });
    expect(result.text.split('\n').at(-3)).toBe(
      '::error file=src/a%2C b.ts,line=3,col=5,title=nomul/x::100%25%0Asure',
    );
    expect(result.text).toContain('::warning file=src/c.ts,line=1,col=1,title=nomul/y::maybe');
    expect(result.problems).toHaveLength(result.findings.length - 1);
  });

  it("gives SARIF fingerprints that stay when a finding's numbers change, one per finding", async () => {
    const of = async (mismatches: number, fmaxMHz: number, max: number): Promise<readonly string[]> => {
      const equality = ['verilator', 'nomul simulator'].map((simulator) => ({
        ...{ simulator, pictures: 10 * mismatches, cycles: 9, mismatches },
      }));
      const problems = [{ code: 'PREDICTION', message: `other cycles: ${mismatches}` }];
      const points = done.points.slice(0, 2).map((point) => ({
        ...{ ...point, requestedMHz: 20, placed: { fmaxMHz, timingMet: false, utilization: [] } },
      }));
      const lines = [{ ruleId: 'x', severity: 2, message: 'wrong: here', line: mismatches }];
      const file = join(folder, 'prints.sarif');
      await run({
        reports: [
          write('report.json', { ...exampleReport, equality, problems }),
          write('sweep.json', { ...sweep, points }),
        ],
        budget: budgetOf({ luts: { max }, accuracy: { min: 1 }, gateEnergyPj: { max } }),
        lint: [write('lint.json', [{ filePath: join(process.cwd(), 'a.ts'), messages: lines }])],
        sarif: file,
      });
      const [{ results }] = sarifSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).runs;
      return results.flatMap(({ partialFingerprints }) => Object.values(partialFingerprints));
    };
    const before = await of(3, 15, 10);
    expect(before.length).toBeGreaterThan(10);
    expect(new Set(before).size).toBe(before.length);
    expect(await of(5, 17, 11)).toEqual(before);
  });

  it('--schema publishes the schema of the budget, with every measure', async () => {
    const { text } = await run({ reports: [], schema: true });
    const schema = z
      .looseObject({ properties: z.looseObject({ budgets: z.unknown() }) })
      .parse(JSON.parse(text));
    for (const name of measureNames) expect(JSON.stringify(schema)).toContain(`"${name}"`);
  });

  it('refuses what is no report, no budget, or of another version, naming the file', async () => {
    await expect(run({ reports: [write('other.json', { a: 1 })] })).rejects.toThrow(
      /other\.json: not a report/,
    );
    await expect(run({ reports: [write('text.json', 'no json')] })).rejects.toMatchObject({
      code: 'UNREADABLE_FILE',
    });
    await expect(run({ reports: [write('new.json', { ...sweep, schemaVersion: 9 })] })).rejects.toMatchObject(
      {
        code: 'REPORT_VERSION',
        exitCode: 2,
      },
    );
    await expect(run({ reports: [join(folder, 'none.json')] })).rejects.toMatchObject({ code: 'ENOENT' });
    const reports = [write('report.json', exampleReport)];
    await expect(run({ reports, budget: budgetOf({ luts: { min: 3 } }) })).rejects.toThrow(/luts/);
    await expect(run({ reports, budget: budgetOf({}) })).rejects.toThrow(/at least one limit/);
    expect(checkOptionsSchema.safeParse({ reports: [] }).success).toBe(false);
    expect(checkOptionsSchema.safeParse({ reports, update: true }).success).toBe(false);
  });
});

/** What the specification (OASIS SARIF 2.1.0, sections 3.13 to 3.49) asks of the parts that we write; nothing else is written. */
const location = z.strictObject({
  physicalLocation: z.strictObject({
    artifactLocation: z.strictObject({ uri: z.string().regex(/^[\w.~%/:-]+$/) }),
    region: z
      .strictObject({ startLine: z.int().positive(), startColumn: z.int().positive().optional() })
      .optional(),
  }),
});
const sarifSchema = z.strictObject({
  $schema: z.url(),
  version: z.literal('2.1.0'),
  runs: z.tuple([
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({
          name: z.string().min(1),
          version: z.string(),
          rules: z.array(
            z.strictObject({ id: z.string(), shortDescription: z.strictObject({ text: z.string().min(1) }) }),
          ),
        }),
      }),
      results: z.array(
        z.strictObject({
          ruleId: z.string(),
          ruleIndex: z.int().nonnegative(),
          level: z.enum(['none', 'note', 'warning', 'error']),
          message: z.strictObject({ text: z.string().min(1) }),
          locations: z.tuple([location]),
          partialFingerprints: z.record(z.string(), z.string()),
        }),
      ),
    }),
  ]),
});

describe('nomul report', () => {
  it('writes the page beside sweep.json and the exports where asked', async () => {
    write('sweep.json', sweep);
    const csv = join(folder, 'deep/points.csv');
    const result = await report({ sweep: folder, csv, parquet: join(folder, 'points.parquet') });
    expect(result.files).toEqual([join(folder, 'report.html'), csv, join(folder, 'points.parquet')]);
    expect(result.files.every(existsSync)).toBe(true);
    expect(readFileSync(csv, 'utf8').split('\n')).toHaveLength(sweep.points.length + 2);
    const { done: finished, infeasible, failed } = result.points;
    expect(finished + infeasible + failed).toBe(sweep.points.length);
    await expect(report({ sweep: join(folder, 'none') })).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(report({ sweep: join(folder, 'deep') })).rejects.toThrow(/holds no sweep\.json/);
  });
});
