/** One batch of random Designs through everything: elaboration, linters, and all simulators. */
import fc from 'fast-check';
import type { RunOptions } from '../../src/sim/index.js';
import { lintFast, yosysComplaints } from '../helpers/lint.js';
import { batchOf, disagreements, filesOf, type Batch, type Member } from './agree.js';
import { program } from './arbitrary.js';
import { elaborateProgram } from './elaborate.js';
import type { Program } from './program.js';

/** What is wrong with one random Design. */
export interface Failure {
  readonly program: Program;
  /** Seed and position in it, which make the program again. */
  readonly seed: number;
  readonly index: number;
  /** `elaborate`, `lint`, `yosys`, a simulator, or what broke down. */
  readonly stage: string;
  readonly message: string;
}

export interface TrialOptions extends RunOptions {
  readonly cycles: number;
  /** Also the slow check by Yosys. */
  readonly yosys: boolean;
}

/** The programs of a seed, always the same. */
export const programsOf = (seed: number, count: number): Program[] =>
  fc.sample(program, { seed, numRuns: count });

/** Every failure among `count` programs of a seed. */
export async function trial(seed: number, count: number, options: TrialOptions): Promise<Failure[]> {
  const failures: Failure[] = [];
  const cases: Case[] = [];
  programsOf(seed, count).forEach((item, index) => {
    try {
      const component = elaborateProgram(item, `f${index}`);
      cases.push({ program: item, index, seed, component });
    } catch (error) {
      failures.push({ program: item, seed, index, stage: 'elaborate', message: messageOf(error) });
    }
  });
  return [...failures, ...(await failuresOf(cases, options))];
}

/** The failures of one program, for replaying and shrinking. */
export async function failuresOfProgram(item: Program, options: TrialOptions): Promise<Failure[]> {
  const component = elaborateProgram(item, 'f0');
  return failuresOf([{ program: item, index: 0, seed: 0, component }], options);
}

interface Case {
  readonly program: Program;
  readonly seed: number;
  readonly index: number;
  readonly component: Member['component'];
}

async function failuresOf(cases: readonly Case[], options: TrialOptions): Promise<Failure[]> {
  if (cases.length === 0) return [];
  const failed = (stage: string, message: string, { program: item, seed, index }: Case): Failure => ({
    program: item,
    seed,
    index,
    stage,
    message,
  });
  try {
    const batch = batchOf(
      cases.map(({ component, program: { stimulus } }) => ({ component, seed: stimulus })),
    );
    const found = await disagreements(batch, ['icarus', 'verilator'], options);
    const different = found.flatMap(({ member, simulator, port, cycle, expected, got }) =>
      cases
        .slice(member, member + 1)
        .map((item) => failed(simulator, `${port} in cycle ${cycle} is ${got}, expected ${expected}`, item)),
    );
    const complaints = await lint(batch, options);
    return [...different, ...cases.flatMap((item) => complaintsAbout(item, complaints, failed))];
  } catch (error) {
    const [alone] = cases;
    if (cases.length === 1 && alone !== undefined) return [failed('crash', messageOf(error), alone)];
  }
  // A tool broke down: halves of the batch find the member.
  const middle = cases.length >> 1;
  return [
    ...(await failuresOf(cases.slice(0, middle), options)),
    ...(await failuresOf(cases.slice(middle), options)),
  ];
}

/** Linters name the file, which is named after the member; what names none is everyone's. */
function complaintsAbout(
  item: Case,
  complaints: readonly string[],
  failed: (stage: string, message: string, item: Case) => Failure,
): Failure[] {
  const own = complaints.filter(
    (line) => (/\bf(\d+)_m\d+/.exec(line)?.[1] ?? String(item.index)) === String(item.index),
  );
  return own.length === 0 ? [] : [failed('lint', own.join('\n'), item)];
}

/** Lines of complaint. Yosys makes registers of a memory of one word and says so, which is fine. */
async function lint(batch: Batch, { yosys }: TrialOptions): Promise<readonly string[]> {
  const files = filesOf(batch);
  const { name } = batch.top.design;
  const fast = lintFast(files, name).split('\n');
  const slow = yosys ? (await yosysComplaints(files, name)).split('\n') : [];
  return [
    ...fast.filter((line) => /^%?(warning|error)|\.v:\d+: /i.test(line) && !/: Exiting due to/.test(line)),
    ...slow.filter((line) => line !== '' && !/Replacing memory|^Warnings: /.test(line)),
  ].filter((line, _, all) => all.length === 1 || !/Found \d+ problems|^yosys failed/.test(line));
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
