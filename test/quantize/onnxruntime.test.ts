/** Another program opens the files: ONNX Runtime computes the same logits from the QCDQ file as our float executor. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { executeGraph, readOnnx, tensorFrom } from '../../src/nn/index.js';
import { createRandom } from '../../src/num/index.js';
import {
  digitsNet,
  quantizationPoints,
  weightGrid,
  writeModel,
  type ConvNode,
} from '../../src/quant/index.js';
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
    const model = digitsNet({ seed: 3 });
    const convs = model.nodes.filter((node): node is ConvNode => node.kind === 'conv');
    const bytes = writeModel(
      {
        model,
        input: { bits: 5, signed: false, scale: 1 / 16 },
        weights: Object.fromEntries(
          convs.map(({ name, weights, outChannels }) => [
            name,
            weightGrid(weights, outChannels, { bits: 8, perChannel: true, method: 'minMax' }),
          ]),
        ),
        activations: Object.fromEntries(
          quantizationPoints(model).map((name) => [name, { bits: 8, signed: false, scale: 1 / 64 }]),
        ),
        products: {},
      },
      'qcdq',
    );
    const file = join(folder, 'model.onnx');
    writeFileSync(file, bytes);
    const random = createRandom(5);
    const pictures = [1, 2, 3].map(() => Array.from({ length: 64 }, () => random.integer(0, 16) / 16));
    const answer: unknown = JSON.parse(
      execFileSync(python, ['-c', program, file], { input: JSON.stringify(pictures), encoding: 'utf8' }),
    );
    const graph = readOnnx(bytes);
    const [input, output] = [graph.inputs[0]?.name ?? '', graph.outputs[0] ?? ''];
    const ours = pictures.map((picture) => [
      ...(executeGraph(graph, new Map([[input, tensorFrom([1, 1, 8, 8], picture)]])).get(output)?.data ?? []),
    ]);
    expect(answer).toHaveLength(3);
    expect(answer).toEqual(ours.map((logits) => logits.map((value) => expect.closeTo(value, 3))));
  });
});
