/** Networks as they will be, but for their training: enough for a plan of the hardware, and for what stands around its PEs. */

import type { IntegerNetwork } from '../../nn/index.js';
import {
  convNodes,
  formatName,
  formatQuantizer,
  withGridWeights,
  type LayerFormat,
  type QuantizedModel,
} from '../../quant/index.js';
import { networkOf, untrained, type SpaceContext } from './space.js';

/** Formats of all layers. */
export type Formats = Readonly<Record<string, LayerFormat>>;
/** The untrained network of these formats. @throws QuantError */
export type Sketch = (formats: Formats) => Promise<IntegerNetwork>;

/** Calibrating and factorizing take seconds: done once for all networks that have the same layers in factors. */
export const openSketches = (
  context: Pick<SpaceContext, 'inputs' | 'options'>,
  activationBits: number,
): Sketch => {
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
  float: SpaceContext['inputs']['model'],
  skeleton: QuantizedModel,
  formats: Formats,
): QuantizedModel => {
  const weights = Object.fromEntries(
    convNodes(float).flatMap((node) => {
      const format = formats[node.name];
      if (format === undefined) throw new RangeError(`layer ${node.name} has no format`);
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
