// The whole test run: type check, lint, format, then every test. The last line is "N passed, M failed", from vitest's
// own JSON report plus one count for each static check; the exit status is 0 only when nothing failed.
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const report = join(root, '.cache', 'vitest-report.json');

const installed = (program) => join(root, 'node_modules', '.bin', program);

/** Static checks run beside each other, each on a core; what they print comes at once. True when the exit status is 0. */
const check = (program, args) =>
  new Promise((resolve) => {
    execFile(installed(program), args, { cwd: root, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      console.log(`\n> ${program} ${args.join(' ')}\n${stdout}${stderr}`.trimEnd());
      resolve(error === null);
    });
  });

function runTests() {
  mkdirSync(dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  console.log(`\n> vitest ${args.join(' ')}`);
  const succeeded = spawnSync(installed('vitest'), args, { cwd: root, stdio: 'inherit' }).status === 0;
  const counts = readCounts();
  // An error outside any test (a crashed worker, no test at all) shows only in vitest's exit status.
  return !succeeded && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

function readCounts() {
  let results;
  try {
    results = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  // A file that fails to load has no failed test in it, and counts as one failure.
  const brokenFiles = results.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  ).length;
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + brokenFiles,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

const checks = await Promise.all([
  check('eslint', ['.']),
  check('tsc', ['-p', 'tsconfig.json']).then(async (typed) => [
    typed,
    await check('prettier', ['--check', '.']),
  ]),
]).then((results) => results.flat());
const passedChecks = checks.filter(Boolean).length;
const tests = runTests();
const passed = tests.passed + passedChecks;
const failed = tests.failed + checks.length - passedChecks;

console.log(`\nstatic checks (types, lint, format): ${passedChecks} of ${checks.length} passed`);
console.log(`tests: ${tests.passed} passed, ${tests.failed} failed, ${tests.skipped} skipped`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
