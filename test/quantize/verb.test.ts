/** `nomul quantize` as a person calls it: what it writes, that it goes on after Ctrl-C, and what it says to wrong input. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { quantizeReportSchema, renderQuantizeReport } from '../../src/report/index.js';
import { modelBuilder, writeFloat } from '../../src/quant/index.js';
import { envelopeOf, nomul, temporaryFolder, type Ended } from '../flow/nomul.js';
import { writePictures } from './pictures.js';

const root = temporaryFolder();
const data = join(root, 'data');
const model = join(root, 'net.onnx');
const wide = join(root, 'wide.onnx');

beforeAll(() => {
  mkdirSync(data);
  writePictures(data, 'train', 320, 1);
  writePictures(data, 't10k', 60, 2);
  const net = modelBuilder('net', [8, 8, 1]).conv(8, { stride: 2 }).batchNorm().relu();
  writeFileSync(
    model,
    writeFloat(net.pointwise(8).batchNorm().relu().globalAvgPool().fullyConnected(10).build()),
  );
  writeFileSync(
    wide,
    writeFloat(modelBuilder('wide', [9, 9, 1]).conv(4).relu().globalAvgPool().fullyConnected(10).build()),
  );
});

const quantize = (out: string, words: readonly string[], interruptAt?: string): Promise<Ended> =>
  nomul(['quantize', model, '--data', data, '--out', join(root, out), ...words], interruptAt);

describe('nomul quantize', () => {
  it('writes both files, a report and its page', async () => {
    const ended = await quantize('plain', ['--method', 'uniform', '--epochs', '0', '--json']);
    expect(ended.exitCode, ended.stderr).toBe(0);
    const report = quantizeReportSchema.parse(
      JSON.parse(readFileSync(join(root, 'plain', 'report.json'), 'utf8')),
    );
    expect(report.accuracy.pictures).toBe(60);
    expect(report.data).toMatchObject({ train: 288, validation: 32, test: 60 });
    expect(report.layers.map(({ kind }) => kind)).toEqual(['conv', 'pointwise', 'fullyConnected']);
    expect(report.totals.macs).toBe(16 * 9 * 8 + 16 * 64 + 80);
    for (const layer of report.layers) {
      expect(layer.histogram.reduce((sum, [, count]) => sum + count, 0)).toBe(layer.weights);
      expect(readFileSync(join(root, 'plain', 'report.html'), 'utf8')).toContain(layer.name);
    }
    expect(renderQuantizeReport(report)).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
    expect(existsSync(join(root, 'plain', 'model.qcdq.onnx'))).toBe(true);
    expect(envelopeOf(ended)).toMatchObject({ verb: 'quantize', ok: true });
    expect(existsSync(join(root, 'plain.checkpoints'))).toBe(false);
  });

  it('ends with the same bytes when it was interrupted and called again', async () => {
    const words = ['--method', 'prom', '--epochs', '3'];
    const whole = await quantize('whole', words);
    expect(whole.exitCode, whole.stderr).toBe(0);
    const interrupted = await quantize('parts', words, 'epoch 2 of 3');
    expect(interrupted.exitCode, interrupted.stderr).toBe(130);
    expect(existsSync(join(root, 'parts'))).toBe(false);
    expect(existsSync(join(root, 'parts.checkpoints'))).toBe(true);
    const again = await quantize('parts', words);
    expect(again.exitCode, again.stderr).toBe(0);
    const bytes = (out: string): Buffer => readFileSync(join(root, out, 'model.qonnx.onnx'));
    expect(bytes('parts').equals(bytes('whole'))).toBe(true);
  });

  const config = (value: unknown): string => {
    const path = join(root, 'config.json');
    writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
    return path;
  };

  it.each([
    ['no JSON', 'pvq', '{', /config\.json is no JSON/],
    ['an unknown field', 'prom', { sclae: 'twn' }, /config\.json: .*sclae/],
    ['N/K out of range', 'pvq', { ratio: 0 }, /ratio/],
    ['a portion list that does not end at 1', 'inq', { portions: [0.5, 0.9] }, /QT202.*do not end at 1/],
    ['bits out of range', 'uniform', { weightBits: 1 }, /weightBits/],
    ['a rate out of range', 'factorize', { rate: 0 }, /rate/],
    ['an energy budget out of range', 'fames', { energyBudget: 2 }, /energyBudget/],
  ])('refuses a configuration with %s', async (_, method, value, message) => {
    const ended = await quantize('refused', ['--method', method, '--config', config(value), '--epochs', '1']);
    expect(ended.exitCode, ended.stderr).toBe(2);
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr.split('\n').filter((line) => /^ +at /.test(line))).toEqual([]);
    expect(existsSync(join(root, 'refused'))).toBe(false);
  });

  it.each([
    [
      'pictures of another size',
      [wide, '--data', data],
      /pictures of .* are 8 x 8 x 1, the network takes 9 x 9 x 1/,
    ],
    ['a folder without data', [model, '--data', root], /NN025: folder .* has no file/],
    ['a model that is no ONNX file', [join(root, 'config.json'), '--data', data], /NN001/],
    ['a missing model', [join(root, 'nothing.onnx'), '--data', data], /cannot read the model/],
  ])('refuses %s', async (_, words, message) => {
    config('{}');
    const out = ['--out', join(root, 'refused')];
    const ended = await nomul(['quantize', ...words, '--method', 'uniform', '--epochs', '0', ...out]);
    expect(ended.exitCode, ended.stderr).toBe(2);
    expect(ended.stderr).toMatch(message);
    expect(existsSync(join(root, 'refused'))).toBe(false);
  });
});
