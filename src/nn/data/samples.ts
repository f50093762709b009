import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { NnError } from '../errors.js';
import type { IntegerNetwork } from '../ir.js';
import { elementCount, tensorOf } from '../ranges.js';
import { roundHalfEven } from '../../num/index.js';
import { countOf, type NumericArray } from './array.js';
import type { Dataset } from './dataset.js';
import { isNpy, readIdx, readNpy, readNpz } from './formats.js';

const FORMATS = 'Supported: IDX, NPY and NPZ with one array, each also gzipped.';

/** Pictures (or their labels) from an IDX, NPY or one-array NPZ file, gzipped or not. @throws NnError NN020, NN022 */
export function loadSamples(path: string): NumericArray {
  const bytes = readBytes(path);
  const where = `sample file "${path}"`;
  if (isNpy(bytes)) return readNpy(bytes, where);
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return onlyArray(readNpz(bytes, where), where);
  if (bytes[0] === 0 && bytes[1] === 0) return readIdx(bytes, where);
  throw new NnError('NN020', `${where} has none of the known formats. ${FORMATS}`);
}

function onlyArray(arrays: ReadonlyMap<string, NumericArray>, where: string): NumericArray {
  const [only] = arrays.values();
  if (only === undefined || arrays.size > 1) {
    throw new NnError(
      'NN020',
      `${where} holds ${arrays.size} arrays (${[...arrays.keys()].join(', ')}); one is needed. Save it as NPY.`,
    );
  }
  return only;
}

function readBytes(path: string): Uint8Array {
  try {
    const bytes = readFileSync(path);
    return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new NnError('NN020', `data file "${path}" cannot be read (${reason}). ${FORMATS}`);
  }
}

/** Class numbers, one per picture. @throws NnError NN020, NN021, NN022 */
export function loadLabels(path: string): Int32Array {
  const { dims, data, type } = loadSamples(path);
  if (dims.length !== 1)
    throw new NnError(
      'NN021',
      `label file "${path}" has shape [${dims.join(', ')}]; one number per picture is needed.`,
    );
  if (type.startsWith('float'))
    throw new NnError('NN022', `label file "${path}" holds ${type} numbers; labels are integers.`);
  return Int32Array.from(data);
}

export interface QuantizeSamplesOptions {
  /** real = stored number * inputScale, e.g. 1/256 or 1/255 for pixels. Default 1. */
  readonly inputScale?: number;
  /** The numbers are the input tensor's integers already. */
  readonly alreadyInteger?: boolean;
}

export interface QuantizedSamples {
  /** All pictures one after another, in the network's order (height, width, channels). */
  readonly values: Int32Array;
  readonly count: number;
  /** Share of values that the input range cut off. Near 1: inputScale is probably wrong. */
  readonly clamped: number;
}

/**
 * Samples as the network's input integers. Shapes per picture may be [H, W, C], [H, W] for one channel, [C, H, W], or a
 * vector of H*W*C values.
 * @throws NnError NN021 wrong shape, NN022 wrong type
 */
export function quantizeSamples(
  network: IntegerNetwork,
  samples: NumericArray,
  options: QuantizeSamplesOptions = {},
): QuantizedSamples {
  const { count, channelsFirst } = matchShape(network, samples);
  const quantize =
    options.alreadyInteger === true
      ? checkedInteger(network)
      : inputQuantizer(network, options.inputScale ?? 1);
  const [height, width, channels] = tensorOf(network, network.input, network.name).shape;
  const pixels = height * width;
  const size = pixels * channels;
  const values = new Int32Array(count * size);
  const { lo, hi } = network.inputTransform;
  let clamped = 0;
  for (let i = 0; i < values.length; i++) {
    const inside = i % size;
    const from = channelsFirst
      ? i - inside + (inside % channels) * pixels + Math.floor(inside / channels)
      : i;
    const value = quantize(samples.data[from] ?? 0);
    if (value < lo || value > hi) clamped++;
    values[i] = Math.min(hi, Math.max(lo, value));
  }
  return { values, count, clamped: clamped / Math.max(1, values.length) };
}

/** InputTransform without its clamp. */
function inputQuantizer(network: IntegerNetwork, inputScale: number): (stored: number) => number {
  const { gain, offset } = network.inputTransform;
  const { scale, zeroPoint } = tensorOf(network, network.input, network.name);
  if (!(inputScale > 0 && Number.isFinite(inputScale))) {
    throw new NnError(
      'NN022',
      `inputScale is ${inputScale}; it must be a finite number above 0, for example 1/256.`,
    );
  }
  return (stored) => roundHalfEven((stored * inputScale * gain + offset) / scale) + zeroPoint;
}

function checkedInteger(network: IntegerNetwork): (stored: number) => number {
  const { lo, hi } = network.inputTransform;
  return (stored) => {
    if (Number.isInteger(stored) && stored >= lo && stored <= hi) return stored;
    throw new NnError(
      'NN022',
      `a sample holds ${stored}, but the network's input takes integers from ${lo} to ${hi}.`,
    );
  };
}

function matchShape(
  network: IntegerNetwork,
  { dims }: NumericArray,
): { count: number; channelsFirst: boolean } {
  const { shape } = tensorOf(network, network.input, network.name);
  const [height, width, channels] = shape;
  const size = elementCount(shape);
  const channelsLast = shape.join();
  const first = [channels, height, width].join();
  const forms = [channelsLast, first, String(size), ...(channels === 1 ? [[height, width].join()] : [])];
  const isOne = forms.includes(dims.join());
  const picture = (isOne ? dims : dims.slice(1)).join();
  const vectorInput = height * width === 1 && countOf(dims.slice(isOne ? 0 : 1)) === size;
  if (!forms.includes(picture) && !vectorInput) {
    throw new NnError(
      'NN021',
      `samples have shape [${dims.join(', ')}], but each picture of the network is ${height} x ${width} x ${channels}. ` +
        `Give [N, ${height}, ${width}, ${channels}], [N, ${channels}, ${height}, ${width}] or [N, ${size}].`,
    );
  }
  return {
    count: isOne ? 1 : (dims[0] ?? 0),
    channelsFirst: picture === first && first !== channelsLast && picture !== String(size),
  };
}

/** The pictures of a data set as the network's input integers. @throws NnError NN021 wrong shape */
export function datasetSamples(
  network: IntegerNetwork,
  { pictures, count, shape, scale }: Dataset,
): QuantizedSamples {
  const type = pictures instanceof Uint8Array ? 'uint8' : 'float32';
  return quantizeSamples(network, { type, dims: [count, ...shape], data: pictures }, { inputScale: scale });
}
