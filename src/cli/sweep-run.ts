/** Runs a sub-verb of `nomul sweep`, and says how it went. */
import {
  k8sManifest,
  merge,
  plan,
  runSweep,
  status,
  sweepJsonSchema,
  work,
  type SweepHooks,
  type SweepSummary,
} from '../sweep/index.js';
import { resultEnvelope, type Envelope } from './envelope.js';
import { exitCodes } from './exit-codes.js';
import type { Paint } from './summary.js';
import { countsLine, planSummary, sweepSummary } from './sweep-summary.js';
import type { SweepRequest } from './sweep-verbs.js';

export interface SweepOutcomeText {
  readonly envelope: Envelope;
  readonly text?: string;
  readonly summary: (paint: Paint) => string;
}

export async function runSweepVerb(request: SweepRequest, hooks: SweepHooks): Promise<SweepOutcomeText> {
  switch (request.action) {
    case 'plan': {
      const planned = await plan(request.options, hooks);
      return { envelope: envelopeOf(planned), summary: (paint) => planSummary(planned, paint) };
    }
    case 'run': {
      const ran = await runSweep(request.options, hooks);
      return { envelope: envelopeOf(ran, ran), summary: (paint) => sweepSummary(ran, paint) };
    }
    case 'status': {
      const found = await status(request.options);
      const { waiting, running, quarantined } = found.queue;
      const queue = `${waiting} jobs wait, ${running} run, ${quarantined} were given up`;
      return { envelope: envelopeOf(found), summary: (paint) => `${countsLine(found, paint)}\n  ${queue}` };
    }
    case 'merge': {
      const merged = await merge(request.options);
      return { envelope: envelopeOf(merged, merged), summary: (paint) => sweepSummary(merged, paint) };
    }
    case 'worker': {
      const jobs = await work(request.options, hooks);
      return { envelope: envelopeOf({ jobs }), summary: () => `${jobs} jobs finished, no more to do` };
    }
    case 'manifest': {
      const { jobs: workers, queue, queueSecret, memoryMiB, ...rest } = request.options;
      const manifest = k8sManifest({
        ...{ ...rest, workers },
        ...(queue === undefined ? {} : { queue }),
        ...(queueSecret === undefined ? {} : { queueSecret }),
        ...(memoryMiB === undefined ? {} : { memoryMiB }),
      });
      return {
        envelope: envelopeOf(manifest),
        text: `${JSON.stringify(manifest, null, 2)}\n`,
        summary: () => '',
      };
    }
    case 'schema': {
      const schema = sweepJsonSchema();
      return {
        envelope: envelopeOf(schema),
        text: `${JSON.stringify(schema, null, 2)}\n`,
        summary: () => '',
      };
    }
  }
}

/** Points that failed or were not measured make the exit code 5; each reason is a problem. */
const envelopeOf = (result: unknown, summary?: SweepSummary): Envelope => {
  const failed = summary !== undefined && summary.failed + summary.unmeasured > 0;
  const problems = (summary?.failures ?? []).map(({ reason, points }) => ({
    code: 'POINTS_FAILED',
    message: `${points} ${points === 1 ? 'point' : 'points'}: ${reason}`,
  }));
  return resultEnvelope('sweep', failed ? exitCodes.partial : exitCodes.ok, result, problems);
};
