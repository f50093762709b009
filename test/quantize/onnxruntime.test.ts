/** Another program opens the files: ONNX Runtime computes the same logits from the QCDQ file as our float executor. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { executeGraph, readOnnx, tensorFrom } from '../../src/nn/index.js';
import { createRandom } from '../../src/num/index.js';
import { digitsNet, quantizationPoints, quantizeWeights, writeModel } from '../../src/quant/index.js';
import { PACKAGE_ROOT } from '../../src/tools/index.js';

const python = join(PACKAGE_ROOT, '.venv', 'bin', 'python');
const program = `
import json, sys
import numpy, onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1], providers=['CPUExecutionProvider'])
inputs = json.load(sys.stdin)
name = session.get_inputs()[0].name
print(json.dumps([session.run(None, {name: numpy.array(x, numpy.float32).reshape(1, 1, 8, 8)})[0].ravel().tolist() for x in inputs]))
`;

const haveRuntime = (): boolean => {
  if (existsSync(python) || process.env['CI'] !== undefined) return true;
  console.warn('skipped: ONNX Runtime is not installed; make setup installs it');
  return false;
};

describe.runIf(haveRuntime())('ONNX Runtime', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nomul-onnxruntime-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('opens a QCDQ file and computes the logits that our executor computes', () => {
    const { model, weights } = quantizeWeights(digitsNet({ seed: 3 }), {
      default: { bits: 8, perChannel: true, method: 'minMax' },
    });
    const activations = Object.fromEntries(
      quantizationPoints(model).map((name) => [name, { bits: 8, signed: false, scale: 1 / 64 }]),
    );
    const input = { bits: 5, signed: false, scale: 1 / 16 };
    const bytes = writeModel({ model, input, weights, activations, products: {} }, 'qcdq');
    const file = join(folder, 'model.onnx');
    writeFileSync(file, bytes);
    const random = createRandom(5);
    const pictures = [1, 2, 3].map(() => Array.from({ length: 64 }, () => random.integer(0, 16) / 16));
    const answer: unknown = JSON.parse(
      execFileSync(python, ['-c', program, file], { input: JSON.stringify(pictures), encoding: 'utf8' }),
    );
    const graph = readOnnx(bytes);
    const [inputName, outputName] = [graph.inputs[0]?.name ?? '', graph.outputs[0] ?? ''];
    const ours = pictures.map((picture) => [
      ...(executeGraph(graph, new Map([[inputName, tensorFrom([1, 1, 8, 8], picture)]])).get(outputName)
        ?.data ?? []),
    ]);
    const theirs = z.array(z.array(z.number())).parse(answer);
    expect(theirs.map(({ length }) => length)).toEqual(ours.map(({ length }) => length));
    theirs.flat().forEach((value, i) => {
      expect(value).toBeCloseTo(ours.flat()[i] ?? NaN, 3);
    });
  });
});
