/** `nomul search` with real tools on the 8x8 digits: what it writes, what it claims, and that it goes on where it stopped. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { floatNetwork } from '../../bench/methods/float.js';
import { digits } from '../../bench/methods/workloads.js';
import { importOnnx } from '../../src/nn/index.js';
import { formatName } from '../../src/quant/index.js';
import { sweepReportSchema } from '../../src/report/index.js';
import { search, searchOptionsSchema, searchReportSchema } from '../../src/sweep/index.js';
import { haveShared, sharedPath } from '../nn/shared-data.js';

describe.runIf(haveShared())('a search on the 8x8 digits', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nomul-search-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const out = join(folder, 'found');
  const network = digits.jobs[0]?.network;

  const options = async () => {
    if (network === undefined) throw new Error('the digits have a network');
    const place = { data: sharedPath('datasets'), cache: join(folder, 'float') };
    return searchOptionsSchema.parse({
      model: await floatNetwork(digits, network, 1, place, {}),
      ...{
        data: place.data,
        validation: digits.validation,
        target: 'hx8k',
        arrays: [{ rows: 4, columns: 4 }],
        out,
      },
      formats: { intBits: [8, 3], powerOfTwoBits: [], pvqRatios: [], factors: [] },
      ...{ epochs: 2, trialEpochs: 1, maxLoss: 2, compare: [], verify: 5, verilator: 2, placeSeeds: 1 },
    });
  };

  it('chooses formats for every layer, builds the accelerator, and claims what is true of them', async () => {
    const { files, problems } = await search(await options());
    expect(problems).toEqual([]);
    const report = searchReportSchema.parse(JSON.parse(readFileSync(join(out, 'search.json'), 'utf8')));
    const { chosen, float } = report;
    expect(chosen.met).toBe(true);
    expect(chosen.accuracy.validation).toBeGreaterThanOrEqual(float.validation - 0.02);
    const { network: built } = importOnnx(new Uint8Array(readFileSync(join(out, 'network.qonnx.onnx'))));
    for (const layer of built.layers) {
      const format = chosen.design.formats[layer.name];
      if (layer.kind !== 'conv' || format === undefined) continue;
      const name = layer.weightFormat === 'int' ? `int${layer.weightBits}` : layer.weightFormat;
      expect(name, layer.name).toBe(formatName(format));
    }
    expect(chosen.costs.luts).toBeLessThan(7680);
    expect(chosen.costs.cycles).toBe(chosen.design.cycles);
    // A sum of measured units beside the whole: near, and never called anything but estimated.
    expect(Math.abs(chosen.design.estimatedLuts / (chosen.costs.luts ?? 0) - 1)).toBeLessThan(0.25);
    const { points } = sweepReportSchema.parse(JSON.parse(readFileSync(join(out, 'sweep.json'), 'utf8')));
    expect(points).toMatchObject([
      { method: 'search', status: 'done', synthesized: { luts: chosen.costs.luts } },
    ]);
    expect(files).toContain(join('accelerator', 'report.json'));
  });

  it('trains nothing twice', async () => {
    const times = () =>
      readdirSync(`${out}.trials`)
        .filter((name) => name.endsWith('.onnx'))
        .map((name) => [name, statSync(join(`${out}.trials`, name)).mtimeMs]);
    const before = times();
    expect(before.length).toBeGreaterThan(1);
    await search(await options());
    expect(times().filter(([name]) => name !== 'chosen.onnx')).toEqual(
      before.filter(([name]) => name !== 'chosen.onnx'),
    );
  });
});
