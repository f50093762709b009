/** A layer with other weights that computes nearly the same: what the weights lost in scale, its requantizer gains. */

import {
  accumulatorRanges,
  bitsFor,
  type ConvLayer,
  type IntegerNetwork,
  type IntegerTensor,
  type Requantize,
} from '../../nn/index.js';

/** Multipliers made here are below 2^15; shifts made longer end at 31, which reloadable hardware holds too. */
const multiplierBits = 15;
const longestShift = 31;

/** `scales`: of each output channel, old weight ≈ scale * new weight. Biases move into the addends. */
export const rescaledRequantize = (
  requantize: Requantize,
  bias: readonly number[],
  scales: readonly number[],
): Requantize => {
  const channels = scales.map((scale, channel) => {
    const multiplier = requantize.multiplier[channel] ?? 0;
    const shift = requantize.shift[channel] ?? 0;
    const addend = (requantize.addend[channel] ?? 0) + (bias[channel] ?? 0) * multiplier;
    if (scale === 1 || multiplier === 0) return { multiplier, addend, shift };
    const factor = multiplier * scale;
    const room = multiplierBits - (Math.floor(Math.log2(Math.abs(factor))) + 1);
    const by = Math.max(-shift, Math.min(room, Math.max(0, longestShift - shift)));
    return {
      multiplier: Math.round(factor * 2 ** by),
      addend: Math.round(addend * 2 ** by),
      shift: shift + by,
    };
  });
  return {
    ...requantize,
    multiplier: channels.map(({ multiplier }) => multiplier),
    addend: channels.map(({ addend }) => addend),
    shift: channels.map(({ shift }) => shift),
  };
};

/** Raw accumulators: the tensor's scale takes over the weights', and it has room for the new sums. */
export const rescaledLogits = (network: IntegerNetwork, layer: ConvLayer, scale: number): IntegerTensor => {
  const tensor = network.tensors[layer.output];
  if (tensor === undefined) throw new RangeError(`no tensor ${layer.output}`);
  const bits = accumulatorRanges(network, layer).map((range) => bitsFor(range, true));
  return { ...tensor, scale: tensor.scale * scale, bits: Math.max(tensor.bits, ...bits) };
};
