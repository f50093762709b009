/** `nomul search` with real tools on a small network: what it writes, what it claims, and that it goes on where it stopped. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeIdx } from '../../demo/idx.js';
import { importOnnx } from '../../src/nn/index.js';
import { createTrainer, formatName, modelBuilder, writeFloat } from '../../src/quant/index.js';
import { templateData } from '../../src/quant/qat/testing/templates.js';
import { sweepReportSchema } from '../../src/report/index.js';
import { haveShared, sharedPath } from '../nn/shared-data.js';
import { search, searchOptionsSchema, searchReportSchema } from '../../src/sweep/index.js';

/** Half a dozen runs of Yosys, one of nextpnr. */
const timeout = 900_000;

describe('a search', { timeout }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'nomul-search-'));
  const out = join(folder, 'found');
  // A word of Verilog, which a file may be called.
  const model = join(folder, 'small.onnx');
  const sets = { train: templateData('train', 768, 1), t10k: templateData('test', 256, 3) };

  beforeAll(async () => {
    for (const [name, { count, shape, pictures, labels }] of Object.entries(sets)) {
      const bytes = encodeIdx([count, shape[0], shape[1]], Uint8Array.from(pictures));
      writeFileSync(join(folder, `${name}-images-idx3-ubyte.gz`), bytes);
      writeFileSync(join(folder, `${name}-labels-idx1-ubyte.gz`), encodeIdx([count], labels));
    }
    const builder = modelBuilder('small', [8, 8, 1]).conv(4, { stride: 2 }).batchNorm().relu();
    builder.depthwise().batchNorm().relu().pointwise(8).batchNorm().relu();
    const trainer = await createTrainer(builder.globalAvgPool().fullyConnected(6).build());
    await trainer.train(sets.train, {
      ...{ epochs: 10, batch: 32, seed: 1, schedule: { kind: 'cosine', rate: 0.1 } },
      optimizer: { kind: 'sgd', momentum: 0.9, weightDecay: 1e-4 },
    });
    writeFileSync(model, writeFloat(trainer.model()));
    await trainer.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const options = () =>
    searchOptionsSchema.parse({
      ...{ model, data: folder, validation: 200, target: 'hx8k', arrays: [{ rows: 2, columns: 2 }], out },
      formats: { intBits: [8, 3], powerOfTwoBits: [], pvqRatios: [], factors: [] },
      ...{ epochs: 2, trialEpochs: 1, maxLoss: 20, compare: [], verify: 5, verilator: 2, placeSeeds: 1 },
    });

  it('chooses formats for every layer, builds the accelerator, and claims what is true of them', async () => {
    const { files, problems } = await search(options());
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
    await search(options());
    expect(times().filter(([name]) => name !== 'chosen.onnx')).toEqual(
      before.filter(([name]) => name !== 'chosen.onnx'),
    );
  });

  it.runIf(haveShared())(
    'takes accuracy that is left for approximate multipliers, where energy counts',
    async () => {
      const { report, problems } = await search({
        ...options(),
        ...{ minimize: 'energy', verilator: 0, maxLoss: 60, activationBits: [4] },
        formats: { ...options().formats, intBits: [4], ternary: false },
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
