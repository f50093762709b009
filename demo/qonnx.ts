/**
 * The trained network as a QONNX file: an ONNX graph whose `Quant` nodes say how weights and activations are quantized.
 * Batch normalization stays as its own node, as training tools write it; folding it is the importer's work.
 */
import { create, toBinary } from '@bufbuild/protobuf';
import type { AttributeProto, NodeProto, TensorProto, ValueInfoProto } from '../src/nn/onnx/onnx_pb.js';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from '../src/nn/onnx/onnx_pb.js';
import { pictureSize } from './draw-digits.js';
import type { Block } from './training/block.js';
import { epsilon } from './training/block.js';
import type { Network } from './training/network.js';
import { classCount, classifierShape, inputScale, poolSize } from './training/network.js';
import type { WeightQuantizer } from './training/quantizers.js';
import { quantizeWeights } from './training/quantizers.js';

const quantDomain = 'qonnx.custom_op.general';

/** The bytes of the model file. Input `input` is [1, 1, 16, 16] in pixel / 256, output `logits` is [1, 10]. */
export function exportQonnx(network: Network): Uint8Array {
  const graph = new GraphBuilder();
  let value = graph.quantizeActivation('input', 'input_quant', inputScale);
  for (const block of network.blocks) value = addBlock(graph, block, value);

  const window = [poolSize, poolSize];
  value = graph.node('AveragePool', 'pool', [value], [ints('kernel_shape', window), ints('strides', window)]);
  value = graph.quantizeActivation(value, 'pool_quant', network.poolScale[0] ?? 0);
  value = graph.node('Flatten', 'flatten', [value], [int('axis', 1)]);
  const classifier = quantizeWeights(network.classifier.values, classCount, network.classifierQuantizer);
  const weights = graph.quantizeWeights(
    'classifier',
    graph.tensor('classifier.weight', [classCount, classifierShape.inChannels], classifier.values),
    graph.tensor('classifier.weight_scale', [], classifier.scales.slice(0, 1)),
    network.classifierQuantizer,
  );
  const bias = graph.tensor('classifier.bias', [classCount], network.classifierBias.values);
  graph.node('Gemm', 'classifier', [value, weights, bias], [int('transB', 1)], 'logits');
  return graph.toModel();
}

/** Conv, BatchNormalization, Relu and the quantizers of weights and activations. Returns the output's name. */
function addBlock(graph: GraphBuilder, block: Block, input: string): string {
  const { spec, gamma, beta, runningMean, runningVariance } = block;
  const { name, outChannels, kernel, depthwise, inChannels, padding, stride } = spec;
  const { values, scales } = quantizeWeights(block.weights.values, outChannels, spec.quantizer);
  const filterChannels = depthwise ? 1 : inChannels;
  const weights = graph.quantizeWeights(
    name,
    graph.tensor(
      `${name}.weight`,
      [outChannels, filterChannels, kernel, kernel],
      channelsFirst(values, kernel, filterChannels),
    ),
    graph.tensor(`${name}.weight_scale`, [outChannels, 1, 1, 1], scales),
    spec.quantizer,
  );
  const convolution = graph.node(
    'Conv',
    `${name}.conv`,
    [input, weights],
    [
      ints('dilations', [1, 1]),
      int('group', depthwise ? outChannels : 1),
      ints('kernel_shape', [kernel, kernel]),
      ints('pads', [padding, padding, padding, padding]),
      ints('strides', [stride, stride]),
    ],
  );
  const perChannel = (suffix: string, numbers: Float32Array): string =>
    graph.tensor(`${name}.${suffix}`, [outChannels], numbers);
  const normalized = graph.node(
    'BatchNormalization',
    `${name}.bn`,
    [
      convolution,
      perChannel('bn.weight', gamma.values),
      perChannel('bn.bias', beta.values),
      perChannel('bn.running_mean', runningMean),
      perChannel('bn.running_var', runningVariance),
    ],
    [float('epsilon', epsilon)],
  );
  const rectified = graph.node('Relu', `${name}.relu`, [normalized], []);
  return graph.quantizeActivation(rectified, `${name}.act_quant`, block.activationScale[0] ?? 0);
}

/** [filter][tap][channel] -> [filter][channel][tap] */
function channelsFirst(values: Float32Array, kernel: number, channels: number): Float32Array {
  const taps = kernel * kernel;
  return values.map((_, i) => {
    const filter = Math.floor(i / (taps * channels));
    const channel = Math.floor(i / taps) % channels;
    return values[(filter * taps + (i % taps)) * channels + channel] ?? 0;
  });
}

/** Collects nodes and constants in order; every method that adds a node returns the name of the node's output. */
class GraphBuilder {
  private readonly nodes: NodeProto[] = [];
  private readonly initializers: TensorProto[] = [];

  constructor() {
    this.tensor('zero_point', [], Float32Array.of(0));
    this.tensor('bits_2', [], Float32Array.of(2));
    this.tensor('bits_8', [], Float32Array.of(8));
  }

  tensor(name: string, shape: readonly number[], values: Float32Array): string {
    const rawData = new Uint8Array(values.length * 4);
    const view = new DataView(rawData.buffer);
    values.forEach((value, i) => view.setFloat32(i * 4, value, true));
    const dims = shape.map(BigInt);
    this.initializers.push(
      create(TensorProtoSchema, { name, dims, dataType: TensorProto_DataType.FLOAT, rawData }),
    );
    return name;
  }

  node(
    opType: string,
    name: string,
    input: string[],
    attribute: AttributeProto[],
    output = `${name}.out`,
    domain = '',
  ): string {
    this.nodes.push(create(NodeProtoSchema, { opType, domain, name, input, output: [output], attribute }));
    return output;
  }

  /** 8-bit unsigned codes, zero point 0. */
  quantizeActivation(value: string, name: string, scale: number): string {
    const scaleName = this.tensor(`${name}.scale`, [], Float32Array.of(scale));
    return this.quant(name, [value, scaleName, 'zero_point', 'bits_8'], { signed: 0, narrow: 0 });
  }

  /** Signed symmetric codes: 2 bits -1 .. 1, 8 bits -127 .. 127. */
  quantizeWeights(name: string, weights: string, scales: string, quantizer: WeightQuantizer): string {
    const bits = quantizer === 'ternary' ? 'bits_2' : 'bits_8';
    return this.quant(`${name}.weight_quant`, [weights, scales, 'zero_point', bits], {
      signed: 1,
      narrow: 1,
    });
  }

  toModel(): Uint8Array {
    return toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, {
        irVersion: 8n,
        producerName: 'nomul demo',
        opsetImport: [
          { domain: '', version: 13n },
          { domain: quantDomain, version: 1n },
        ],
        graph: {
          name: 'digits',
          node: this.nodes,
          initializer: this.initializers,
          input: [floatTensor('input', [1, 1, pictureSize, pictureSize])],
          output: [floatTensor('logits', [1, classCount])],
        },
      }),
    );
  }

  private quant(
    name: string,
    inputs: string[],
    { signed, narrow }: { signed: number; narrow: number },
  ): string {
    const rounding = create(AttributeProtoSchema, {
      name: 'rounding_mode',
      type: AttributeProto_AttributeType.STRING,
      s: new TextEncoder().encode('ROUND'),
    });
    const attributes = [int('narrow', narrow), rounding, int('signed', signed)];
    return this.node('Quant', name, inputs, attributes, `${name}.out`, quantDomain);
  }
}

function int(name: string, value: number): AttributeProto {
  return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) });
}

function ints(name: string, values: readonly number[]): AttributeProto {
  return create(AttributeProtoSchema, {
    name,
    type: AttributeProto_AttributeType.INTS,
    ints: values.map(BigInt),
  });
}

function float(name: string, value: number): AttributeProto {
  return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.FLOAT, f: value });
}

function floatTensor(name: string, shape: readonly number[]): ValueInfoProto {
  const dim = shape.map((size) => ({ value: { case: 'dimValue' as const, value: BigInt(size) } }));
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: TensorProto_DataType.FLOAT, shape: { dim } } } },
  });
}
