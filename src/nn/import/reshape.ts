import type { OnnxNode } from '../onnx/graph.js';
import { numbersAttribute } from '../onnx/graph.js';
import { dimsOf, tensorNamed, unsupported, valueAt, type Lowering } from './state.js';
import type { Value } from './values.js';

/**
 * Flatten, Reshape, Squeeze, Unsqueeze on data: only the view changes, never the order of values. Supported views are the
 * picture [1, C, height, width] itself and a vector of all its values (in C, H, W order).
 */
export function lowerReshape(lowering: Lowering, node: OnnxNode): Value {
  const value = valueAt(lowering, node, 0);
  const dims = dimsOf(lowering, node.outputs[0] ?? '');
  if (value.kind === 'codes' || value.kind === 'constant')
    throw unsupported(node, 'reshapes quantized codes; put it behind DequantizeLinear.');
  if (value.kind === 'real') {
    if (value.padding !== undefined)
      throw unsupported(node, 'reshapes a padded input, which is not supported.');
    return { ...value, dims };
  }
  if (value.kind === 'activation' && value.padding !== undefined)
    throw unsupported(node, 'reshapes a padded tensor, which is not supported.');
  if (!isPicture(lowering, value, dims) && !isVector(dims)) {
    throw unsupported(
      node,
      `reshapes [${value.dims.join(', ')}] to [${dims.join(', ')}]; only flattening to a vector is supported.`,
    );
  }
  return { ...value, dims };
}

const isVector = (dims: readonly number[]): boolean => dims.filter((size) => size !== 1).length <= 1;

function isPicture(lowering: Lowering, value: Value, dims: readonly number[]): boolean {
  if (value.kind !== 'activation' && value.kind !== 'pending') return false;
  const [height, width, channels] =
    value.kind === 'pending' ? value.shape : tensorNamed(lowering, value.tensor).shape;
  return dims.join() === [1, channels, height, width].join();
}

/** The network input may change between N, H, W, C and N, C, H, W before its quantizer: samples are H, W, C anyway. */
export function lowerTranspose(lowering: Lowering, node: OnnxNode): Value {
  const value = valueAt(lowering, node, 0);
  const dims = dimsOf(lowering, node.outputs[0] ?? '');
  const perm = numbersAttribute(node, 'perm')?.join();
  if (value.kind === 'real' && perm === '0,3,1,2') return { ...value, dims };
  if (
    perm ===
    dimsOfValue(value)
      .map((_, axis) => axis)
      .join()
  )
    return value;
  throw unsupported(
    node,
    `permutes the axes of data (${perm ?? 'reversed'}); only constants, and the input from N, H, W, C, may be transposed.`,
  );
}

const dimsOfValue = (value: Value): readonly number[] => ('dims' in value ? value.dims : []);
