/** Runs questions in Yosys: many in one process (its start costs seconds), each with its own time limit. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findTool, runTool, ToolInterrupted, type FindOptions, type FoundTool } from '../tools/index.js';
import type { Job } from './jobs.js';
import { readModel, type Model } from './model-waves.js';
import { readAnswer, type Answer } from './answers.js';

export interface EngineOptions {
  /** Wall-clock limit of one method on one question; default 60 s. */
  readonly timeLimitMs?: number;
  readonly tools?: FindOptions;
  readonly signal?: AbortSignal;
}

export interface JobResult {
  readonly answer: Answer;
  /** The counterexample, where there is one. */
  readonly model?: Model;
  readonly seconds: number;
}

const defaultLimitMs = 60_000;
/** What a start of the tool may take beside the first question. */
const startLimitMs = 60_000;
const beginMark = 'NOMUL-QUESTION';
const endMark = 'NOMUL-END';

/**
 * Answers every job, in order. A job beyond its limit is stopped and the others go on in a new process.
 * @throws ToolMissing, ToolCrashed, ToolInterrupted
 */
export async function runJobs(
  jobs: readonly { readonly folder: string; readonly job: Job }[],
  options: EngineOptions,
): Promise<readonly JobResult[]> {
  const tool = await findTool('yosys', { ...options.tools, ...signalOf(options.signal) });
  const results: (JobResult | undefined)[] = jobs.map(() => undefined);
  for (let open = pending(results); open.length > 0; open = pending(results)) {
    const work = mkdtempSync(join(tmpdir(), 'nomul-prove-'));
    try {
      await runBatch(tool, work, jobs, open, results, options);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return results.flatMap((result) => result ?? []);
}

const pending = (results: readonly unknown[]): readonly number[] =>
  results.flatMap((result, index) => (result === undefined ? [index] : []));

/** One process over the jobs `open`; fills in the results of those it reached. */
async function runBatch(
  tool: FoundTool,
  work: string,
  jobs: readonly { readonly folder: string; readonly job: Job }[],
  open: readonly number[],
  results: (JobResult | undefined)[],
  options: EngineOptions,
): Promise<void> {
  for (const index of open) writeJob(work, jobs[index]);
  const script = open.flatMap((index) => [
    `log -stderr ${beginMark} ${index}`,
    ...(jobs[index]?.job.commands ?? []),
    `log -stderr ${endMark} ${index}`,
  ]);
  writeFileSync(join(work, 'prove.ys'), `${script.join('\n')}\n`);
  const watch = new Watch(options);
  try {
    await runTool(tool, {
      args: ['-Q', '-s', 'prove.ys'],
      cwd: work,
      timeoutMs: 24 * 60 * 60 * 1000,
      signal: watch.stop.signal,
      onOutput: (chunk, stream) => watch.read(chunk, stream),
    });
  } catch (error) {
    if (!(error instanceof ToolInterrupted) || !watch.expired) throw error;
  } finally {
    watch.close();
  }
  for (const index of watch.finished) {
    const found = jobs[index];
    if (found === undefined) continue;
    const answer = readAnswer(watch.textOf(index));
    const model = answer.outcome === 'refuted' ? modelIn(work, found) : undefined;
    // Files of a stopped process may be lost; such a question is asked again.
    if (answer.outcome === 'refuted' && model === undefined && watch.expired) continue;
    results[index] = { answer, seconds: watch.secondsOf(index), ...(model === undefined ? {} : { model }) };
  }
  const late = watch.current;
  if (watch.expired && late !== undefined) {
    const { steps } = readAnswer(watch.textOf(late));
    results[late] = { answer: { outcome: 'timeout', steps }, seconds: watch.secondsOf(late) };
  }
}

function writeJob(work: string, found: { readonly folder: string; readonly job: Job } | undefined): void {
  for (const { name, text } of found?.job.files ?? []) {
    const path = join(work, found?.folder ?? '', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

function modelIn(
  work: string,
  { folder, job }: { readonly folder: string; readonly job: Job },
): Model | undefined {
  try {
    return readModel(readFileSync(join(work, folder, job.waves), 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Follows the tool's output: which question it is at, and for how long. Marks come on stderr at once; stdout, where the
 * answers are, comes in blocks and has the marks too.
 */
class Watch {
  readonly stop = new AbortController();
  /** Questions whose whole text has come. */
  readonly finished = new Set<number>();
  /** The question that runs now. */
  current: number | undefined;
  expired = false;
  private readonly texts = new Map<number, string>();
  private readonly times = new Map<number, { readonly from: number; to?: number }>();
  private readonly streams = { stdout: new Lines(), stderr: new Lines() };
  private printing: number | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly limitMs: number;
  private readonly onAbort = (): void => this.stop.abort();

  constructor(private readonly options: EngineOptions) {
    this.limitMs = options.timeLimitMs ?? defaultLimitMs;
    if (options.signal?.aborted === true) this.stop.abort();
    options.signal?.addEventListener('abort', this.onAbort);
    this.restart(this.limitMs + startLimitMs);
  }

  read(chunk: Uint8Array, stream: 'stdout' | 'stderr'): void {
    for (const line of this.streams[stream].of(chunk)) {
      const [mark, number] = line.split(' ');
      const index = mark === beginMark || mark === endMark ? Number(number) : undefined;
      if (stream === 'stdout') this.print(line, mark, index);
      else if (index !== undefined) this.time(mark === beginMark, index);
    }
  }

  textOf(index: number): string {
    return this.texts.get(index) ?? '';
  }

  secondsOf(index: number): number {
    const { from, to } = this.times.get(index) ?? { from: 0, to: 0 };
    return ((to ?? performance.now()) - from) / 1000;
  }

  close(): void {
    clearTimeout(this.timer);
    this.options.signal?.removeEventListener('abort', this.onAbort);
  }

  private print(line: string, mark: string | undefined, index: number | undefined): void {
    if (index !== undefined) {
      this.printing = mark === beginMark ? index : undefined;
      if (mark === endMark) this.finished.add(index);
    } else if (this.printing !== undefined) {
      this.texts.set(this.printing, `${this.textOf(this.printing)}${line}\n`);
    }
  }

  private time(begins: boolean, index: number): void {
    if (begins) {
      this.current = index;
      this.times.set(index, { from: performance.now() });
      this.restart(this.limitMs);
    } else {
      const started = this.times.get(index);
      if (started !== undefined) started.to = performance.now();
      this.current = undefined;
      this.restart(this.limitMs + startLimitMs);
    }
  }

  private restart(limitMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.expired = true;
      this.stop.abort();
    }, limitMs);
  }
}

/** Whole lines of a stream of bytes. */
class Lines {
  private rest = '';
  private readonly decoder = new TextDecoder();

  of(chunk: Uint8Array): readonly string[] {
    const lines = (this.rest + this.decoder.decode(chunk, { stream: true })).split('\n');
    this.rest = lines.pop() ?? '';
    return lines;
  }
}

const signalOf = (signal: AbortSignal | undefined): { readonly signal?: AbortSignal } =>
  signal === undefined ? {} : { signal };
