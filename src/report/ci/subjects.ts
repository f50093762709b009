/** What a check looks at: designs with their numbers and the checks that their reports already made. */
import { number, plural } from '../html.js';
import type { QuantizeReport } from '../quantize/schema.js';
import type { Report, ReportEquality } from '../schema.js';
import { designsOf, type Design } from '../sweep/designs.js';
import { forEachMeasure, type Measured } from '../sweep/measures.js';
import type { SweepPoint, SweepReport } from '../sweep/schema.js';
import type { AnyReport } from './read.js';

/** What a budget's entry can choose designs by; null: the report does not know it. */
export interface Identity {
  readonly model: string;
  readonly method: string | null;
  readonly setting: string | null;
  readonly pe: string | null;
  /** `8x16`: rows x columns. */
  readonly array: string | null;
  readonly device: string | null;
  readonly requestedMHz: number | null;
}

/** Something that is not as it should be. */
export interface Finding {
  /** `MISMATCH`, `BUDGET_EXCEEDED`, or a lint rule's name. */
  readonly rule: string;
  readonly level: 'error' | 'warning';
  /** The design or file it is about. */
  readonly subject: string;
  readonly message: string;
  /** What of the subject it is about; the same from run to run, whatever the numbers in name and message. */
  readonly about: string;
  /** Where a reader looks, as the path was given. */
  readonly file: string;
  /** From 1. */
  readonly line?: number;
  readonly column?: number;
}

/** A check that ran. `skipped`: there was nothing to check, and `reason` says why. */
export type Case =
  | { readonly name: string; readonly outcome: 'passed' }
  | { readonly name: string; readonly outcome: 'skipped'; readonly reason: string }
  | { readonly name: string; readonly outcome: 'failed'; readonly finding: Finding };

export interface Subject {
  readonly file: string;
  readonly name: string;
  readonly identity: Identity;
  readonly measured: Measured;
  readonly cases: readonly Case[];
}

/** The designs of a report. `file`: its path, as the user gave it. */
export function subjectsOf(read: AnyReport, file: string): readonly Subject[] {
  switch (read.kind) {
    case 'build':
      return [buildSubject(read.report, file)];
    case 'quantize':
      return [quantizeSubject(read.report, file)];
    case 'sweep':
      return sweepSubjects(read.report, file);
  }
}

const nothingMeasured = forEachMeasure(() => null);

function buildSubject(report: Report, file: string): Subject {
  const { network, array, device, clock, accuracy } = report;
  const pe = report.options['pe'];
  const identity: Identity = {
    model: network.name,
    method: null,
    setting: null,
    pe: typeof pe === 'string' ? pe : 'auto',
    array: `${array.rows}x${array.columns}`,
    device: device?.name ?? null,
    requestedMHz: clock.requestedMHz,
  };
  const name = subjectName(identity);
  return {
    file,
    name,
    identity,
    measured: {
      ...nothingMeasured,
      accuracy: accuracy?.top1 ?? null,
      luts: device?.luts ?? null,
      registers: device?.registers ?? null,
      blockRams: device?.blockRams ?? null,
      dsps: device?.dsps ?? null,
      fmaxMHz: device?.fmaxMHz ?? null,
      latencyCycles: report.latencyCycles.simulated ?? report.latencyCycles.predicted,
      initiationInterval: report.initiationInterval.simulated ?? report.initiationInterval.predicted,
      inferencesPerSecond: report.inferencesPerSecond,
    },
    cases: buildCases(report, name, file),
  };
}

/** The report's problems repeat mismatches and a missed clock: those are cases of their own already. */
function buildCases(report: Report, subject: string, file: string): readonly Case[] {
  const { equality, netlist, clock, problems } = report;
  const messageOf = (code: string): string | undefined =>
    problems.find((problem) => problem.code === code)?.message;
  const failed = (name: string, rule: string, about: string, message: string): Case => ({
    name,
    outcome: 'failed',
    finding: { rule, level: 'error', subject, message, about, file },
  });
  const equal = ({ simulator, pictures, mismatches }: ReportEquality): Case => {
    const name = `${simulator}: ${plural(pictures, 'picture')} equal to the reference`;
    const message = `${plural(mismatches, 'output')} of ${plural(pictures, 'picture')} differ from the reference in ${simulator}`;
    return mismatches === 0 ? { name, outcome: 'passed' } : failed(name, 'MISMATCH', simulator, message);
  };
  const proofs = (netlist === null ? equality : [...equality, netlist]).map(equal);
  const clockName = `a clock of ${number(clock.requestedMHz ?? 0)} MHz is met`;
  const clockCases: readonly Case[] =
    clock.met === null
      ? []
      : clock.met
        ? [{ name: clockName, outcome: 'passed' }]
        : [failed(clockName, 'TIMING_FAILED', 'clock', messageOf('TIMING_FAILED') ?? 'the clock is missed')];
  const told = new Set([...proofs, ...clockCases].flatMap((each) => ruleOf(each)));
  const others = problems
    .filter(({ code }) => !told.has(code))
    .map(({ code, message }) => failed(code, code, '', message));
  return [...proofs, ...clockCases, ...others];
}

const ruleOf = (each: Case): readonly string[] => (each.outcome === 'failed' ? [each.finding.rule] : []);

function quantizeSubject(report: QuantizeReport, file: string): Subject {
  const { model, method, accuracy, totals } = report;
  const identity: Identity = {
    model: model.name,
    method,
    setting: null,
    pe: null,
    array: null,
    device: null,
    requestedMHz: null,
  };
  return {
    file,
    name: subjectName(identity),
    identity,
    measured: {
      ...nothingMeasured,
      accuracy: accuracy.after,
      multiplications: totals.multiplications,
      operationEnergyPj: totals.energyPj,
    },
    cases: [],
  };
}

function sweepSubjects({ points }: SweepReport, file: string): readonly Subject[] {
  return designsOf(points).map((design) => {
    const identity: Identity = {
      model: design.model,
      method: design.method,
      setting: design.setting,
      pe: design.pe,
      array: `${design.rows}x${design.columns}`,
      device: design.device,
      requestedMHz: design.requestedMHz,
    };
    return {
      file,
      name: design.label,
      identity,
      measured: design.measured,
      cases: design.points.map((point) => seedCase(design, point, file)),
    };
  });
}

function seedCase({ label }: Design, point: SweepPoint, file: string): Case {
  const { seed, status, reason, requestedMHz, placed } = point;
  const name = `seed ${seed}`;
  const failed = (rule: string, message: string): Case => ({
    name,
    outcome: 'failed',
    finding: { rule, level: 'error', subject: label, message: `${name} ${message}`, about: name, file },
  });
  const why = reason ?? 'no reason was recorded';
  if (status === 'infeasible') return { name, outcome: 'skipped', reason: `infeasible: ${why}` };
  if (status === 'failed') return failed('POINT_FAILED', `failed: ${why}`);
  // A clock that nobody asked for cannot be missed.
  if (requestedMHz === null || placed === null || placed.timingMet) return { name, outcome: 'passed' };
  const reached = placed.fmaxMHz === null ? '' : `, place and route reached ${number(placed.fmaxMHz)} MHz`;
  return failed('TIMING_FAILED', `misses the clock of ${number(requestedMHz)} MHz${reached}`);
}

function subjectName({ model, method, pe, array, device, requestedMHz }: Identity): string {
  const clock = requestedMHz === null ? null : `at ${number(requestedMHz)} MHz`;
  return [model, method, pe, array, device, clock].filter((part) => part !== null).join(' ');
}
