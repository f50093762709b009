/** Rules of a quantized model, and what follows from its grids. */
import { storageRange } from '../../nn/index.js';
import { QuantError } from '../errors.js';
import { convNamed, convNodes, quantizationPoints, storedName } from './graph.js';
import type { ActivationGrid, ConvNode, QuantizedModel, WeightGrid } from './ir.js';
import { verifyModel } from './shapes.js';

const fail = (message: string): never => {
  throw new QuantError('QT007', message);
};

const entryOf = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

/** The grid of the stored tensor that a node reads. @throws QuantError QT007 when it is not stored or has no grid */
export function gridAt(quantized: QuantizedModel, name: string): ActivationGrid {
  const { model, input, activations } = quantized;
  const stored = storedName(model, name);
  const grid = stored === model.input ? input : entryOf(activations, stored ?? '');
  return (
    grid ??
    fail(`the output of "${name}" is read as integers but has no grid. Give one to every quantization point.`)
  );
}

/** @throws QuantError QT007 */
export const weightGridOf = ({ weights }: QuantizedModel, conv: string): WeightGrid =>
  entryOf(weights, conv) ?? fail(`conv "${conv}" has no weight grid. Every conv node needs one.`);

/** The weights that a grid stands for: code * scale of the layer or of the output channel, as float32. */
export function weightsOfGrid({ codes, scales }: WeightGrid): Float32Array {
  const size = codes.length / scales.length;
  return Float32Array.from(codes, (code, i) => code * (scales[Math.floor(i / size)] ?? 0));
}

/**
 * Checks that grids are complete, codes lie in their bits and formats, weights equal code * scale, and tables fit.
 * @throws QuantError QT001 to QT004 about the float model, QT007
 */
export function verifyQuantized(quantized: QuantizedModel): void {
  const { model, weights, activations, products, input } = quantized;
  verifyModel(model);
  for (const name of [...Object.keys(weights), ...Object.keys(products)]) convNamed(model, name);
  checkGrid(`input "${model.input}"`, input);
  const points = quantizationPoints(model);
  const extra = Object.keys(activations).find((name) => !points.includes(name));
  if (extra !== undefined)
    fail(
      `"${extra}" has a grid but is no quantization point of network "${model.name}". Those are: ${points.join(', ')}.`,
    );
  for (const name of points)
    checkGrid(
      `the output of "${name}"`,
      entryOf(activations, name) ?? fail(`"${name}" has no grid. Every quantization point needs one.`),
    );
  for (const node of convNodes(model)) {
    const grid = weightGridOf(quantized, node.name);
    checkWeights(node, grid);
    checkProduct(quantized, node, grid);
  }
}

function checkGrid(where: string, { bits, signed, scale }: ActivationGrid): void {
  const most = signed ? 32 : 31;
  if (!Number.isInteger(bits) || bits < 1 || bits > most)
    fail(`${where} has ${bits} bits; 1 to ${most} are possible.`);
  if (!(Math.fround(scale) > 0 && Number.isFinite(Math.fround(scale))))
    fail(`${where} has scale ${scale}; a scale is a float32 number above 0.`);
}

function checkWeights(node: ConvNode, grid: WeightGrid): void {
  const { codes, scales, bits, format } = grid;
  const where = `conv "${node.name}"`;
  if (codes.length !== node.weights.length || ![1, node.outChannels].includes(scales.length))
    fail(
      `${where} has ${codes.length} codes and ${scales.length} scales for ${node.weights.length} weights and ${node.outChannels} channels.`,
    );
  if (!Number.isInteger(bits) || bits < 1 || bits > 16)
    fail(`${where} has ${bits} weight bits; 1 to 16 are possible.`);
  if (!scales.every((scale) => scale > 0 && Number.isFinite(scale)))
    fail(
      `${where} has a scale that is not a finite number above 0. A channel of zeros may have any, for example 1.`,
    );
  if (format === 'ternary' && bits !== 2)
    fail(`${where} is ternary with ${bits} bits; ternary weights have 2.`);
  const { lo, hi } = format === 'ternary' ? { lo: -1, hi: 1 } : storageRange({ bits, signed: true });
  const isWrong = (code: number): boolean =>
    code < lo ||
    code > hi ||
    (format === 'powerOfTwo' && code !== 0 && (Math.abs(code) & (Math.abs(code) - 1)) !== 0);
  const wrong = codes.findIndex(isWrong);
  if (wrong >= 0)
    fail(`${where} has code ${codes[wrong] ?? 0} at index ${wrong}, which is not ${format} of ${bits} bits.`);
  const off = weightsOfGrid(grid).findIndex(
    (value, i) => Math.abs(value - (node.weights[i] ?? 0)) > 2 ** -20 * Math.abs(value),
  );
  if (off >= 0)
    fail(
      `${where} has weight ${node.weights[off] ?? 0} at index ${off}, but its code and scale make another number. Put the quantized weights into the model.`,
    );
}

function checkProduct(quantized: QuantizedModel, node: ConvNode, { bits }: WeightGrid): void {
  const product = entryOf(quantized.products, node.name);
  if (product === undefined) return;
  const act = gridAt(quantized, node.input);
  const size = 2 ** (act.bits + bits);
  if (
    product.table.length !== size ||
    !product.table.every((entry) => Number.isInteger(entry) && Math.abs(entry) < 2 ** 31)
  )
    fail(
      `conv "${node.name}" has product "${product.name}" of ${product.table.length} entries; ${act.bits}-bit inputs and ${bits}-bit weights need ${size} 32-bit integers.`,
    );
}
