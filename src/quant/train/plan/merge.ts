import type { PlanStep } from './plan.js';

/**
 * The steps, each batch normalization and the ReLU in place on it as one step under the ReLU's name: one pass over the memory
 * less in each direction, and the same bits. What lies between the two is never in memory.
 */
export function mergeSteps(steps: readonly PlanStep[]): readonly PlanStep[] {
  return steps.flatMap((step, index) => {
    const [before, next] = [steps[index - 1], steps[index + 1]];
    if (before !== undefined && mergedWith(before, step) !== undefined) return [];
    const merged = next === undefined ? undefined : mergedWith(step, next);
    return [merged ?? step];
  });
}

function mergedWith(step: PlanStep, next: PlanStep): PlanStep | undefined {
  const { node } = next;
  if (node.kind !== 'relu' || node.input !== step.node.name) return undefined;
  if (next.output !== step.output || next.gradient !== step.gradient) return undefined;
  const layer = step.layer.rectified?.(node.max ?? Infinity);
  return layer === undefined ? undefined : { ...next, layer, sums: step.sums };
}
