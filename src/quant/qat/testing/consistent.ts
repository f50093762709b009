/** What holds for the result of every method. */
import { expect } from 'vitest';
import { weightsOfGrid } from '../../calibrate/index.js';
import type { MethodContext, MethodResult } from '../../method.js';
import { convNodes, quantizationPoints, type QuantizedModel } from '../../model/index.js';
import { createTrainer } from '../../train/index.js';

/** Every layer and every stored tensor has a grid; the model's float weights lead back to exactly the codes. */
export function expectConsistent({ quantized, details }: MethodResult): void {
  const { model, weights, activations } = quantized;
  expect(Object.keys(weights).sort()).toEqual(
    convNodes(model)
      .map(({ name }) => name)
      .sort(),
  );
  expect(Object.keys(activations).sort()).toEqual([...quantizationPoints(model)].sort());
  for (const node of convNodes(model)) {
    const grid = weights[node.name];
    if (grid === undefined) continue;
    expect(node.weights).toEqual(weightsOfGrid(grid));
    const size = grid.codes.length / grid.scales.length;
    node.weights.forEach((weight, i) =>
      expect(Math.round(weight / (grid.scales[Math.floor(i / size)] ?? 0)) - (grid.codes[i] ?? 0)).toBe(0),
    );
  }
  expect(JSON.parse(JSON.stringify(details))).toEqual(details);
}

/** Of the validation pictures, with weights and activations on their grids. */
export async function accuracyOf(
  { model, input, activations }: QuantizedModel,
  { data }: MethodContext,
): Promise<number> {
  const trainer = await createTrainer(model);
  trainer.setQuantizers({ input, activations });
  const { accuracy } = await trainer.evaluate(data.validation);
  await trainer.close();
  return accuracy;
}

export async function floatAccuracy({ model, data }: MethodContext): Promise<number> {
  const trainer = await createTrainer(model);
  const { accuracy } = await trainer.evaluate(data.validation);
  await trainer.close();
  return accuracy;
}
