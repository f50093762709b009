import { NnError } from '../errors.js';
import { requireSupported } from '../float/execute.js';
import type { OnnxNode } from '../onnx/graph.js';
import { isWhole } from './close.js';
import { foldConstant } from './constants.js';
import { lowerConv, lowerFullyConnected } from './mac-layers.js';
import { lowerAveragePool, lowerGlobalAveragePool, lowerMaxPool, lowerPad } from './pooling.js';
import { lowerBipolarQuant, lowerDequantizeLinear, lowerQuant, lowerQuantizeLinear } from './quantizers.js';
import { lowerReshape, lowerTranspose } from './reshape.js';
import { affine, lowerArithmetic, lowerBatchNormalization, lowerClamp } from './steps.js';
import { activationAt, dimsOf, tensorNamed, unsupported, valueAt, type Lowering } from './state.js';
import type { PendingValue, Value } from './values.js';

type Lower = (lowering: Lowering, node: OnnxNode) => Value;

const passOn: Lower = (lowering, node) => valueAt(lowering, node, 0);

const lowerings: Readonly<Record<string, Lower>> = {
  Add: lowerAdd,
  AveragePool: lowerAveragePool,
  BatchNormalization: lowerBatchNormalization,
  BipolarQuant: lowerBipolarQuant,
  Clip: lowerClamp,
  Conv: lowerConv,
  DequantizeLinear: lowerDequantizeLinear,
  Div: lowerArithmetic,
  Dropout: passOn,
  Flatten: lowerReshape,
  Gemm: lowerFullyConnected,
  GlobalAveragePool: lowerGlobalAveragePool,
  Identity: passOn,
  MatMul: lowerFullyConnected,
  MaxPool: lowerMaxPool,
  Mul: lowerArithmetic,
  Pad: lowerPad,
  Quant: lowerQuant,
  QuantizeLinear: lowerQuantizeLinear,
  ReduceMean: lowerGlobalAveragePool,
  Relu: lowerClamp,
  Reshape: lowerReshape,
  Softmax: lowerSoftmax,
  Squeeze: lowerReshape,
  Sub: lowerArithmetic,
  Transpose: lowerTranspose,
  Unsqueeze: lowerReshape,
};

/** Computed from constants and shapes only. */
const constantOnly = ['Cast', 'Concat', 'Constant', 'Gather', 'Neg', 'Pow', 'Shape', 'Sqrt'];

/** Operators that `importOnnx` turns into integers. */
export const importedOperators: readonly string[] = [...Object.keys(lowerings), ...constantOnly].sort();

/** Lowers one node: constants are folded, data go to the operator's own lowering. @throws NnError */
export function lowerNode(lowering: Lowering, node: OnnxNode): void {
  requireSupported(node, importedOperators);
  const output = node.outputs[0] ?? '';
  const folded = fold(lowering, node, output);
  if (folded !== undefined) {
    lowering.values.set(output, folded);
    return;
  }
  const lower = lowerings[node.op];
  if (lower === undefined) throw unsupported(node, 'works on data; it is supported on constants only.');
  lowering.values.set(output, lower(lowering, node));
}

function fold(lowering: Lowering, node: OnnxNode, output: string): Value | undefined {
  const inputs = node.inputs.map((name) => (name === '' ? undefined : lowering.values.get(name)));
  const constants = inputs.map((value) => (value?.kind === 'constant' ? value : undefined));
  if (node.op !== 'Shape' && inputs.some((value, i) => value !== undefined && constants[i] === undefined))
    return undefined;
  const tensor = lowering.executed.get(output);
  if (tensor === undefined)
    throw new NnError('NN001', `node "${node.name}" has no output. The file is damaged.`);
  return foldConstant(node, constants, tensor);
}

/** Two computed tensors are a residual add, anything with a constant is arithmetic. */
function lowerAdd(lowering: Lowering, node: OnnxNode): Value {
  const values = [valueAt(lowering, node, 0), valueAt(lowering, node, 1)];
  if (values.some(({ kind }) => kind === 'constant' || kind === 'real'))
    return lowerArithmetic(lowering, node);
  const [a, b] = [activationAt(lowering, node, 0), activationAt(lowering, node, 1)];
  const { shape } = tensorNamed(lowering, a.tensor);
  const same =
    shape.join() === tensorNamed(lowering, b.tensor).shape.join() && a.dims.join() === b.dims.join();
  if (!same || a.padding !== undefined || b.padding !== undefined) {
    throw unsupported(
      node,
      `adds tensors of shapes [${a.dims.join(', ')}] and [${b.dims.join(', ')}]; equal unpadded shapes are supported.`,
    );
  }
  const pending: PendingValue = {
    kind: 'pending',
    source: { kind: 'add', name: node.name, inputs: [a.tensor, b.tensor] },
    shape,
    dims: dimsOf(lowering, node.outputs[0] ?? ''),
    steps: [
      affine(
        shape[2],
        () => 1,
        () => 0,
      ),
    ],
    poolsAfter: [],
  };
  return pending;
}

/** At the very end it keeps the order of the logits, so it is left out. */
function lowerSoftmax(lowering: Lowering, node: OnnxNode): Value {
  const value = valueAt(lowering, node, 0);
  if (!lowering.graph.outputs.includes(node.outputs[0] ?? ''))
    throw unsupported(node, 'is supported only as the last node.');
  if (value.kind === 'activation' && !isWhole(tensorNamed(lowering, value.tensor).shape, value.dims))
    throw unsupported(node, 'follows a Pad.');
  lowering.notes.push(`${node.name}: the final Softmax is left out; the outputs are logits.`);
  return value;
}
