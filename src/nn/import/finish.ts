import { NnError } from '../errors.js';
import { narrowestWindow, withinWindow, type ShiftWindow } from '../choose-shifts.js';
import type { IntegerLayer, IntegerNetwork, IntegerTensor, Requantize } from '../ir.js';
import { hasPadding, layerInputs } from '../ranges.js';
import type { DraftedLayer, Lowering } from './state.js';

/** Chooses all shifts together and assembles the network. */
export function assemble(lowering: Lowering, name: string, output: string): IntegerNetwork {
  if (lowering.input === undefined) {
    throw new NnError(
      'NN004',
      'the network input reaches no quantizer. Quantize the model first (QONNX Quant nodes or QuantizeLinear/DequantizeLinear pairs).',
    );
  }
  const window = narrowestWindow(lowering.layers.flatMap(shiftSets));
  const used = reachable(
    lowering.layers.map((layer) => toLayer(layer, window)),
    output,
  );
  const wanted = lowering.graph.outputs[0] ?? output;
  const rename = (tensor: string): string =>
    tensor === output && !lowering.tensors.has(wanted) ? wanted : tensor;
  const names = [lowering.input.tensor, ...used.map((layer) => layer.output)];
  const tensors: Record<string, IntegerTensor> = {};
  for (const tensor of names) {
    const found = lowering.tensors.get(tensor);
    if (found !== undefined) tensors[rename(tensor)] = { ...found, name: rename(tensor) };
  }
  return flattenInput({
    name,
    input: lowering.input.tensor,
    output: rename(output),
    inputTransform: lowering.input.transform,
    tensors,
    layers: used.map((layer) => ({ ...layer, output: rename(layer.output) })),
  });
}

function shiftSets(layer: DraftedLayer): readonly (readonly number[])[] {
  if (layer.kind === 'requantized')
    return layer.fit.channels.map(({ candidates }) => candidates.map(({ shift }) => shift));
  return layer.kind === 'added' ? [layer.fit.candidates.map(({ shift }) => shift)] : [];
}

function toLayer(draft: DraftedLayer, window: ShiftWindow): IntegerLayer {
  switch (draft.kind) {
    case 'maxPool':
      return draft.layer;
    case 'raw':
      return { ...draft.source, output: draft.output, bias: draft.bias };
    case 'added': {
      const { source, output, clamp, fit } = draft;
      const { multiplierA, multiplierB, shift } = withinWindow(fit.candidates, window) ?? {
        multiplierA: 0,
        multiplierB: 0,
        shift: 0,
      };
      return { ...source, output, multiplierA, multiplierB, shift, rounding: fit.rounding, ...clamp };
    }
    case 'requantized': {
      const { source, output } = draft;
      const requantize = toRequantize(draft, window);
      if (source.kind === 'avgPool') return { ...source, output, requantize };
      return { ...source, output, bias: requantize.multiplier.map(() => 0), requantize };
    }
  }
}

function toRequantize(
  { fit, clamp }: Extract<DraftedLayer, { kind: 'requantized' }>,
  window: ShiftWindow,
): Requantize {
  const chosen = fit.channels.map(
    ({ candidates }) => withinWindow(candidates, window) ?? { multiplier: 0, addend: 0, shift: 0 },
  );
  return {
    multiplier: chosen.map(({ multiplier }) => multiplier),
    addend: chosen.map(({ addend }) => addend),
    shift: chosen.map(({ shift }) => shift),
    rounding: fit.rounding,
    ...clamp,
  };
}

/** Without layers whose result the output does not need. */
function reachable(layers: readonly IntegerLayer[], output: string): readonly IntegerLayer[] {
  const needed = new Set([output]);
  const kept: IntegerLayer[] = [];
  for (const layer of [...layers].reverse()) {
    if (!needed.has(layer.output)) continue;
    layerInputs(layer).forEach((input) => needed.add(input));
    kept.push(layer);
  }
  return kept.reverse();
}

/** An input that only fully connected layers read becomes a vector: same values, same order. */
function flattenInput(network: IntegerNetwork): IntegerNetwork {
  const tensor = network.tensors[network.input];
  if (tensor === undefined) return network;
  const [height, width, channels] = tensor.shape;
  const readers = network.layers.filter((layer) => layerInputs(layer).includes(network.input));
  const covers = (layer: IntegerLayer): boolean =>
    layer.kind === 'conv' &&
    !layer.depthwise &&
    !hasPadding(layer.padding) &&
    layer.kernel[0] === height &&
    layer.kernel[1] === width;
  if (height * width === 1 || !readers.every(covers)) return network;
  return {
    ...network,
    tensors: { ...network.tensors, [tensor.name]: { ...tensor, shape: [1, 1, height * width * channels] } },
    layers: network.layers.map((layer) =>
      readers.includes(layer) && layer.kind === 'conv' ? { ...layer, kernel: [1, 1] } : layer,
    ),
  };
}
