/** What a person reads when a sub-verb of `nomul sweep` is done. */
import { join } from 'node:path';
import { integer, plural } from '../report/index.js';
import {
  reportName,
  type PlanOutcome,
  type StagePlan,
  type StatusOutcome,
  type SweepSummary,
} from '../sweep/index.js';
import type { Paint } from './summary.js';

export function planSummary(plan: PlanOutcome, { soft }: Paint): string {
  const stages = plan.stages.map(
    (stage) => `  ${stage.stage.padEnd(11)}${stageText(stage)}${soft(eachText(stage))}`,
  );
  const reasons = plan.explanations.map(({ stage, label, why }) => `  ${stage} of ${label}: ${why}`);
  return [
    `${plan.title}: ${plural(plan.points, 'point')}, ${plural(plan.designs, 'design')}; ${integer(plan.answeredPoints)} answered already`,
    ...stages,
    ...(plan.spent === 0
      ? []
      : [
          `  ${plural(plan.spent, 'job')} given up before for want of time or memory: not tried again before limits are raised`,
        ]),
    `  ${'time left'.padEnd(11)}${timeText(plan)}`,
    ...(reasons.length === 0 ? [] : ['why stages are computed:', ...reasons]),
    ...(plan.matrix === null ? [] : [JSON.stringify(plan.matrix)]),
  ].join('\n');
}

function stageText({ answered, missing, later }: StagePlan): string {
  const open =
    later === 0 ? `${integer(missing)} to do` : `${integer(missing)} to do, up to ${integer(later)} more`;
  return `${integer(answered)} answered, ${open}`;
}

const eachText = ({ secondsEach }: StagePlan): string =>
  secondsEach === null ? '' : `  (${secondsEach.toFixed(1)} s each)`;

function timeText({ seconds }: PlanOutcome): string {
  if (seconds === null) return 'unknown: some stages were never measured in this folder';
  return `up to ${duration(seconds)} of one worker`;
}

function duration(seconds: number): string {
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function countsLine(
  { points, done, infeasible, failed, unfinished, unmeasured }: SweepSummary,
  paint: Paint,
): string {
  const parts = [
    paint.good(`${integer(done)} done`),
    `${integer(infeasible)} infeasible`,
    failed === 0 ? '0 failed' : paint.bad(`${integer(failed)} failed`),
    ...(unmeasured === 0 ? [] : [paint.bad(`${integer(unmeasured)} without energy or activity`)]),
    ...(unfinished === 0 ? [] : [paint.bad(`${integer(unfinished)} unfinished`)]),
  ];
  return `${plural(points, 'point')}: ${parts.join(', ')}`;
}

/** Of a run or a merge that is at its end. */
export const unfinishedText = (points: number): string =>
  `${plural(points, 'point')} unfinished: a shard is missing or was interrupted, or files are corrupt and could not be made again; run the sweep, or that shard, again`;

export function statusSummary(status: StatusOutcome, paint: Paint): string {
  const { waiting, running, quarantined } = status.queue;
  return [
    countsLine(status, paint),
    `  ${waiting} jobs wait, ${running} run, ${quarantined} were given up`,
    ...(status.kept === null ? [] : [`  ${paint.bad('not written')} ${status.kept}`]),
  ].join('\n');
}

interface Finished extends SweepSummary {
  readonly out: string;
  readonly corrupt: readonly string[];
  readonly explanations?: PlanOutcome['explanations'];
}

/** `fate`: what became of files that are corrupt. */
export function sweepSummary(finished: Finished, fate: string, paint: Paint): string {
  const { out, failures, unfinished, corrupt, explanations = [] } = finished;
  return [
    countsLine(finished, paint),
    ...failures.map(({ reason, points }) => `  ${paint.bad('failed')} ${plural(points, 'point')}: ${reason}`),
    ...(unfinished === 0 ? [] : [`  ${unfinishedText(unfinished)}`]),
    ...corrupt.map((path) => `  corrupt, ${fate}: ${path}`),
    ...explanations.map(({ stage, label, why }) => `  ${stage} of ${label}: ${why}`),
    `  ${'results'.padEnd(10)}${join(out, reportName)}`,
  ].join('\n');
}
