import { NnError, type NnErrorCode } from './errors.js';
import type {
  AddLayer,
  AvgPoolLayer,
  ConvLayer,
  IntegerLayer,
  IntegerNetwork,
  IntegerTensor,
  MaxPoolLayer,
} from './ir.js';
import {
  accumulatorRanges,
  elementCount,
  layerInputs,
  storageRange,
  tensorOf,
  tensorRanges,
  windowOutput,
  type ValueRange,
} from './ranges.js';
import { checkAddRange, checkRequantize } from './verify-requantize.js';

/**
 * Checks every structural rule of the integer contract (docs/integer-contract.md). Returns normally when all hold.
 * @throws NnError NN010 to NN017, naming the layer or tensor and what to do
 */
export function verifyNetwork(network: IntegerNetwork): void {
  for (const [name, tensor] of Object.entries(network.tensors)) checkTensor(name, tensor);
  checkOrder(network);
  checkInput(network);
  for (const layer of network.layers) checkLayerShape(network, layer);
  const ranges = tensorRanges(network);
  for (const layer of network.layers) {
    checkArithmetic(network, layer, ranges);
    checkFits(network, layer, ranges);
  }
}

export const fail = (code: NnErrorCode, message: string): never => {
  throw new NnError(code, message);
};

const isCount = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;

function checkTensor(name: string, t: IntegerTensor): void {
  const where = `tensor "${name}"`;
  if (t.name !== name)
    fail('NN015', `${where} is stored under that key but calls itself "${t.name}". Make both equal.`);
  if (!t.shape.every((size) => isCount(size, 1, 2 ** 20))) {
    fail('NN011', `${where} has shape ${t.shape.join(' x ')}; each size must be an integer of at least 1.`);
  }
  const mostBits = t.signed ? 32 : 31;
  if (!isCount(t.bits, 1, mostBits)) {
    fail(
      'NN015',
      `${where} has ${t.bits} bits; ${t.signed ? 'signed' : 'unsigned'} tensors have 1 to ${mostBits}.`,
    );
  }
  if (!(t.scale > 0 && Number.isFinite(t.scale))) {
    fail('NN015', `${where} has scale ${t.scale}; a scale is a finite number above 0.`);
  }
  const { lo, hi } = storageRange(t);
  if (!isCount(t.zeroPoint, lo, hi)) {
    fail('NN015', `${where} has zero point ${t.zeroPoint}, outside its own range ${lo} .. ${hi}.`);
  }
}

function checkOrder(network: IntegerNetwork): void {
  const ready = new Set([network.input]);
  tensorOf(network, network.input, `network "${network.name}"`);
  for (const layer of network.layers) {
    const where = `layer "${layer.name}"`;
    tensorOf(network, layer.output, where);
    for (const input of layerInputs(layer)) {
      tensorOf(network, input, where);
      if (!ready.has(input)) {
        fail(
          'NN014',
          `${where} reads tensor "${input}" before any layer writes it. Put layers in execution order.`,
        );
      }
    }
    if (ready.has(layer.output)) {
      fail(
        'NN014',
        `${where} writes tensor "${layer.output}", which already has a writer. Give it its own output.`,
      );
    }
    ready.add(layer.output);
  }
  tensorOf(network, network.output, `network "${network.name}"`);
  if (!ready.has(network.output)) {
    fail('NN014', `no layer writes the network's output "${network.output}". Name the last layer's output.`);
  }
}

function checkInput(network: IntegerNetwork): void {
  const { lo, hi, gain, offset } = network.inputTransform;
  const tensor = tensorOf(network, network.input, `network "${network.name}"`);
  const range = storageRange(tensor);
  if (!Number.isInteger(lo) || !Number.isInteger(hi) || lo > hi || lo < range.lo || hi > range.hi) {
    fail(
      'NN015',
      `the input transform clamps to ${lo} .. ${hi}, but input tensor "${tensor.name}" holds ${range.lo} .. ${range.hi}.`,
    );
  }
  if (!Number.isFinite(gain) || !Number.isFinite(offset)) {
    fail('NN015', `the input transform has gain ${gain} and offset ${offset}; both must be finite.`);
  }
}

function checkLayerShape(network: IntegerNetwork, layer: IntegerLayer): void {
  switch (layer.kind) {
    case 'conv':
      checkConv(network, layer);
      return;
    case 'avgPool':
    case 'maxPool':
      checkPool(network, layer);
      return;
    case 'add':
      checkAdd(network, layer);
  }
}

function checkWindow(network: IntegerNetwork, layer: ConvLayer | AvgPoolLayer | MaxPoolLayer): void {
  const where = `layer "${layer.name}"`;
  const [height, width] = layer.kernel;
  const { top, left, bottom, right } = layer.padding;
  if (![...layer.kernel, ...layer.stride].every((size) => isCount(size, 1, 2 ** 16))) {
    fail(
      'NN011',
      `${where} has kernel ${layer.kernel.join(' x ')} and stride ${layer.stride.join(' x ')}; each must be at least 1.`,
    );
  }
  if (
    ![top, bottom].every((p) => isCount(p, 0, height - 1)) ||
    ![left, right].every((p) => isCount(p, 0, width - 1))
  ) {
    fail(
      'NN011',
      `${where} has padding top ${top}, left ${left}, bottom ${bottom}, right ${right}; each must be from 0 to kernel size - 1.`,
    );
  }
  const input = tensorOf(network, layer.input, where);
  const output = tensorOf(network, layer.output, where);
  const [needHeight, needWidth] = windowOutput(input.shape, layer.kernel, layer.stride, layer.padding);
  if (output.shape[0] !== needHeight || output.shape[1] !== needWidth) {
    fail(
      'NN011',
      `${where} makes ${needHeight} x ${needWidth} pixels, but its output tensor "${output.name}" is ` +
        `${output.shape[0]} x ${output.shape[1]}. Correct the tensor's shape or the layer's kernel, stride and padding.`,
    );
  }
}

function checkConv(network: IntegerNetwork, layer: ConvLayer): void {
  checkWindow(network, layer);
  const where = `layer "${layer.name}"`;
  const inChannels = tensorOf(network, layer.input, where).shape[2];
  const outChannels = tensorOf(network, layer.output, where).shape[2];
  if (layer.depthwise && inChannels !== outChannels) {
    fail(
      'NN011',
      `${where} is depthwise but goes from ${inChannels} to ${outChannels} channels. Both must be equal.`,
    );
  }
  const needed = outChannels * layer.kernel[0] * layer.kernel[1] * (layer.depthwise ? 1 : inChannels);
  if (layer.weights.length !== needed) {
    fail('NN011', `${where} has ${layer.weights.length} weights, but its shapes need ${needed}.`);
  }
  if (layer.bias.length !== outChannels) {
    fail('NN011', `${where} has ${layer.bias.length} biases for ${outChannels} output channels.`);
  }
  if (!layer.bias.every((bias) => Number.isSafeInteger(bias)))
    fail('NN017', `${where} has a bias that is not an exact integer.`);
  checkWeights(layer);
  if (layer.product !== 'exact') checkTable(network, layer, layer.product.table);
}

function checkWeights(layer: ConvLayer): void {
  const where = `layer "${layer.name}"`;
  if (!isCount(layer.weightBits, 1, 16))
    fail('NN012', `${where} declares ${layer.weightBits} weight bits; 1 to 16 are possible.`);
  const ternary = layer.weightFormat === 'ternary';
  const { lo, hi } = ternary ? { lo: -1, hi: 1 } : storageRange({ bits: layer.weightBits, signed: true });
  const at = layer.weights.findIndex((weight) => weight < lo || weight > hi);
  if (at >= 0) {
    const declared = ternary ? 'ternary' : `${layer.weightBits}-bit`;
    fail(
      'NN012',
      `${where} has weight ${layer.weights[at] ?? 0} at index ${at}, outside its declared ${declared} range ${lo} .. ${hi}. ` +
        'Declare more bits or quantize the weight again.',
    );
  }
  if (layer.weightFormat === 'powerOfTwo') {
    const odd = layer.weights.find(
      (weight) => weight !== 0 && !Number.isInteger(Math.log2(Math.abs(weight))),
    );
    if (odd !== undefined) fail('NN012', `${where} declares power-of-two weights but has weight ${odd}.`);
  }
}

function checkTable(network: IntegerNetwork, layer: ConvLayer, table: readonly number[]): void {
  const where = `layer "${layer.name}"`;
  const input = tensorOf(network, layer.input, where);
  if (input.zeroPoint !== 0) {
    fail(
      'NN016',
      `${where} uses a table product, which needs zero point 0, but its input "${input.name}" has ${input.zeroPoint}.`,
    );
  }
  const needed = 2 ** (input.bits + layer.weightBits);
  if (table.length !== needed) {
    fail(
      'NN016',
      `${where} has a product table of ${table.length} entries; ${input.bits}-bit inputs and ${layer.weightBits}-bit weights need ${needed}.`,
    );
  }
  if (!table.every((entry) => Number.isInteger(entry) && Math.abs(entry) < 2 ** 31)) {
    fail('NN016', `${where} has a product table entry that is not a 32-bit integer.`);
  }
}

function checkPool(network: IntegerNetwork, layer: AvgPoolLayer | MaxPoolLayer): void {
  checkWindow(network, layer);
  const where = `layer "${layer.name}"`;
  const input = tensorOf(network, layer.input, where);
  const output = tensorOf(network, layer.output, where);
  if (input.shape[2] !== output.shape[2]) {
    fail('NN011', `${where} pools ${input.shape[2]} channels into ${output.shape[2]}. Both must be equal.`);
  }
  if (layer.kind === 'avgPool') return;
  const same = (['bits', 'signed', 'scale', 'zeroPoint'] as const).every((key) => input[key] === output[key]);
  if (!same)
    fail(
      'NN015',
      `${where} is a max pooling, so tensors "${input.name}" and "${output.name}" must have the same type.`,
    );
}

function checkAdd(network: IntegerNetwork, layer: AddLayer): void {
  const where = `layer "${layer.name}"`;
  const shapes = [...layer.inputs, layer.output].map((name) =>
    tensorOf(network, name, where).shape.join(' x '),
  );
  if (new Set(shapes).size > 1)
    fail('NN011', `${where} adds tensors of shapes ${shapes.join(', ')}. All three must be equal.`);
}

function checkArithmetic(
  network: IntegerNetwork,
  layer: IntegerLayer,
  ranges: ReadonlyMap<string, ValueRange>,
): void {
  const output = tensorOf(network, layer.output, `layer "${layer.name}"`);
  if (layer.kind === 'maxPool') return;
  if (layer.kind === 'add') {
    checkAddRange(network, layer, ranges, output);
    return;
  }
  const accumulators = accumulatorRanges(network, layer, ranges);
  const widest = accumulators.find(({ lo, hi }) => Math.max(-lo, hi) >= 2 ** 52);
  if (widest !== undefined) {
    fail(
      'NN017',
      `layer "${layer.name}" has an accumulator of ${widest.lo} .. ${widest.hi}, beyond 2^52. Use fewer bits.`,
    );
  }
  if (layer.requantize !== undefined) checkRequantize(layer.name, layer.requantize, accumulators, output);
  else if (output.zeroPoint !== 0 || !output.signed) {
    fail(
      'NN015',
      `layer "${layer.name}" writes raw accumulators, so tensor "${output.name}" must be signed with zero point 0.`,
    );
  }
}

/** What the layer can produce must fit what its tensor can store. */
function checkFits(
  network: IntegerNetwork,
  layer: IntegerLayer,
  ranges: ReadonlyMap<string, ValueRange>,
): void {
  const tensor = tensorOf(network, layer.output, `layer "${layer.name}"`);
  const stored = storageRange(tensor);
  const made = ranges.get(layer.output);
  if (made === undefined || (made.lo >= stored.lo && made.hi <= stored.hi)) return;
  fail(
    'NN015',
    `layer "${layer.name}" produces ${made.lo} .. ${made.hi}, but tensor "${tensor.name}" (${tensor.bits} bits, ` +
      `${tensor.signed ? 'signed' : 'unsigned'}, ${elementCount(tensor.shape)} elements) holds ${stored.lo} .. ${stored.hi}. Give it more bits.`,
  );
}
