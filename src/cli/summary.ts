/** What a person reads when a verb is done. */
import { join } from 'node:path';
import type {
  CheckResult,
  CmvmResult,
  DoctorResult,
  FlowResult,
  Problem,
  ProveResult,
  QuantizeResult,
  ReportResult,
} from '../flow/index.js';
import { integer, number, percent, plural, type Report } from '../report/index.js';

/** Colours on a terminal, plain text elsewhere. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly soft: (text: string) => string;
}

export function createPaint(colour: boolean): Paint {
  const wrap = (code: number) => (text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { good: wrap(32), bad: wrap(31), soft: wrap(2) };
}

export function resultSummary({ out, files, report, problems }: FlowResult, paint: Paint): string {
  const { network, array, device } = report;
  const on = device === null ? '' : ` on ${device.name}`;
  const facts: (readonly [string, string])[] = [
    ['array', `${array.rows} x ${array.columns} ${array.peKind} processing elements${beside(report)}`],
    ...accuracyLines(report),
    ...equalityLines(report, paint),
    ...deviceLines(report, paint),
    ['a picture', cyclesText(report)],
    ...speedLines(report),
    ...activityLines(report),
    ['results', resultPath(out, files)],
  ];
  const lines = facts.map(([name, text]) => `  ${name.padEnd(10)}${text}`);
  return [`${network.name}${on}`, ...lines, ...problemLines(problems, paint)].join('\n');
}

function beside({ array }: Report): string {
  if (array.unitsBeside.length === 0) return '';
  return `, beside them ${array.unitsBeside.map(({ kind, count }) => `${integer(count)} x ${kind}`).join(', ')}`;
}

function accuracyLines({ accuracy }: Report): (readonly [string, string])[] {
  if (accuracy === null) return [];
  return [['accuracy', `${percent(accuracy.top1, 2)} of ${plural(accuracy.pictures, 'picture')}`]];
}

function equalityLines({ equality, netlist }: Report, paint: Paint): (readonly [string, string])[] {
  const proofs = netlist === null ? equality : [...equality, netlist];
  return proofs.map(({ simulator, pictures, cycles, mismatches }) => {
    const verdict =
      mismatches === 0 ? paint.good('bit-exact') : paint.bad(`${plural(mismatches, 'output')} differ`);
    return [
      'equality',
      `${verdict}: ${plural(pictures, 'picture')}, ${plural(cycles, 'cycle')} in ${simulator}`,
    ];
  });
}

function deviceLines({ device, clock }: Report, paint: Paint): (readonly [string, string])[] {
  if (device === null) return [];
  const { available, luts, registers, blockRams, dsps, basis, fmaxMHz } = device;
  const of = (used: number, limit: number | undefined, unit: string): string =>
    `${integer(used)}${limit === undefined || limit === 0 ? '' : ` of ${integer(limit)}`} ${unit}`;
  const parts = [
    of(luts, available?.luts, 'LUTs'),
    of(registers, available?.registers, 'registers'),
    of(blockRams, available?.blockRams, 'block RAMs'),
    of(dsps, available?.dsps, 'DSPs'),
  ];
  const lines: (readonly [string, string])[] = [['device', `${parts.join(', ')} (${basis})`]];
  if (fmaxMHz === null) return lines;
  const asked = clock.requestedMHz === null ? '' : `, ${number(clock.requestedMHz)} MHz asked for`;
  const verdict = clock.met === null ? '' : clock.met ? paint.good(': met') : paint.bad(': missed');
  return [...lines, ['clock', `${number(fmaxMHz)} MHz (placed)${asked}${verdict}`]];
}

function cyclesText({ latencyCycles, initiationInterval }: Report): string {
  const basis = latencyCycles.simulated === null ? 'estimated' : 'simulated';
  const latency = latencyCycles.simulated ?? latencyCycles.predicted;
  const interval = initiationInterval.simulated ?? initiationInterval.predicted;
  return `${plural(latency, 'cycle')} from first pixel to last output, a new one every ${plural(interval, 'cycle')} (${basis})`;
}

function speedLines({
  inferencesPerSecond,
  inferencesPerSecondBasis,
}: Report): (readonly [string, string])[] {
  if (inferencesPerSecond === null) return [];
  return [
    ['speed', `${number(inferencesPerSecond)} inferences/s (${inferencesPerSecondBasis ?? 'estimated'})`],
  ];
}

function activityLines({ activity }: Report): (readonly [string, string])[] {
  if (activity === null) return [];
  const parts = activity.cells.map(({ cell, toggles }) => `${cell} ${integer(toggles)}`);
  return [['activity', `${parts.join(', ')} changes a picture (mapped netlist)`]];
}

function resultPath(out: string, files: readonly string[]): string {
  return files.includes('report.html') ? join(out, 'report.html') : out;
}

function problemLines(problems: readonly Problem[], paint: Paint): string[] {
  return problems.map(({ code, message }) => `${paint.bad('failed')} ${code}: ${message}`);
}

export function cmvmSummary({ out, report, problems }: CmvmResult, paint: Paint): string {
  const { matrix, graph, fold, latencyCycles, cyclesPerVector, luts, registers, fmaxMHz, verified } = report;
  const verdict =
    verified.mismatches === 0 ? paint.good('exact') : paint.bad(`${verified.mismatches} cycles differ`);
  const facts: (readonly [string, string])[] = [
    ...(graph === null
      ? []
      : [
          [
            'adders',
            `${integer(graph.adders)} of ${integer(graph.adderBits)} bits, ${plural(graph.depth, 'level')} deep`,
          ] as const,
        ]),
    ...(fold === null
      ? []
      : [['fold', `${plural(fold.perCycle, fold.side.slice(0, -1))} per cycle`] as const]),
    ['equality', `${verdict}: ${plural(verified.vectors, 'vector')}, ${plural(verified.cycles, 'cycle')}`],
    [
      'timing',
      `${plural(latencyCycles, 'cycle')} of latency, a vector every ${plural(cyclesPerVector, 'cycle')}`,
    ],
    ['device', `${integer(luts)} LUTs, ${integer(registers)} registers (synthesized)`],
    ...(fmaxMHz === null ? [] : [['clock', `${number(fmaxMHz)} MHz (placed between registers)`] as const]),
    ['results', out],
  ];
  const title = `${matrix.name}, ${matrix.outputs} x ${matrix.inputs} on ${report.device}`;
  const lines = facts.map(([name, text]) => `  ${name.padEnd(10)}${text}`);
  return [title, ...lines, ...problemLines(problems, paint)].join('\n');
}

export function quantizeSummary({ out, files, report, problems }: QuantizeResult, paint: Paint): string {
  const { accuracy, totals, float16, layers } = report;
  const removed = totals.macs === 0 ? 0 : 1 - totals.multiplications / totals.macs;
  const facts: (readonly [string, string])[] = [
    [
      'accuracy',
      `${percent(accuracy.after, 2)} as integers, ${percent(accuracy.before, 2)} in float, ${plural(accuracy.pictures, 'test picture')}`,
    ],
    [
      'products',
      `${integer(totals.multiplications)} multiplications a picture, ${percent(removed, 2)} of ${integer(totals.macs)} MACs removed`,
    ],
    [
      'weights',
      `${integer(Math.ceil(totals.packedBits / 8))} bytes packed, ${number(float16.storageBits / totals.packedBits)} times smaller than 16-bit floats`,
    ],
    [
      'energy',
      `${number(totals.energyPj / 1e6)} µJ by published energies per operation, ${number(float16.energyPj / totals.energyPj)} times below 16-bit floats`,
    ],
    ['results', resultPath(out, files)],
  ];
  const lines = facts.map(([name, text]) => `  ${name.padEnd(10)}${text}`);
  const title = `${report.model.name}, ${report.method}, ${plural(layers.length, 'layer')}`;
  return [title, ...lines, ...problemLines(problems, paint)].join('\n');
}

export function reportSummary({ title, points, designs, files }: ReportResult): string {
  const { done, infeasible, failed } = points;
  const all = plural(done + infeasible + failed, 'point');
  const lines = [
    `  points    ${all} of ${plural(designs, 'design')}: ${integer(done)} done, ${integer(infeasible)} infeasible, ${integer(failed)} failed`,
    ...files.map((file) => `  wrote     ${file}`),
  ];
  return [title, ...lines].join('\n');
}

export function checkSummary(
  { designs, updated, checks, findings, files, problems }: CheckResult,
  paint: Paint,
): string {
  const warnings = findings
    .filter(({ level }) => level === 'warning')
    .map(({ rule, subject, message, line = 0 }) => `warning ${rule}: ${subject}:${line}: ${message}`);
  const verdict = updated
    ? 'their numbers are the budget'
    : checks === 0
      ? 'nothing was checked'
      : problems.length === 0
        ? paint.good(`${plural(checks, 'check')} passed`)
        : paint.bad(`${integer(problems.length)} of ${plural(checks, 'check')} failed`);
  return [
    ...(designs + checks === 0 ? [] : [`${plural(designs, 'design')}: ${verdict}`]),
    ...files.map((file) => `  wrote ${file}`),
    ...warnings,
    ...problemLines(problems, paint),
  ].join('\n');
}

export function proveSummary({ statements, files }: ProveResult, paint: Paint): string {
  const lines = statements.map(({ statement, verdict, ok, detail, seconds }) => {
    const word = ok ? paint.good(verdict) : paint.bad(verdict);
    return `${word} ${statement}: ${detail} ${paint.soft(`(${number(seconds)} s)`)}`;
  });
  return [...lines, ...files.map((file) => `  wrote ${file}`)].join('\n');
}

export function doctorSummary({ entries, missing }: DoctorResult, paint: Paint): string {
  const lines = entries.flatMap(({ tool, purpose, found, rejected, install }) => {
    const name = tool.padEnd(14);
    if (found !== undefined) {
      return [`${paint.good('ok     ')} ${name} ${found.version} (${found.origin}), for ${purpose}`];
    }
    return [
      `${paint.bad('missing')} ${name} for ${purpose}`,
      ...rejected.map(({ where, why }) => paint.soft(`          looked at ${where}: ${why}`)),
      `          install it with: ${install}`,
    ];
  });
  const verdict =
    missing.length === 0
      ? paint.good('Everything that an iCE40 build needs is here.')
      : paint.bad(`An iCE40 build needs what is missing: ${missing.join(', ')}.`);
  return [...lines, verdict].join('\n');
}
