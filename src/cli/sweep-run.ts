/** Runs a sub-verb of `nomul sweep`, and says how it went. */
import { plural } from '../report/index.js';
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
import { planSummary, statusSummary, sweepSummary, unfinishedText } from './sweep-summary.js';
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
      return { envelope: envelopeOf(ran, ran), summary: (paint) => sweepSummary(ran, 'made again', paint) };
    }
    case 'status': {
      const found = await status(request.options);
      return { envelope: envelopeOf(found), summary: (paint) => statusSummary(found, paint) };
    }
    case 'merge': {
      const merged = await merge(request.options);
      return {
        envelope: envelopeOf(merged, merged),
        summary: (paint) => sweepSummary(merged, 'left out', paint),
      };
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

/** Points that failed, were not measured or are not finished make the exit code 5; each reason is a problem. */
const envelopeOf = (result: unknown, summary?: SweepSummary): Envelope => {
  if (summary === undefined) return resultEnvelope('sweep', exitCodes.ok, result, []);
  const { failures, failed, unmeasured, unfinished } = summary;
  const problems = failures.map(({ reason, points }) => ({
    code: 'POINTS_FAILED',
    message: `${plural(points, 'point')}: ${reason}`,
  }));
  const open = unfinished === 0 ? [] : [{ code: 'POINTS_UNFINISHED', message: unfinishedText(unfinished) }];
  const isWhole = failed + unmeasured + unfinished === 0;
  return resultEnvelope('sweep', isWhole ? exitCodes.ok : exitCodes.partial, result, [...problems, ...open]);
};
