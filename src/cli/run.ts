/** One run of the command line: parse, call the verb, print, choose the exit code. */
import type {
  CheckResult,
  CmvmResult,
  DoctorResult,
  Flow,
  FlowHooks,
  FlowResult,
  ProveResult,
  QuantizeResult,
  ReportResult,
} from '../flow/index.js';
import { renderQuantizeReport, renderReport } from '../report/index.js';
import type { Envelope } from './envelope.js';
import { failureEnvelope, resultEnvelope } from './envelope.js';
import { exitCodes, failureOf } from './exit-codes.js';
import { createProgress } from './progress.js';
import { parseCommandLine, verbs } from './program.js';
import type { Request } from './request.js';
import { runSearchVerb } from './search-verb.js';
import { runSweepVerb } from './sweep-run.js';
import {
  checkSummary,
  cmvmSummary,
  createPaint,
  doctorSummary,
  proveSummary,
  quantizeSummary,
  reportSummary,
  resultSummary,
} from './summary.js';

/** Everything the command line takes from the process, so that tests can give something else. */
export interface Surroundings {
  readonly flow: Flow;
  readonly version: string;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted on Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Runs `nomul` with these arguments (without the program's name) and returns the exit code. Never throws. */
export async function runCli(words: readonly string[], surroundings: Surroundings): Promise<number> {
  const { stdout, stderr, env, signal, version } = surroundings;
  const terminal = stderr.isTTY === true;
  const paint = createPaint(terminal && (env['NO_COLOR'] ?? '') === '');
  const json = wantsJson(words);
  const printEnvelope = (envelope: Envelope): void =>
    void stdout.write(`${JSON.stringify(envelope, null, 2)}\n`);
  let progress = createProgress('none', stderr);

  try {
    const request = parseCommandLine(words, version);
    if (request.verb === 'help') {
      stdout.write(request.text);
      return exitCodes.ok;
    }
    progress = createProgress(request.printing.quiet ? 'none' : terminal ? 'bar' : 'lines', stderr);
    const hooks: FlowHooks = { progress: progress.report, signal, renderReport, renderQuantizeReport };
    const notice = (line: string): void => void stderr.write(`${line}\n`);
    const outcome = await runVerb(request, surroundings.flow, hooks, notice);
    progress.stop();
    const summary = outcome.summary(paint);
    if (summary !== '') stderr.write(`${summary}\n`);
    if (!json && outcome.text !== undefined) stdout.write(outcome.text);
    if (json) printEnvelope(outcome.envelope);
    return outcome.envelope.exitCode;
  } catch (error) {
    progress.stop();
    const failure = failureOf(error, signal.aborted);
    const hint = failure.code === 'USAGE' ? `\ntry \`${helpCommand(words)}\`` : '';
    stderr.write(`${paint.bad('error')} ${failure.message}${hint}\n`);
    if (failure.stack !== undefined) stderr.write(`${paint.soft(failure.stack)}\n`);
    if (json) printEnvelope(failureEnvelope(verbIn(words), failure));
    return failure.exitCode;
  }
}

interface Outcome {
  readonly envelope: Envelope;
  /** For stdout, where no JSON is asked for. */
  readonly text?: string;
  readonly summary: (paint: ReturnType<typeof createPaint>) => string;
}

type VerbRequest = Exclude<Request, { readonly verb: 'help' }>;

async function runVerb(
  request: VerbRequest,
  flow: Flow,
  hooks: FlowHooks,
  notice: (line: string) => void,
): Promise<Outcome> {
  switch (request.verb) {
    case 'emit':
      return flowOutcome(request.verb, await flow.emit(request.options, hooks));
    case 'sim':
      return flowOutcome(request.verb, await flow.sim(request.options, hooks));
    case 'synth':
      return flowOutcome(request.verb, await flow.synth(request.options, hooks));
    case 'build':
      return flowOutcome(request.verb, await flow.build(request.options, hooks));
    case 'prove':
      return proveOutcome(await flow.prove(request.options, hooks));
    case 'cmvm':
      return cmvmOutcome(await flow.cmvm(request.options, hooks));
    case 'quantize':
      return quantizeOutcome(await flow.quantize(request.options, hooks));
    case 'report':
      return reportOutcome(await flow.report(request.options));
    case 'check':
      return checkOutcome(await flow.check(request.options));
    case 'sweep':
      return await runSweepVerb(request.request, { ...hooks, notice });
    case 'search':
      return await runSearchVerb(request.options, hooks);
    case 'doctor':
      return doctorOutcome(await flow.doctor(request.options, hooks));
  }
}

function flowOutcome(verb: string, result: FlowResult): Outcome {
  const { out, files, report, problems } = result;
  const exitCode = problems.length === 0 ? exitCodes.ok : exitCodes.checkFailed;
  return {
    envelope: resultEnvelope(verb, exitCode, { out, files, report }, problems),
    summary: (paint) => resultSummary(result, paint),
  };
}

function cmvmOutcome(result: CmvmResult): Outcome {
  const { out, files, report, problems } = result;
  const exitCode = problems.length === 0 ? exitCodes.ok : exitCodes.checkFailed;
  return {
    envelope: resultEnvelope('cmvm', exitCode, { out, files, report }, problems),
    summary: (paint) => cmvmSummary(result, paint),
  };
}

function quantizeOutcome(result: QuantizeResult): Outcome {
  const { out, files, report, problems } = result;
  const exitCode = problems.length === 0 ? exitCodes.ok : exitCodes.checkFailed;
  return {
    envelope: resultEnvelope('quantize', exitCode, { out, files, report }, problems),
    summary: (paint) => quantizeSummary(result, paint),
  };
}

function reportOutcome(result: ReportResult): Outcome {
  return {
    envelope: resultEnvelope('report', exitCodes.ok, result, []),
    summary: () => reportSummary(result),
  };
}

function checkOutcome(result: CheckResult): Outcome {
  const { problems, text, ...rest } = result;
  const exitCode = problems.length === 0 ? exitCodes.ok : exitCodes.checkFailed;
  return {
    envelope: resultEnvelope('check', exitCode, rest, problems),
    text,
    summary: (paint) => checkSummary(result, paint),
  };
}

/** Values of signals have any width: JSON carries them as decimal text. */
function proveOutcome(result: ProveResult): Outcome {
  const { statements, files, problems } = result;
  const exitCode = problems.length === 0 ? exitCodes.ok : exitCodes.checkFailed;
  const printed = statements.map(({ counterexample, ...statement }) => ({
    ...statement,
    counterexample:
      counterexample === undefined ? null : { ...counterexample, inputs: texts(counterexample.inputs) },
  }));
  return {
    envelope: resultEnvelope('prove', exitCode, { statements: printed, files }, problems),
    summary: (paint) => proveSummary(result, paint),
  };
}

const texts = (
  inputs: Readonly<Record<string, readonly bigint[]>>,
): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(Object.entries(inputs).map(([port, values]) => [port, values.map(String)]));

function doctorOutcome(result: DoctorResult): Outcome {
  const exitCode = result.missing.length === 0 ? exitCodes.ok : exitCodes.toolMissing;
  const entries = result.entries.map(({ tool, purpose, found, rejected, minimumNative, install }) => ({
    tool,
    purpose,
    found: found === undefined ? null : { origin: found.origin, version: found.version },
    rejected,
    minimumNative,
    install,
  }));
  const problems = result.missing.map((tool) => ({ code: 'TOOL_MISSING', message: `${tool} is missing` }));
  return {
    envelope: resultEnvelope('doctor', exitCode, { entries }, problems),
    summary: (paint) => doctorSummary(result, paint),
  };
}

/** Also for command lines that cannot be parsed: a program that asked for JSON gets JSON. */
function wantsJson(words: readonly string[]): boolean {
  return words.includes('--json');
}

function verbIn(words: readonly string[]): string | null {
  return verbs.find((verb) => words[0] === verb) ?? null;
}

function helpCommand(words: readonly string[]): string {
  const verb = verbIn(words);
  return verb === null ? 'nomul --help' : `nomul ${verb} --help`;
}
