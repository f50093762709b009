/** The command line's grammar: verbs, options, help. Turns arguments into checked options and does nothing else. */
import { Command, CommanderError, Option } from 'commander';
import {
  buildOptionsSchema,
  cmvmOptionsSchema,
  deviceNames,
  doctorOptionsSchema,
  emitOptionsSchema,
  proveOptionsSchema,
  quantizeMethods,
  quantizeOptionsSchema,
  simOptionsSchema,
  synthOptionsSchema,
} from '../flow/index.js';
import { peKinds } from '../accel/index.js';
import { check, printingOf, type RawOptions } from './checked-options.js';
import { exitCodeText, UsageError } from './exit-codes.js';
import { addReportVerbs } from './report-verbs.js';
import { addSearchVerb } from './search-verb.js';
import { addSweepVerbs } from './sweep-verbs.js';
import type { Request } from './request.js';
import { arraySize, foldOf, positiveFraction, positiveNumber, wholeNumber } from './values.js';

export const verbs = [
  'build',
  'emit',
  'sim',
  'synth',
  'quantize',
  'cmvm',
  'sweep',
  'search',
  'report',
  'check',
  'prove',
  'doctor',
] as const;

/** Throws UsageError. `version` is what `--version` prints. */
export function parseCommandLine(words: readonly string[], version: string): Request {
  let text = '';
  let request: Request | undefined;
  const program = grammar(version, (understood) => (request = understood));
  for (const command of allCommands(program)) {
    command.exitOverride();
    command.configureOutput({ writeOut: (part) => (text += part), writeErr: () => undefined });
    command.configureHelp({ helpWidth: 100 });
  }
  try {
    program.parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw new UsageError(usageMessage(error));
  }
  if (request !== undefined) return request;
  if (text === '') throw new UsageError('no verb; try `nomul --help`');
  return { verb: 'help', text, printing: { json: false, quiet: false } };
}

/** A command and all below it. */
function allCommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

function usageMessage({ code, message }: CommanderError): string {
  // Commander shows the help of a command line without a verb instead of a message.
  if (code === 'commander.help') return `no verb; expected one of: ${verbs.join(', ')}`;
  return message.replace(/^error: /, '').replaceAll('\n', ' ');
}

function grammar(version: string, understood: (request: Request) => void): Command {
  const program = new Command('nomul')
    .description(
      'Makes a placed, bit-exact FPGA accelerator without multiplications out of a quantized network.\n' +
        'For people: stderr. For programs: --json prints one object on stdout.',
    )
    .version(version)
    .addHelpText('after', `\nExample:\n  ${example}\n\n${exitCodeHelp()}`);

  const build = verb(program, 'build', 'the whole job: hardware, verification, place and route, report');
  addCommonOptions(
    addActivity(addSynthOptions(addSimOptions(addEmitOptions(build, { needsSamples: true })))),
  );
  build.addHelpText('after', `\nExample:\n  ${example}`);
  build.action((model: string, options: RawOptions) => {
    understood({
      verb: 'build',
      options: check(buildOptionsSchema, model, options),
      printing: printingOf(options),
    });
  });

  const emit = verb(program, 'emit', 'only the hardware: Verilog, memory images, testbench, test vectors');
  addCommonOptions(addEmitOptions(emit, { needsSamples: false }));
  emit.action((model: string, options: RawOptions) => {
    understood({
      verb: 'emit',
      options: check(emitOptionsSchema, model, options),
      printing: printingOf(options),
    });
  });

  const sim = verb(program, 'sim', 'hardware and its verification, without place and route');
  addCommonOptions(addSimOptions(addEmitOptions(sim, { needsSamples: true })));
  sim.action((model: string, options: RawOptions) => {
    understood({
      verb: 'sim',
      options: check(simOptionsSchema, model, options),
      printing: printingOf(options),
    });
  });

  const synth = verb(program, 'synth', 'hardware, place and route and bitstream, without verification');
  addCommonOptions(addSynthOptions(addEmitOptions(synth, { needsSamples: false })));
  synth.action((model: string, options: RawOptions) => {
    understood({
      verb: 'synth',
      options: check(synthOptionsSchema, model, options),
      printing: printingOf(options),
    });
  });

  const quantize = program.command('quantize');
  quantize
    .description(
      'a float network and pictures: retrained and rounded to a number format without multiplications',
    )
    .argument('<model>', 'ONNX file with a float network')
    .addOption(
      new Option('--method <name>', 'how weights lose their multiplications (required)')
        .choices(quantizeMethods)
        .makeOptionMandatory(),
    )
    .option('--config <file>', "the method's configuration, JSON (default: its defaults)")
    .requiredOption(
      '--data <folder[:prefix]>',
      'IDX files (fashion-train-images-idx3-ubyte ...) or optdigits CSV files (required)',
    )
    .option(
      '--input-scale <scale>',
      'real value of one step of a pixel (default: 1/256, digits 1/16)',
      positiveFraction,
    )
    .option('--epochs <N>', "training epochs in all, 0: none (default: the method's)", wholeNumber)
    .option('--validation <N>', 'training pictures kept back for choosing (default: a tenth)', wholeNumber)
    .option('--seed <N>', 'of everything random (default: 1)', wholeNumber)
    .requiredOption('--out <folder>', 'where the results go (required)')
    .option('--json', 'print one JSON object on stdout, for success and failure')
    .option('--quiet', 'no progress')
    .addHelpText('after', `\nExample:\n  ${quantizeExample}`);
  quantize.action((model: string, options: RawOptions) => {
    understood({
      verb: 'quantize',
      options: check(quantizeOptionsSchema, model, options),
      printing: printingOf(options),
    });
  });

  const cmvm = program.command('cmvm');
  cmvm
    .description('a constant matrix times a vector: shared adders, verified, placed and routed')
    .argument('<matrix>', 'JSON file: n_in, n_out, x: { bits, signed }, w[output][input]')
    .requiredOption('--device <name>', `FPGA: ${deviceNames.join(', ')} (required)`)
    .option(
      '--pipeline <levels>',
      'adder levels between registers, 0: combinational (default: 1)',
      wholeNumber,
    )
    .option(
      '--fold <f[:side]>',
      'f inputs per cycle, or f:outputs for outputs, instead of everything at once',
      foldOf,
    )
    .option('--verify <N>', 'vectors compared with exact arithmetic (default: 1000)', wholeNumber)
    .option('--seed <N>', 'of the search, the vectors and the placer (default: 1)', wholeNumber)
    .option(
      '--time-limit <minutes>',
      'for one run of a tool (default: 60, place and route 120)',
      positiveNumber,
    )
    .requiredOption('--out <folder>', 'where the results go (required)');
  addCommonOptions(cmvm);
  cmvm.action((matrix: string, options: RawOptions) => {
    understood({
      verb: 'cmvm',
      options: check(cmvmOptionsSchema, undefined, { ...options, matrix }),
      printing: printingOf(options),
    });
  });

  addSweepVerbs(program, understood);
  addSearchVerb(program, understood);
  addReportVerbs(program, understood);

  const prove = program.command('prove');
  prove
    .description('a component against another one, its model or its own assertions, for all inputs')
    .argument('<design>', 'FILE#EXPORT: a component, Design, unit or proof (.ts, .mts, .js or .mjs)')
    .option('--against <FILE#EXPORT>', 'compare the outputs with those of this component')
    .option('--depth <N>', 'clock cycles searched, and the longest induction (default: 20)', wholeNumber)
    .option('--time-limit <minutes>', 'for each method (default: 1)', positiveNumber)
    .option('--out <folder>', 'where waves and tests of counterexamples go (default: counterexample)');
  addCommonOptions(prove);
  prove.action((design: string, options: RawOptions) => {
    understood({
      verb: 'prove',
      options: check(proveOptionsSchema, undefined, { ...options, design }),
      printing: printingOf(options),
    });
  });

  const doctor = program.command('doctor');
  doctor.description('which tools are there, which versions, and how to install what is missing');
  addCommonOptions(doctor);
  doctor.action((options: RawOptions) => {
    understood({
      verb: 'doctor',
      options: check(doctorOptionsSchema, undefined, options),
      printing: printingOf(options),
    });
  });
  return program;
}

const example =
  'nomul build model.onnx --device hx8k --array 8x8 \\\n' +
  '    --samples images.idx3-ubyte.gz --labels labels.idx1-ubyte.gz --input-scale 1/256 --out result';

const quantizeExample =
  'nomul quantize float.onnx --method prom --data datasets:fashion- --epochs 8 --out quantized';

function exitCodeHelp(): string {
  const lines = exitCodeText.map(([code, text]) => `  ${String(code).padEnd(5)}${text}`);
  return ['Exit codes:', ...lines].join('\n');
}

function verb(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .argument('<model>', 'ONNX file with a quantized network (QONNX or QCDQ)');
}

function addEmitOptions(command: Command, { needsSamples }: { readonly needsSamples: boolean }): Command {
  const samples = new Option(
    '--samples <images>',
    `pictures as IDX or NPY, gzipped or not${needsSamples ? ' (required)' : ''}`,
  );
  command
    .requiredOption('--device <name>', `FPGA: ${deviceNames.join(', ')} (required)`)
    .requiredOption('--array <RxC>', 'rows and columns of processing elements (required)', arraySize)
    .addOption(samples.makeOptionMandatory(needsSamples))
    .option('--labels <labels>', "the pictures' classes, for the accuracy")
    .option(
      '--input-scale <number>',
      'real value of one step of a sample, for example 1/256 (default: 1)',
      positiveFraction,
    )
    .option('--reloadable', 'weights can be loaded at run time')
    .option(
      '--pe <kind>',
      `PEs of all but depthwise layers: ${peKinds.join(', ')} (default: by weight format)`,
    )
    .option('--round-weights', 'with --pe: round the weights that it does not represent')
    .option(
      '--pvq-pulses <number>',
      'with --pe pvq --round-weights: pulses per weight (default: 1)',
      positiveNumber,
    )
    .requiredOption('--out <folder>', 'where the results go (required)');
  return command;
}

function addSimOptions(command: Command): Command {
  return command
    .option('--verify <N>', 'compare N pictures in the in-process simulator (default: 100)', wholeNumber)
    .option('--verilator <N>', 'compare N pictures in Verilator (default: 0)', wholeNumber);
}

function addSynthOptions(command: Command): Command {
  return command
    .option('--clock <MHz>', 'clock that must be met', positiveNumber)
    .addOption(new Option('--pcf <file>', 'pin constraints for iCE40').conflicts('lpf'))
    .addOption(new Option('--lpf <file>', 'pin constraints for ECP5').conflicts('pcf'))
    .option('--seed <N>', 'seed of the placer (default: 1)', wholeNumber)
    .option(
      '--time-limit <minutes>',
      'for one run of a tool (default: 60, place and route 120)',
      positiveNumber,
    );
}

function addActivity(command: Command): Command {
  return command.addOption(
    new Option('--activity [pictures]', "count changes of the mapped netlist's cells over so many pictures")
      .preset('3')
      .argParser(wholeNumber),
  );
}

function addCommonOptions(command: Command): Command {
  return command
    .option('--tools <from>', 'npm, native, or a folder with the programs (default: native, then npm)')
    .option('--json', 'print one JSON object on stdout, for success and failure')
    .option('--quiet', 'no progress');
}
