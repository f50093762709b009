/** `nomul search` with real tools on a small network: what it writes, what it claims, and that it goes on where it stopped. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quantize, quantizeOptionsSchema } from '../../src/flow/index.js';
import { importOnnx } from '../../src/nn/index.js';
import { formatName } from '../../src/quant/index.js';
import { sweepReportSchema } from '../../src/report/index.js';
import { haveShared, sharedPath } from '../nn/shared-data.js';
import { search, searchReportSchema } from '../../src/sweep/index.js';
import { smallOptions, writeSets, writeSmallModel } from './small-search.js';

/** Half a dozen runs of Yosys, one of nextpnr. */
const timeout = 900_000;

describe('a search', { timeout }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'nomul-search-'));
  const out = join(folder, 'found');

  beforeAll(async () => {
    writeSets(folder);
    await writeSmallModel(folder);
    for (const bits of [4, 3])
      await quantize(
        quantizeOptionsSchema.parse({
          ...{ model: join(folder, 'small.onnx'), data: folder, validation: 200, epochs: 1 },
          ...{ method: 'uniform', config: config(bits), out: single(bits) },
        }),
      );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const single = (bits: number): string => join(folder, `uniform-${bits}`);
  const config = (bits: number): string => {
    const path = join(folder, `uniform-${bits}.json`);
    writeFileSync(path, JSON.stringify({ weightBits: bits }));
    return path;
  };

  it('chooses formats for every layer, builds the accelerator, and claims what is true of them', async () => {
    const { files, problems } = await search(smallOptions(folder, { singles: [single(4), single(3)] }));
    expect(problems).toEqual([]);
    const report = searchReportSchema.parse(JSON.parse(readFileSync(join(out, 'search.json'), 'utf8')));
    const { chosen, float } = report;
    expect(chosen.met).toBe(true);
    expect(chosen.accuracy.validation).toBeGreaterThanOrEqual(float.validation - 0.2);
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
    // Two networks of one method stay two.
    const { points, fronts } = sweepReportSchema.parse(
      JSON.parse(readFileSync(join(out, 'sweep.json'), 'utf8')),
    );
    expect(points).toMatchObject([
      { method: 'search', status: 'done', synthesized: { luts: chosen.costs.luts } },
      { method: 'uniform', setting: '4 x int4; 8-bit activations; 1 epochs', status: 'done' },
      { method: 'uniform', setting: '4 x int3; 8-bit activations; 1 epochs', status: 'done' },
    ]);
    for (const front of fronts) expect(new Set(front.points.map(({ label }) => label)).size).toBe(3);
    expect(report.singles.map(({ setting: { formats } }) => formats)).toEqual(['4 x int4', '4 x int3']);
    expect(files).toContain(join('accelerator', 'report.json'));
  });

  it('trains nothing twice', async () => {
    const times = () =>
      readdirSync(`${out}.trials`)
        .filter((name) => name.endsWith('.onnx'))
        .map((name) => [name, statSync(join(`${out}.trials`, name)).mtimeMs]);
    const before = times();
    expect(before.length).toBeGreaterThan(1);
    await search(smallOptions(folder));
    expect(times().filter(([name]) => name !== 'chosen.onnx')).toEqual(
      before.filter(([name]) => name !== 'chosen.onnx'),
    );
  });

  it.runIf(haveShared())(
    'takes accuracy that is left for approximate multipliers, where energy counts',
    async () => {
      const { report, problems } = await search({
        ...smallOptions(folder),
        ...{ minimize: 'energy', verilator: 0, maxLoss: 60, activationBits: [4] },
        // In one row no PE idles, whatever computes the first layer's only channel.
        arrays: [{ rows: 1, columns: 2 }],
        formats: { ...smallOptions(folder).formats, intBits: [4], ternary: false },
        liberty: sharedPath('liberty/sky130hd_tt.lib.gz'),
      });
      expect(problems).toEqual([]);
      const { network } = importOnnx(new Uint8Array(readFileSync(join(out, 'network.qonnx.onnx'))));
      const tables = network.layers.flatMap((layer) =>
        layer.kind === 'conv' && layer.product !== 'exact' ? [layer.name] : [],
      );
      const { design, costs, accuracy } = report.chosen;
      expect(tables.length).toBeGreaterThan(0);
      expect(design.approximate).toEqual(tables);
      expect(accuracy.validation).toBeGreaterThanOrEqual(report.float.validation - 0.6);
      expect(costs.luts).toBe(design.estimatedLuts);
      expect(costs.energyPj).toBeCloseTo(design.energyPj, 6);
      const exact = report.tried.filter(({ design: { approximate } }) => approximate.length === 0);
      for (const each of exact) expect(costs.energyPj).toBeLessThan(each.design.energyPj);
    },
  );
});
