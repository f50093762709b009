/** `nomul search`: its options, and how its result is told. */
import { Option, type Command } from 'commander';
import { deviceNames } from '../flow/index.js';
import { search, searchOptionsSchema, type SearchOptions, type SearchResult } from '../sweep/index.js';
import type { FlowHooks } from '../flow/index.js';
import { check, printingOf, type RawOptions } from './checked-options.js';
import { resultEnvelope, type Envelope } from './envelope.js';
import { exitCodes } from './exit-codes.js';
import type { Request } from './request.js';
import type { Paint } from './summary.js';
import { arraySize, numberFromZero, positiveFraction, positiveNumber, wholeNumber } from './values.js';

const collect =
  <T>(read: (text: string) => T) =>
  (text: string, before: readonly T[] = []): readonly T[] => [...before, ...text.split(',').map(read)];

const plain = (text: string): string => text;

export function addSearchVerb(program: Command, understood: (request: Request) => void): void {
  const command = program.command('search');
  command
    .description('for every layer a method and its parameters, and the array: at least cost for an accuracy')
    .argument('<model>', 'ONNX file with a float network')
    .requiredOption('--target <name>', `FPGA: ${deviceNames.join(', ')} (required)`)
    .requiredOption('--data <folder[:prefix]>', 'pictures, as for `nomul quantize` (required)')
    .option('--max-loss <points>', 'points of accuracy that may be lost (default: 1)', numberFromZero)
    .option(
      '--margin <N>',
      'standard errors of the loss that must be left to that (default: 1)',
      numberFromZero,
    )
    .addOption(
      new Option('--minimize <cost>', 'what is to be least (default: luts)').choices([
        'luts',
        'energy',
        'latency',
      ]),
    )
    .option('--arrays <RxC,...>', 'sizes of the array to choose from (default: 8x8)', collect(arraySize))
    .option('--activation-bits <N,...>', 'widths of stored activations (default: 8)', collect(wholeNumber))
    .option('--max-cycles <N>', 'from picture to picture (default: no limit)', wholeNumber)
    .option('--max-energy <nJ>', 'of products and sums, per picture (default: no limit)', positiveNumber)
    .option('--max-luts <N>', 'lookup tables (default: those of the target)', wholeNumber)
    .option('--epochs <N>', 're-training of the chosen network (default: 4)', wholeNumber)
    .option('--trial-epochs <N>', 'of each network that is tried (default: half of --epochs)', wholeNumber)
    .option('--liberty <file>', 'cells for gate-level energies (default: published energies per operation)')
    .option(
      '--compare <methods>',
      `single methods to show beside the result, "" for none (default: prom,inq,factorize,pvq,fames; also uniform)`,
      collect(plain),
    )
    .option('--singles <folders>', 'results of `nomul quantize` to compare with instead', collect(plain))
    .option('--verify <N>', 'compare N pictures in the in-process simulator (default: 20)', wholeNumber)
    .option('--verilator <N>', 'compare N pictures in Verilator (default: 0)', wholeNumber)
    .option('--place-seeds <N>', 'seeds of place and route, the median counts (default: 3)', wholeNumber)
    .option('--input-scale <scale>', 'as for `nomul quantize`', positiveFraction)
    .option('--validation <N>', 'training pictures kept back for choosing (default: a tenth)', wholeNumber)
    .option('--seed <N>', 'of everything random (default: 1)', wholeNumber)
    .option('--tools <from>', 'npm, native, or a folder with the programs (default: native, then npm)')
    .requiredOption('--out <folder>', 'where the results go (required)')
    .option('--json', 'print one JSON object on stdout, for success and failure')
    .option('--quiet', 'no progress')
    .addHelpText('after', `\nExample:\n  ${example}`);
  command.action((model: string, raw: RawOptions) => {
    const { compare, ...options } = raw;
    // --compare "" compares with nothing.
    const methods = Array.isArray(compare) ? compare.filter((name) => name !== '') : undefined;
    understood({
      verb: 'search',
      options: check(searchOptionsSchema, model, { ...options, ...(methods && { compare: methods }) }),
      printing: printingOf(raw),
    });
  });
}

const example =
  'nomul search float.onnx --target hx8k --data datasets:fashion- --max-loss 1 --minimize luts --out found';

export interface SearchOutcome {
  readonly envelope: Envelope;
  readonly summary: (paint: Paint) => string;
}

export async function runSearchVerb(options: SearchOptions, hooks: FlowHooks): Promise<SearchOutcome> {
  const result = await search(options, hooks);
  const { out, files, report, problems } = result;
  const exitCode = problems.length === 0 ? exitCodes.ok : exitCodes.checkFailed;
  return {
    envelope: resultEnvelope('search', exitCode, { out, files, report }, problems),
    summary: (paint) => searchSummary(result, paint),
  };
}

function searchSummary({ out, report, problems }: SearchResult, paint: Paint): string {
  const { chosen, singles, float, tried, designs } = report;
  const rows = [{ ...chosen, method: 'search', accuracy: chosen.accuracy.test }, ...singles];
  const lines = rows.map(({ method, setting, accuracy, costs: { luts, cycles, energyPj } }) => {
    const size = luts === null ? 'does not fit' : `${luts} LUTs, ${cycles ?? 0} cycles`;
    const figures = `${(100 * accuracy).toFixed(2)} %, ${size}, ${(energyPj / 1000).toFixed(1)} nJ`;
    return `  ${method.padEnd(10)} ${figures} (${setting.formats}; ${setting.activationBits}-bit activations)`;
  });
  return [
    `${designs} designs, ${tried.length} trained; float network ${(100 * float.test).toFixed(2)} % of the test pictures`,
    ...lines,
    ...problems.map(({ code, message }) => `${paint.bad(code)} ${message}`),
    `results in ${out}`,
  ].join('\n');
}
