/** Networks out, as ONNX: layout N, C, H, W, nodes under their own names. src/nn/import reads them back. */
import {
  METADATA_KEY,
  writeMetadata,
  writeOnnx,
  type LayerMetadata,
  type OnnxGraph,
  type Shape,
} from '../../../nn/index.js';
import { convNodes, quantizationPoints } from '../graph.js';
import type { ActivationGrid, ConvNode, FloatModel, FloatNode, QuantizedModel } from '../ir.js';
import { filterSize, isFullyConnected, nodeShapes, shapeOf, verifyModel } from '../shapes.js';
import { verifyQuantized, weightGridOf } from '../quantized.js';
import { graphWriter, type GraphWriter } from './graph-writer.js';
import { qcdqForm, qonnxForm, type Form } from './forms.js';

const OPSET = 13;
const forms = { qonnx: qonnxForm, qcdq: qcdqForm } as const;

/**
 * The quantized network as a file. Scales are stored as float32. Formats and products that ONNX cannot say go into
 * metadata_props under `nomul.v1`; `metadata` is added beside it.
 * @throws QuantError QT001 to QT004, QT007 for a wrong model, QT006 where 'qcdq' cannot hold the codes
 */
export function writeModel(
  quantized: QuantizedModel,
  form: keyof typeof forms,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  verifyQuantized(quantized);
  const { model } = quantized;
  const points = new Set(quantizationPoints(model));
  const gridOf = (name: string): ActivationGrid | undefined => {
    if (name === model.input) return quantized.input;
    return points.has(name) ? quantized.activations[name] : undefined;
  };
  const weights = (graph: GraphWriter, node: ConvNode, dims: readonly number[]): string => {
    const grid = weightGridOf(quantized, node.name);
    return forms[form].weights(graph, `${node.name}_weight`, dims, toFileOrder(node, grid.codes), grid);
  };
  const layers = layerMetadata(quantized);
  return writeOnnx({
    ...graphOf(model, { form: forms[form], gridOf, weights }),
    metadata: new Map([
      ...Object.entries(metadata),
      ...(layers.size === 0 ? [] : [[METADATA_KEY, writeMetadata(layers)] as const]),
    ]),
  });
}

/** The float network as a file; `readFloatModel` gives it back. @throws QuantError QT001 to QT004 */
export function writeFloat(model: FloatModel): Uint8Array {
  verifyModel(model);
  const weights = (graph: GraphWriter, node: ConvNode, dims: readonly number[]): string =>
    graph.constant(`${node.name}_weight`, dims, toFileOrder(node, node.weights));
  return writeOnnx(graphOf(model, { form: undefined, gridOf: () => undefined, weights }));
}

function layerMetadata(quantized: QuantizedModel): ReadonlyMap<string, LayerMetadata> {
  const layers = convNodes(quantized.model).flatMap(({ name }): readonly [string, LayerMetadata][] => {
    const { format } = weightGridOf(quantized, name);
    const product = Object.hasOwn(quantized.products, name) ? quantized.products[name] : undefined;
    const weightFormat = format === 'powerOfTwo' || format === 'pvq' ? { weightFormat: format } : {};
    if (product === undefined && format !== 'powerOfTwo' && format !== 'pvq') return [];
    return [[name, { ...weightFormat, ...(product === undefined ? {} : { product }) }]];
  });
  return new Map(layers);
}

interface Numbers {
  readonly form: Form | undefined;
  /** undefined: not quantized there. */
  readonly gridOf: (name: string) => ActivationGrid | undefined;
  readonly weights: (graph: GraphWriter, node: ConvNode, dims: readonly number[]) => string;
}

/** [O][H][W][I] becomes [O][I][H][W]. */
function toFileOrder(node: ConvNode, values: ArrayLike<number>): Float64Array {
  const size = filterSize(node);
  const inner = node.depthwise ? 1 : node.inChannels;
  const pixels = node.kernel[0] * node.kernel[1];
  return Float64Array.from({ length: values.length }, (_, i) => {
    const inside = i % size;
    return values[i - inside + (inside % pixels) * inner + Math.floor(inside / pixels)] ?? 0;
  });
}

/** The tensor that holds a node's output; a vector is [N, C], everything else [N, C, H, W]. */
interface View {
  readonly tensor: string;
  readonly vector: boolean;
}

interface Writing {
  readonly graph: GraphWriter;
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly views: Map<string, View>;
  readonly numbers: Numbers;
}

function graphOf(model: FloatModel, numbers: Numbers): OnnxGraph {
  const graph = graphWriter([model.input]);
  const writing: Writing = { graph, shapes: nodeShapes(model), views: new Map(), numbers };
  store(writing, model.input, { tensor: model.input, vector: false });
  for (const node of model.nodes) store(writing, node.name, writeNode(writing, node));
  const last = model.nodes.at(-1)?.name ?? model.input;
  const logits = asVector(writing, last);
  const [height, width, channels] = model.inputShape;
  return {
    name: model.name,
    opset: OPSET,
    inputs: [{ name: model.input, dims: ['N', channels, height, width] }],
    outputs: [logits],
    outputDims: { [logits]: ['N', shapeOf(writing.shapes, last, last)[2]] },
    constants: graph.constants,
    nodes: graph.nodes,
    metadata: new Map(),
  };
}

/** Remembers where a node's output is, behind its quantizer where it has one. */
function store({ graph, views, numbers: { form, gridOf } }: Writing, name: string, view: View): void {
  const grid = gridOf(name);
  if (grid === undefined || form === undefined) views.set(name, view);
  else views.set(name, { ...view, tensor: form.activation(graph, name, view.tensor, grid) });
}

function viewOf({ views }: Writing, name: string): View {
  const view = views.get(name);
  if (view === undefined) throw new RangeError(`"${name}" is read before it is written`);
  return view;
}

function asVector(writing: Writing, name: string): string {
  const { tensor, vector } = viewOf(writing, name);
  return vector ? tensor : writing.graph.node('Flatten', `${name}_flatten`, [tensor], { axis: 1 });
}

function asPicture(writing: Writing, name: string): string {
  const { tensor, vector } = viewOf(writing, name);
  if (!vector) return tensor;
  const [, , channels] = shapeOf(writing.shapes, name, name);
  const dims = writing.graph.constant(`${name}_dims`, [4], [-1, channels, 1, 1], 'int64');
  return writing.graph.node('Reshape', `${name}_reshape`, [tensor, dims]);
}

function writeNode(writing: Writing, node: FloatNode): View {
  const { graph } = writing;
  switch (node.kind) {
    case 'conv':
      return writeConv(writing, node);
    case 'batchNorm': {
      const { tensor, vector } = viewOf(writing, node.input);
      const parameters = (['gamma', 'beta', 'mean', 'variance'] as const).map((key) =>
        graph.constant(`${node.name}_${key}`, [node[key].length], node[key]),
      );
      const attributes = { epsilon: node.epsilon };
      return {
        tensor: graph.node('BatchNormalization', node.name, [tensor, ...parameters], attributes),
        vector,
      };
    }
    case 'relu': {
      const { tensor, vector } = viewOf(writing, node.input);
      if (node.max === undefined) return { tensor: graph.node('Relu', node.name, [tensor]), vector };
      const limits = [
        graph.constant(`${node.name}_min`, [], [0]),
        graph.constant(`${node.name}_max`, [], [node.max]),
      ];
      return { tensor: graph.node('Clip', node.name, [tensor, ...limits]), vector };
    }
    case 'maxPool':
      return {
        tensor: graph.node('MaxPool', node.name, [asPicture(writing, node.input)], window(node)),
        vector: false,
      };
    case 'avgPool': {
      const attributes = { ...window(node), count_include_pad: 1 };
      return {
        tensor: graph.node('AveragePool', node.name, [asPicture(writing, node.input)], attributes),
        vector: false,
      };
    }
    case 'add': {
      const vector = node.inputs.some((name) => viewOf(writing, name).vector);
      const inputs = node.inputs.map((name) => (vector ? asVector(writing, name) : asPicture(writing, name)));
      return { tensor: graph.node('Add', node.name, inputs), vector };
    }
  }
}

function writeConv(writing: Writing, node: ConvNode): View {
  const { graph, shapes, numbers } = writing;
  const bias =
    node.bias === undefined ? [] : [graph.constant(`${node.name}_bias`, [node.outChannels], node.bias)];
  if (isFullyConnected(node, shapes)) {
    const weights = numbers.weights(graph, node, [node.outChannels, filterSize(node)]);
    const inputs = [asVector(writing, node.input), weights, ...bias];
    return { tensor: graph.node('Gemm', node.name, inputs, { transB: 1 }), vector: true };
  }
  const dims = [node.outChannels, node.depthwise ? 1 : node.inChannels, ...node.kernel];
  const inputs = [asPicture(writing, node.input), numbers.weights(graph, node, dims), ...bias];
  const attributes = { ...window(node), group: node.depthwise ? node.inChannels : 1 };
  return { tensor: graph.node('Conv', node.name, inputs, attributes), vector: false };
}

const window = ({
  kernel,
  stride,
  padding: { top, left, bottom, right },
}: Pick<ConvNode, 'kernel' | 'stride' | 'padding'>): Record<string, readonly number[]> => ({
  kernel_shape: kernel,
  strides: stride,
  pads: [top, left, bottom, right],
});
