/** The verbs that read results: `report` and `check`. */
import { Option, type Command } from 'commander';
import { checkOptionsSchema, reportOptionsSchema } from '../flow/index.js';
import { check, printingOf, type RawOptions } from './checked-options.js';
import type { Request } from './request.js';
import { numberFromZero } from './values.js';

export function addReportVerbs(program: Command, understood: (request: Request) => void): void {
  addReport(program, understood);
  addCheck(program, understood);
}

function addReport(program: Command, understood: (request: Request) => void): void {
  const report = program.command('report');
  report
    .description('a sweep or a search as one page, and as tables for other programs')
    .argument('<sweep>', 'sweep.json, or the folder with it')
    .option('--out <file>', 'the page (default: report.html beside sweep.json)')
    .option('--csv <file>', 'all points as CSV')
    .option('--jsonl <file>', 'all points as JSON Lines')
    .option('--parquet <file>', 'all points as Parquet')
    .option('--json', 'print one JSON object on stdout, for success and failure')
    .option('--quiet', 'no progress');
  report.action((sweep: string, options: RawOptions) => {
    understood({
      verb: 'report',
      options: check(reportOptionsSchema, undefined, { ...options, sweep }),
      printing: printingOf(options),
    });
  });
}

function addCheck(program: Command, understood: (request: Request) => void): void {
  const verb = program.command('check');
  verb
    .description('reports against a budget, for CI: exit code 1 and a line for everything that is worse')
    .argument('[reports...]', 'report.json of build or quantize, sweep.json, or folders with them')
    .option('--budget <file>', 'limits, JSON (--schema prints its schema)')
    .option('--update', 'write the budget from the numbers of the reports instead')
    .option(
      '--tolerance <percent>',
      'with --update: of new limits for LUTs, registers, fmax, speed (default: 2)',
      numberFromZero,
    )
    .option('--lint <files...>', "ESLint's findings (eslint --format json), counted with the reports'")
    .option('--junit <file>', 'JUnit XML')
    .option('--sarif <file>', 'SARIF 2.1.0')
    .option('--annotations', 'on stdout, for GitHub: ::error file=...::...')
    .option('--schema', 'print the JSON Schema of the budget on stdout')
    .addOption(
      new Option('--json', 'print one JSON object on stdout, for success and failure').conflicts([
        'annotations',
        'schema',
      ]),
    )
    .option('--quiet', 'no progress')
    .addHelpText('after', `\nExample:\n  ${checkExample}`);
  verb.action((reports: readonly string[], options: RawOptions) => {
    understood({
      verb: 'check',
      options: check(checkOptionsSchema, undefined, { ...options, reports }),
      printing: printingOf(options),
    });
  });
}

const checkExample =
  'nomul check result/report.json sweep/sweep.json --budget budget.json --junit junit.xml --annotations';
