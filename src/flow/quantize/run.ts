/** `nomul quantize`: a float network and pictures in, an integer network in the method's number format out. */

import { mkdirSync, rmSync } from 'node:fs';
import { importOnnx } from '../../nn/index.js';
import { createTrainer, writeModel, type Progress, type QuantizedModel } from '../../quant/index.js';
import type { QuantizeReport } from '../../report/index.js';
import { FolderNotWritable } from '../../tools/index.js';
import { breathe } from '../breathe.js';
import { openFolder } from '../folder.js';
import type { FlowHooks } from '../options.js';
import { version } from '../version.js';
import { accuracyOfIntegers } from './accuracy.js';
import { layerReports, totalsOf, float16Costs } from './figures.js';
import { readQuantizeInputs, type QuantizeInputs } from './inputs.js';
import { bindMethod, type BoundMethod } from './methods.js';
import type { QuantizeOptions, QuantizeResult } from './options.js';
import { fitsInt8, requireReadBack } from './read-back.js';

const QONNX = 'model.qonnx.onnx';
const QCDQ = 'model.qcdq.onnx';

/**
 * Checkpoints stand in `OUT.checkpoints` while the method runs: the same call goes on from them after an interruption.
 * They go when the result is complete.
 * @throws FlowError, NnError, QuantError; `out` is written whole or not at all
 */
export const runQuantize = async (
  options: QuantizeOptions,
  hooks: FlowHooks = {},
): Promise<QuantizeResult> => {
  hooks.progress?.('read model and data', 0, 1);
  await breathe(hooks);
  const method = bindMethod(options.method, options.config);
  const inputs = readQuantizeInputs(options);
  hooks.progress?.('read model and data', 1, 1);
  const folder = openFolder(options.out);
  try {
    const checkpoints = checkpointFolder(options.out);
    const before = await floatAccuracy(inputs, hooks);
    const { quantized, details } = await quantize(method, inputs, options, checkpoints, hooks);
    const qonnx = writeModel(quantized, 'qonnx');
    folder.write(QONNX, qonnx);
    const qcdq = fitsInt8(quantized) ? writeModel(quantized, 'qcdq') : undefined;
    if (qcdq !== undefined) folder.write(QCDQ, qcdq);
    const { network } = importOnnx(qonnx, { name: inputs.model.name });
    requireReadBack(quantized, network, QONNX);
    if (qcdq !== undefined) requireReadBack(quantized, importOnnx(qcdq).network, QCDQ);
    const after = await accuracyOfIntegers(network, inputs.test, hooks);
    const report = reportOf(options, method, inputs, { quantized, details, before, after });
    folder.write('report.json', `${JSON.stringify(report, null, 2)}\n`);
    if (hooks.renderQuantizeReport !== undefined)
      folder.write('report.html', hooks.renderQuantizeReport(report));
    await breathe(hooks);
    folder.publish();
    rmSync(checkpoints, { recursive: true, force: true });
    return { out: options.out, files: folder.files, report, problems: [] };
  } catch (error) {
    folder.discard();
    throw error;
  }
};

const checkpointFolder = (out: string): string => {
  const path = `${out.replace(/[/\\]+$/, '')}.checkpoints`;
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new FolderNotWritable(path, error instanceof Error ? error.message : String(error));
  }
  return path;
};

const floatAccuracy = async ({ model, test }: QuantizeInputs, hooks: FlowHooks): Promise<number> => {
  hooks.progress?.('accuracy of the float network', 0, 1);
  await breathe(hooks);
  const trainer = await createTrainer(model);
  try {
    const { accuracy } = await trainer.evaluate(test);
    hooks.progress?.('accuracy of the float network', 1, 1);
    return accuracy;
  } finally {
    await trainer.close();
  }
};

const quantize = async (
  method: BoundMethod,
  { model, input, train, validation }: QuantizeInputs,
  options: QuantizeOptions,
  checkpoints: string,
  hooks: FlowHooks,
) => {
  const result = await method.run({
    ...{ model, input, checkpoints, seed: options.seed },
    data: { train, validation },
    epochs: epochsOf(options, method),
    progress: (progress) => hooks.progress?.(stageOf(progress), ...doneOf(progress)),
    ...(hooks.signal === undefined ? {} : { signal: hooks.signal }),
  });
  await breathe(hooks);
  return result;
};

const epochsOf = ({ epochs }: QuantizeOptions, { defaultEpochs }: BoundMethod): number =>
  epochs ?? defaultEpochs;

const stageOf = ({ phase, epoch, epochs, loss, accuracy, secondsLeft }: Progress): string => {
  const figures = [
    ...(Number.isFinite(loss) ? [`loss ${loss.toFixed(3)}`] : []),
    ...(accuracy === undefined ? [] : [`${(100 * accuracy).toFixed(2)} % of the validation pictures`]),
    ...(secondsLeft > 0 ? [`${Math.ceil(secondsLeft)} s left`] : []),
  ];
  const where = epochs > 1 ? `${phase}, epoch ${epoch + 1} of ${epochs}` : phase;
  return accuracy === undefined ? where : [where, ...figures].join(', ');
};

const doneOf = ({ step, steps }: Progress): [number, number] => [step, steps];

interface Finished {
  readonly quantized: QuantizedModel;
  readonly details: Readonly<Record<string, unknown>>;
  readonly before: number;
  readonly after: number;
}

const reportOf = (
  options: QuantizeOptions,
  method: BoundMethod,
  { model, file, train, validation, test }: QuantizeInputs,
  { quantized, details, before, after }: Finished,
): QuantizeReport => {
  const layers = layerReports(model, quantized);
  return {
    schemaVersion: 1,
    nomul: version,
    method: options.method,
    config: method.config,
    epochs: epochsOf(options, method),
    seed: options.seed,
    model: { ...file, name: model.name },
    data: { name: train.name, train: train.count, validation: validation.count, test: test.count },
    accuracy: { before, after, pictures: test.count },
    layers: [...layers],
    totals: totalsOf(layers),
    float16: float16Costs(model),
    details,
    files: { qonnx: QONNX, qcdq: fitsInt8(quantized) ? QCDQ : null },
  };
};
