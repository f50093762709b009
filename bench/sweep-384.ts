/**
 * npx tsx bench/run.ts sweep-384: the sweep of bench/sweeps/issue-384.json with real tools, kept in .cache/sweep-384: hours, and it
 * goes on where it was stopped. Then again: a second run finds nothing to do. bench/results/sweep-384.json,
 * docs/results/sweep-384.md. BENCH_WORKERS=2 workers (default: one per processor).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { lineProgress } from '../src/cli/progress.js';
import { sweepReportSchema } from '../src/report/index.js';
import { loadSweep, runLoaded } from '../src/sweep/index.js';
import { designsWith, exceptionsOf, page } from './sweep-384/page.js';
import { dispatchOf } from './sweep/dispatch.js';

const file = join('bench', 'sweeps', 'issue-384.json');
const out = join('.cache', 'sweep-384', 'out');
const jobs = Number(process.env['BENCH_WORKERS'] ?? availableParallelism());

const { report: progress } = lineProgress((line) => console.error(`  ${line}`));
const run = async () => {
  const started = performance.now();
  const outcome = await runLoaded(await loadSweep(file), { out, jobs }, { progress });
  return { ...outcome, seconds: (performance.now() - started) / 1000 };
};

await run();
const { jobs: jobsAgain, seconds, points, done, infeasible, failed, unfinished } = await run();
const report = sweepReportSchema.parse(JSON.parse(readFileSync(join(out, 'sweep.json'), 'utf8')));
const results = {
  schemaVersion: 1,
  ...{ nomul: report.nomul, tools: report.tools, points, done, infeasible, failed, unfinished },
  second: { jobs: jobsAgain, seconds },
  dispatch: dispatchOf(out),
  designs: designsWith(report),
  exceptions: exceptionsOf(report),
};
writeFileSync(join('bench', 'results', 'sweep-384.json'), `${JSON.stringify(results, undefined, 1)}\n`);
writeFileSync(join('docs', 'results', 'sweep-384.md'), page(results));
console.log(page(results));
if (failed + unfinished + jobsAgain > 0) process.exitCode = 1;
