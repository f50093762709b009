/**
 * The five methods on the 8x8 digits, as `make bench BENCH=methods` runs them: trained float networks, `nomul quantize`, the
 * accuracy of the exact integer network, and each network's hardware bit by bit in process and in Verilator.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tables } from '../../bench/methods/page.js';
import type { Row } from '../../bench/methods/results.js';
import { outputOf, runJob } from '../../bench/methods/run-job.js';
import { digits, type Job } from '../../bench/methods/workloads.js';
import { encodeIdx } from '../../demo/idx.js';
import { sim, simOptionsSchema } from '../../src/flow/index.js';
import { loadDataset } from '../../src/nn/index.js';
import { haveShared, sharedPath } from '../nn/shared-data.js';

const SEED = 1;
const PICTURES = 20;
/** Points of accuracy. */
const mostLost = 2;

describe.runIf(haveShared())('the five methods on the 8x8 digits', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nomul-digits-'));
  const place = { data: sharedPath('datasets'), cache: join(folder, 'cache') };
  const samples = join(folder, 'pictures.idx.gz');
  const rows: Row[] = [];

  beforeAll(() => {
    mkdirSync(place.cache);
    const { shape, pictures } = loadDataset(place.data).test;
    const size = shape[0] * shape[1] * shape[2];
    const some = Uint8Array.from(pictures.subarray(0, PICTURES * size));
    writeFileSync(samples, encodeIdx([PICTURES, shape[0], shape[1]], some));
  });
  afterAll(() => {
    console.log(`seed ${SEED}\n${tables(rows)}`);
    rmSync(folder, { recursive: true, force: true });
  });

  const measure = async (job: Job): Promise<Row> => {
    const row = await runJob(digits, job, SEED, place);
    rows.push(row);
    return row;
  };

  it.each(digits.jobs)('$network.name, $name: accuracy of the integers, then its hardware', async (job) => {
    const row = await measure(job);
    expect(row.before).toBeGreaterThan(0.95);
    expect(100 * (row.before - row.after)).toBeLessThanOrEqual(mostLost);
    const { report, problems } = await sim(
      simOptionsSchema.parse({
        model: join(outputOf(digits, job, SEED, place), 'model.qonnx.onnx'),
        ...{ device: 'ecp5-85k', array: { rows: 4, columns: 4 }, samples, inputScale: 1 / 16 },
        ...{ verify: PICTURES, verilator: PICTURES, out: join(folder, 'hardware') },
      }),
    );
    expect(problems).toEqual([]);
    expect(report.equality.map(({ pictures, mismatches }) => [pictures, mismatches])).toEqual([
      [PICTURES, 0],
      [PICTURES, 0],
    ]);
  });
});
