/** Networks as they will be, but for their training: enough for a plan of the hardware, and for what stands around its PEs. */

import type { QuantizeInputs } from '../../flow/index.js';
import { importOnnx, type IntegerNetwork } from '../../nn/index.js';
import {
  convNodes,
  formatName,
  formatQuantizer,
  mixed,
  withGridWeights,
  writeModel,
  type LayerFormat,
  type QuantizedModel,
} from '../../quant/index.js';
import type { SearchOptions } from './options.js';

/** Formats of layers. */
export type Formats = Readonly<Record<string, LayerFormat>>;
/** The untrained network of these formats, 8-bit integers elsewhere. @throws QuantError */
export type Sketch = (formats: Formats) => Promise<IntegerNetwork>;

export interface SketchContext {
  readonly inputs: QuantizeInputs;
  readonly options: SearchOptions;
}

/** By width of the activations. */
export type Sketches = ReadonlyMap<number, Sketch>;

export const sketchesOf = (context: SketchContext): Sketches =>
  new Map(context.options.activationBits.map((bits) => [bits, openSketches(context, bits)] as const));

/** Calibrating and factorizing take seconds: done once for all networks that have the same layers in factors. */
const openSketches = (context: SketchContext, activationBits: number): Sketch => {
  const skeletons = new Map<string, Promise<QuantizedModel>>();
  return async (formats) => {
    const factors = Object.fromEntries(Object.entries(formats).filter(([, { kind }]) => kind === 'factors'));
    const name = formatsName(factors);
    const skeleton = skeletons.get(name) ?? untrained(context, factors, activationBits);
    skeletons.set(name, skeleton);
    return networkOf(reformatted(context.inputs.model, await skeleton, formats));
  };
};

export const formatsName = (formats: Formats): string =>
  Object.entries(formats)
    .map(([layer, format]) => `${layer} ${formatName(format)}`)
    .join(', ');

/** Other weights on the same activations; factors stay as they are. */
const reformatted = (
  float: QuantizeInputs['model'],
  skeleton: QuantizedModel,
  formats: Formats,
): QuantizedModel => {
  const weights = Object.fromEntries(
    convNodes(float).flatMap((node) => {
      const format = formats[node.name] ?? ({ kind: 'int', bits: 8 } as const);
      return format.kind === 'factors'
        ? []
        : [[node.name, formatQuantizer(node, format)(node.weights)] as const];
    }),
  );
  return {
    ...skeleton,
    weights: { ...skeleton.weights, ...weights },
    model: withGridWeights(skeleton.model, weights),
  };
};

/** Calibrated, not trained. */
const untrained = async (
  { inputs, options }: SketchContext,
  layers: Formats,
  activationBits: number,
): Promise<QuantizedModel> => {
  const { model, input, train, validation } = inputs;
  const data = { train, validation };
  const method = mixed({ layers: { ...layers }, activationBits });
  const { quantized } = await method({ model, input, data, epochs: 0, seed: options.seed });
  return quantized;
};

/** As other stages see it. */
const networkOf = (quantized: QuantizedModel): IntegerNetwork =>
  importOnnx(writeModel(quantized, 'qonnx'), { name: quantized.model.name }).network;
