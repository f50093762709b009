/** `nomul sweep plan|run|status|worker|merge|manifest|schema`. */
import { Option, type Command } from 'commander';
import type { z } from 'zod';
import {
  launcherNames,
  manifestOptionsSchema,
  mergeOptionsSchema,
  planOptionsSchema,
  runOptionsSchema,
  statusOptionsSchema,
  workerOptionsSchema,
  type ManifestVerbOptions,
  type MergeOptions,
  type PlanOptions,
  type RunOptions,
  type StatusOptions,
  type WorkerVerbOptions,
} from '../sweep/index.js';
import { check, printingOf, type RawOptions } from './checked-options.js';
import type { Request } from './request.js';
import { numberFromZero, positiveNumber, shardOf, wholeNumber } from './values.js';

export type SweepRequest =
  | { readonly action: 'plan'; readonly options: PlanOptions }
  | { readonly action: 'run'; readonly options: RunOptions }
  | { readonly action: 'status'; readonly options: StatusOptions }
  | { readonly action: 'worker'; readonly options: WorkerVerbOptions }
  | { readonly action: 'merge'; readonly options: MergeOptions }
  /** Prints a manifest for Kubernetes. */
  | { readonly action: 'manifest'; readonly options: ManifestVerbOptions }
  /** Prints the JSON Schema of sweep files. */
  | { readonly action: 'schema' };

export function addSweepVerbs(program: Command, understood: (request: Request) => void): void {
  const sweep = program.command('sweep');
  sweep
    .description('many designs: models, methods, PEs, arrays, devices, seeds; resumable, results cached')
    .addHelpText('after', `\nExample:\n  ${example}`);
  const say = (raw: RawOptions, request: SweepRequest): void =>
    understood({ verb: 'sweep', request, printing: printingOf(raw) });
  addPlan(sweep, say);
  addRun(sweep, say);
  addStatus(sweep, say);
  addWorker(sweep, say);
  addMerge(sweep, say);
  addManifest(sweep, say);
  const schema = common(sweep.command('schema'));
  schema.description('the JSON Schema of sweep files, on stdout');
  schema.action((options: RawOptions) => say(options, { action: 'schema' }));
}

type Say = (raw: RawOptions, request: SweepRequest) => void;

const example =
  'nomul sweep plan demo/sweep.json --out generated/sweep\n  nomul sweep run demo/sweep.json --out generated/sweep -j 2';

function addPlan(sweep: Command, say: Say): void {
  const command = onFile(sweep.command('plan'));
  command
    .description('how many points, how much is answered already, how long the rest takes; starts nothing')
    .option('--explain-cache', 'say why stages would be computed')
    .option('--shards <N>', 'also print a CI matrix of N shards', wholeNumber);
  command.action((file: string, options: RawOptions) =>
    say(options, { action: 'plan', options: checked(planOptionsSchema, { ...options, file }) }),
  );
}

function addRun(sweep: Command, say: Say): void {
  const command = onFile(sweep.command('run'));
  command
    .description('run it, or go on with it; Ctrl-C finishes what is running, twice stops at once')
    .option(
      '-j, --jobs <N>',
      'workers (default: one for every second processor of this machine; 0: started elsewhere)',
      wholeNumber,
    )
    .addOption(queueOption())
    .addOption(
      new Option('--launcher <name>', 'who starts the workers (default: local)').choices(launcherNames),
    )
    .option(
      '--slurm-option <option...>',
      'for sbatch: --slurm-option=--partition=short --slurm-option=--mem=4G',
    )
    .option('--shard <I/N>', 'only this part of N', shardOf)
    .option('--explain-cache', 'say why stages are computed');
  command.action((file: string, options: RawOptions) =>
    say(options, { action: 'run', options: checked(runOptionsSchema, { ...options, file }) }),
  );
}

function addStatus(sweep: Command, say: Say): void {
  const command = onFile(sweep.command('status'));
  command.description('how far it is; writes sweep.json of what is finished').addOption(queueOption());
  command.action((file: string, options: RawOptions) =>
    say(options, { action: 'status', options: checked(statusOptionsSchema, { ...options, file }) }),
  );
}

function addWorker(sweep: Command, say: Say): void {
  const command = common(sweep.command('worker').argument('<folder>', 'the folder of a sweep that runs'));
  command
    .description('one more worker for a sweep, here or on a machine that shares the folder')
    .addOption(queueOption())
    .option(
      '--idle <seconds>',
      'end after so long without a job here or elsewhere (default: 300)',
      positiveNumber,
    )
    .option(
      '--grace <seconds>',
      'asked to stop, give a job back after so long (default: finish it)',
      numberFromZero,
    )
    .addOption(new Option('--attached', 'end when standard input does').hideHelp());
  command.action((folder: string, options: RawOptions) =>
    say(options, { action: 'worker', options: checked(workerOptionsSchema, { ...options, folder }) }),
  );
}

function addMerge(sweep: Command, say: Say): void {
  const command = onFile(sweep.command('merge')).argument('<folders...>', 'the folders of the shards');
  command.description('put the results of shards together');
  command.action((file: string, folders: readonly string[], options: RawOptions) =>
    say(options, { action: 'merge', options: checked(mergeOptionsSchema, { ...options, file, folders }) }),
  );
}

function addManifest(sweep: Command, say: Say): void {
  const command = common(
    sweep.command('manifest').argument('<file>', 'sweep file, as the containers see it'),
  );
  command
    .description('two Jobs for Kubernetes 1.29 that run a sweep, as JSON on stdout; applies nothing')
    .requiredOption('--out <folder>', 'where results are kept, as the containers see it (required)')
    .requiredOption('--image <name>', 'an image with nomul on its PATH (required)')
    .requiredOption('--claim <name>', 'PersistentVolumeClaim, ReadWriteMany, with file and folder (required)')
    .requiredOption('--mount <path>', 'where it is mounted (required)')
    .option('-j, --jobs <N>', 'workers (default: 4)', wholeNumber)
    .option('--queue <url>', 'redis://HOST:PORT (default: a queue in the folder)')
    .option('--queue-secret <name>', 'a Secret whose entry url is the address of the queue')
    .option('--memory-mib <N>', 'memory of one worker (default: 4096)', wholeNumber);
  command.action((file: string, { memoryMib: memoryMiB, ...options }: RawOptions) =>
    say(options, {
      action: 'manifest',
      options: checked(manifestOptionsSchema, { ...options, memoryMiB, file }),
    }),
  );
}

/** A password belongs into the environment, which other users do not see. */
const queueOption = (): Option =>
  new Option('--queue <url>', 'redis://HOST:PORT (default: a queue in the folder)').env('NOMUL_QUEUE');

function onFile(command: Command): Command {
  return common(command.argument('<file>', 'sweep file, JSON or TypeScript'))
    .requiredOption('--out <folder>', 'where results are kept (required)')
    .option('--points-limit <N>', 'refuse sweeps of more points (default: 100000)', wholeNumber);
}

function common(command: Command): Command {
  return command
    .option('--json', 'print one JSON object on stdout, for success and failure')
    .option('--quiet', 'no progress');
}

const checked = <Schema extends z.ZodType>(schema: Schema, raw: RawOptions): z.output<Schema> =>
  check(schema, undefined, raw);
