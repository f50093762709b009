/** What stops a re-training method before or between its phases. */
import type { Dataset } from '../../nn/index.js';
import { QuantError } from '../errors.js';
import type { MethodContext, MethodData } from '../method.js';
import { nodeShapes, shapeOf, type FloatModel } from '../model/index.js';

/** @throws QuantError QT207 unless both sets have pictures of the input's shape and a label within the logits for each */
export function checkData(model: FloatModel, { train, validation }: MethodData): void {
  const classes = shapeOf(nodeShapes(model), model.nodes.at(-1)?.name ?? model.input, 'the method')[2];
  for (const data of [train, validation]) {
    const problem = problemOf(data, model, classes);
    if (problem !== undefined)
      throw new QuantError('QT207', `data set "${data.name}" ${problem} of network "${model.name}".`);
  }
}

function problemOf(data: Dataset, { inputShape }: FloatModel, classes: number): string | undefined {
  const pixels = data.shape.reduce((size, n) => size * n, data.count);
  if (data.shape.join() !== inputShape.join())
    return `has pictures of [${data.shape.join(', ')}], not of the input shape [${inputShape.join(', ')}]`;
  if (data.count < 1) return 'is empty; pictures are needed for the training';
  if (data.pictures.length !== pixels)
    return `holds ${data.pictures.length} numbers where ${pixels} are needed for the input`;
  if (!data.pictures.every(Number.isFinite))
    return 'has a picture with a number that is not finite, which would reach every weight';
  if (data.labels.length !== data.count)
    return `has ${data.labels.length} labels for ${data.count} pictures, each of which needs one for the training`;
  const wrong = data.labels.findIndex((label) => label >= classes);
  if (wrong >= 0)
    return `labels picture ${wrong} with class ${data.labels[wrong] ?? 0}, beyond the ${classes} logits`;
  return undefined;
}

/** What is thrown when Ctrl-C ended a method. */
export const stopped = ({ checkpoints }: MethodContext, method: string, phase: string): QuantError =>
  new QuantError(
    'QT208',
    checkpoints === undefined
      ? `${method} was stopped at "${phase}"; nothing is kept. With a folder of checkpoints it could go on later.`
      : `${method} was stopped at "${phase}". The same call goes on from the checkpoints in ${checkpoints}.`,
  );

/** @throws QuantError QT208 when the signal is aborted */
export function stopWhenAsked(context: MethodContext, method: string, phase: string): void {
  if (context.signal?.aborted === true) throw stopped(context, method, phase);
}
