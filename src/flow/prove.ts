/** `nomul prove`: a user's component against another, against its model, or against its own properties. */

import { join, relative, resolve, sep } from 'node:path';
import {
  proveEquivalent,
  proveModel,
  proveProperties,
  writeCounterexample,
  type Counterexample,
  type CoverResult,
  type EngineOptions,
  type EquivalenceOptions,
  type ModelTask,
  type ModelVerdict,
  type Verdict,
} from '../formal/index.js';
import { FlowError } from './errors.js';
import { loadProvable, type Loaded } from './load-design.js';
import type { FlowHooks, Problem, ProveOptions, ProveResult, ProvedStatement } from './options.js';

/**
 * Proves what `options.design` names, and writes a VCD and a failing test for every counterexample below `options.out`.
 * @throws FlowError, FormalError, HdlError, ToolError
 */
export async function prove(options: ProveOptions, hooks: FlowHooks): Promise<ProveResult> {
  const engine: EngineOptions = {
    timeLimitMs: options.timeLimit * 60_000,
    ...(hooks.signal === undefined ? {} : { signal: hooks.signal }),
    ...(options.tools === undefined ? {} : { tools: { force: options.tools } }),
  };
  hooks.progress?.('prove', 0, 1);
  const found = await findings(options, engine);
  const files: string[] = [];
  for (const { trace } of found)
    if (trace !== undefined) files.push(...(await writeTrace(trace, options.out)));
  hooks.progress?.('prove', 1, 1);
  const statements = found.map(({ statement }) => statement);
  return { statements, files, problems: statements.flatMap(problem) };
}

/** A statement with what its counterexample belongs to. */
interface Finding {
  readonly statement: ProvedStatement;
  readonly trace?: { readonly designs: readonly Loaded[]; readonly counterexample: Counterexample };
}

async function findings(options: ProveOptions, engine: EngineOptions): Promise<readonly Finding[]> {
  const { depth } = options;
  const provable = await loadProvable(options.design);
  if (options.against !== undefined) {
    const other = await loadProvable(options.against);
    if (provable.kind !== 'design' || other.kind !== 'design')
      throw new FlowError(
        'NOT_A_DESIGN',
        'a proof says itself what is compared: leave out --against, or name a component',
      );
    const settleCycles = Math.max(provable.loaded.latencyCycles ?? 0, other.loaded.latencyCycles ?? 0);
    return [await equivalence(provable.loaded, other.loaded, { settleCycles, depth }, engine)];
  }
  switch (provable.kind) {
    case 'design':
      return properties(provable.loaded, depth, engine);
    case 'equivalence':
      return [await equivalence(provable.a, provable.b, { depth, ...provable.options }, engine)];
    case 'model':
      return [await model(provable.task, engine)];
  }
}

async function equivalence(
  a: Loaded,
  b: Loaded,
  options: EquivalenceOptions,
  engine: EngineOptions,
): Promise<Finding> {
  const verdict = await proveEquivalent(a.design, b.design, { ...options, ...engine });
  return finding(`${a.design.name} equals ${b.design.name}`, verdict, [a, b]);
}

async function properties(loaded: Loaded, depth: number, engine: EngineOptions): Promise<readonly Finding[]> {
  const { asserts, covers } = await proveProperties(loaded.design, { depth, ...engine });
  const kept =
    asserts === undefined ? [] : [finding(`${loaded.design.name} keeps its assertions`, asserts, [loaded])];
  return [...kept, ...covers.map((cover) => ({ statement: coverStatement(cover) }))];
}

async function model(task: ModelTask, engine: EngineOptions): Promise<Finding> {
  const verdict = await proveModel(task, engine);
  const { equivalence: proof, vectors, basis } = verdict;
  const simulated = `${vectors} inputs simulated, ${basis === 'table' ? 'all there are' : 'of a twin, at random'}`;
  const { statement } = finding(`${task.design.name} equals its model`, proof, []);
  const detail = [mismatchText(verdict) ?? statement.detail, simulated].join('; ');
  return {
    statement: { ...statement, verdict: verdict.verdict, ok: verdict.verdict === 'proved', detail },
  };
}

function mismatchText({ mismatch }: ModelVerdict): string | undefined {
  if (mismatch === undefined) return undefined;
  const values = (of: Readonly<Record<string, bigint>>): string =>
    Object.entries(of)
      .map(([name, value]) => `${name} = ${value}`)
      .join(', ');
  return `for ${values(mismatch.inputs)} the model gives ${values(mismatch.expected)}, the simulator ${values(mismatch.got)}`;
}

function finding(text: string, verdict: Verdict, designs: readonly Loaded[]): Finding {
  const { counterexample, seconds } = verdict;
  const statement: ProvedStatement = {
    statement: text,
    verdict: verdict.verdict,
    ok: verdict.verdict === 'proved',
    detail: detailOf(verdict),
    seconds,
    ...(counterexample === undefined ? {} : { counterexample }),
  };
  if (counterexample === undefined || designs.length === 0) return { statement };
  return { statement, trace: { designs, counterexample } };
}

function detailOf({ verdict, method, depth, attempts, counterexample }: Verdict): string {
  switch (verdict) {
    case 'proved':
      return `for all inputs and all time, by ${method ?? 'proof'}`;
    case 'bounded':
      return `no counterexample in the first ${depth ?? 0} cycles; nothing is known beyond (--depth searches further)`;
    case 'refuted':
      return counterexample === undefined ? 'by the prover' : refutation(counterexample);
    case 'unknown':
      return `no method decided: ${attempts.map(({ method: tried, outcome }) => `${tried} ${outcome}`).join(', ')}`;
  }
}

const refutation = ({ cycles, confirmed, observed }: Counterexample): string =>
  confirmed
    ? `in cycle ${cycles - 1}: ${observed}`
    : `by the prover in cycle ${cycles - 1}, but not confirmed: ${observed}`;

function coverStatement({ instance, message, outcome, trace, seconds }: CoverResult): ProvedStatement {
  const where = instance === '' ? '' : ` (in ${instance})`;
  const details = {
    reached: `in cycle ${(trace?.cycles ?? 1) - 1}`,
    unreachable: 'proved: no inputs lead there',
    notReached: 'not within the depth searched',
    unknown: 'no method decided',
  } as const;
  return {
    statement: `cover "${message}"${where}`,
    verdict: outcome,
    ok: outcome === 'reached',
    detail: details[outcome],
    seconds,
    ...(trace === undefined ? {} : { counterexample: trace }),
  };
}

function problem({ ok, statement, verdict, detail }: ProvedStatement): readonly Problem[] {
  if (ok) return [];
  const refuted = verdict === 'refuted' || verdict === 'unreachable';
  return [{ code: refuted ? 'REFUTED' : 'NOT_PROVED', message: `${statement}: ${detail}` }];
}

async function writeTrace(
  { designs, counterexample }: NonNullable<Finding['trace']>,
  out: string,
): Promise<readonly string[]> {
  const names = await writeCounterexample({
    folder: out,
    name: designs.map(({ design }) => design.name).join('-vs-'),
    designs: designs.map(({ design, file, expression }) => ({
      design,
      origin: { module: importPath(out, file), expression },
    })),
    counterexample,
  });
  return names.map((name) => join(out, name));
}

/** As a module in `folder` imports `file`; TypeScript is imported by the name of what it compiles to. */
function importPath(folder: string, file: string): string {
  const path = relative(resolve(folder), file).split(sep).join('/');
  const relativePath = path.startsWith('.') ? path : `./${path}`;
  return relativePath.replace(/\.ts$/, '.js').replace(/\.mts$/, '.mjs');
}
