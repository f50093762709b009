/**
 * npx tsx bench/run.ts sweep-faults: a sweep with real tools, its processes killed with -9 at random times, in three ways of
 * running it, beside one worker that nobody disturbs: the same bytes. Results: bench/results/sweep-faults.json,
 * docs/results/sweep-faults.md. Options: bench/README.md. Ends with status 1 when results differ or fewer faults than asked for
 * happened.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { sweepReportSchema } from '../src/report/index.js';
import { whyNoRedis } from '../src/sweep/testing/redis-server.js';
import { compare, isSound } from './sweep-faults/compare.js';
import { page } from './sweep-faults/page.js';
import { killAll } from './sweep-faults/processes.js';
import { variantsBefore, type Results, type VariantResult } from './sweep-faults/results.js';
import { settingsFromEnvironment, type Part, type Settings } from './sweep-faults/settings.js';
import { whyNoSlurm } from './sweep-faults/slurm-cluster.js';
import { freshVariant, startSweep, variantAt, type Variant } from './sweep-faults/sweep-process.js';
import { killed, tailOf, throughRedis, throughSlurm } from './sweep-faults/variants.js';

const output = join('bench', 'results', 'sweep-faults.json');
const document = join('docs', 'results', 'sweep-faults.md');

const secondsSince = (start: number): number => (performance.now() - start) / 1000;

const durationShape = z.object({ seconds: z.number() });

/** One worker, nothing killed; kept for the next time, when the sweep itself finds nothing to do in it. */
const serial = async (
  settings: Settings,
): Promise<{ readonly variant: Variant; readonly seconds: number }> => {
  const { home, sweep, keepReference } = settings;
  const record = join(home, 'serial', 'duration.json');
  const isKept = keepReference && existsSync(record);
  const variant = isKept ? variantAt(home, 'serial') : freshVariant(home, 'serial');
  const start = performance.now();
  const code = await startSweep(variant, sweep, ['--jobs', '1', '--quiet']).ended;
  if (code !== 0) throw new Error(`the serial run ended with code ${String(code)}:\n${tailOf(variant)}`);
  const again = secondsSince(start);
  if (!isKept) writeFileSync(record, `${JSON.stringify({ seconds: again })}\n`);
  const { seconds } = durationShape.parse(JSON.parse(readFileSync(record, 'utf8')));
  console.error(
    isKept ? `serial: kept; looked through in ${again.toFixed(1)} s` : `serial: ${again.toFixed(0)} s`,
  );
  return { variant, seconds };
};

const ways = { kill: killed, redis: throughRedis, slurm: throughSlurm } as const;
const missing: Readonly<Record<Part, () => string | undefined>> = {
  kill: () => undefined,
  redis: whyNoRedis,
  slurm: whyNoSlurm,
};

const measure = async (
  part: Part,
  settings: Settings,
  reference: Variant,
  seconds: number,
): Promise<VariantResult> => {
  const start = performance.now();
  const { variant, faults, complete } = await ways[part](settings, seconds);
  const elapsed = secondsSince(start);
  const { workers, seed } = settings;
  const comparison = compare(variant.out, reference.out);
  return { variant: part, workers, seed, faults, complete, seconds: elapsed, comparison };
};

const settings = settingsFromEnvironment();
const unavailable = settings.parts.flatMap((part) => missing[part]() ?? []);
if (unavailable.length > 0) throw new Error(`sweep-faults: ${unavailable.join('; ')}`);
mkdirSync(settings.home, { recursive: true });

const interrupt = (): never => {
  for (const name of ['serial', 'kill', 'redis', 'slurm']) killAll(variantAt(settings.home, name).folder);
  process.exit(130);
};
process.once('SIGINT', interrupt).once('SIGTERM', interrupt);

const reference = await serial(settings);
const report = sweepReportSchema.parse(
  JSON.parse(readFileSync(join(reference.variant.out, 'sweep.json'), 'utf8')),
);
const base: Results = {
  title: report.title,
  sweepHash: report.sweepHash,
  nomul: report.nomul,
  tools: report.tools,
  variants: [
    {
      variant: 'serial',
      ...{ workers: 1, seed: null, faults: {}, complete: true, seconds: reference.seconds },
      comparison: compare(reference.variant.out, reference.variant.out),
    },
  ],
};
const order = ['serial', 'kill', 'redis', 'slurm'];
for (const part of settings.parts) {
  const result = await measure(part, settings, reference.variant, reference.seconds);
  const { complete, comparison, faults } = result;
  const kept = variantsBefore(output, base).filter(({ variant }) => variant !== part && variant !== 'serial');
  const variants = [...base.variants, ...kept, result].sort(
    (a, b) => order.indexOf(a.variant) - order.indexOf(b.variant),
  );
  writeFileSync(output, `${JSON.stringify({ ...base, variants }, null, 1)}\n`);
  writeFileSync(document, page({ ...base, variants }));
  console.log(`${part}: ${JSON.stringify({ faults, ...comparison })}`);
  if (!isSound(comparison) || !complete) process.exitCode = 1;
}
