import { NnError } from '../errors.js';
import { describe, type OnnxNode } from '../onnx/graph.js';
import type { Tensor } from '../onnx/tensor.js';

/** One operator of the float executor: tensors in, tensors out; an absent optional input is undefined. */
export type Operator = (inputs: readonly (Tensor | undefined)[], node: OnnxNode) => readonly Tensor[];

/** @throws NnError NN001 when a required input is absent */
export function needed(inputs: readonly (Tensor | undefined)[], index: number, node: OnnxNode): Tensor {
  const tensor = inputs[index];
  if (tensor === undefined)
    throw new NnError('NN001', `${describe(node)} lacks its input ${index}. The file is damaged.`);
  return tensor;
}
