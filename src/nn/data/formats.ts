import { unzipSync } from 'fflate';
import { NnError } from '../errors.js';
import { countOf, decodeElements, layouts, type ArrayType, type NumericArray } from './array.js';

const damaged = (where: string, problem: string): NnError =>
  new NnError('NN020', `${where} ${problem}. Check that the file was copied completely.`);

const idxTypes: Readonly<Record<number, ArrayType>> = {
  8: 'uint8',
  9: 'int8',
  11: 'int16',
  12: 'int32',
  13: 'float32',
  14: 'float64',
};

/** IDX (the MNIST family): two zero bytes, type, rank, big-endian sizes and elements. @throws NnError NN020 */
export function readIdx(bytes: Uint8Array, where = 'the IDX file'): NumericArray {
  const type = idxTypes[bytes[2] ?? 0];
  const rank = bytes[3] ?? 0;
  if (bytes[0] !== 0 || bytes[1] !== 0 || type === undefined || rank === 0)
    throw damaged(where, 'is not an IDX file');
  if (bytes.length < 4 + 4 * rank) throw damaged(where, 'is truncated inside its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dims = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  return elements(where, type, dims, bytes.subarray(4 + 4 * rank), false);
}

function elements(
  where: string,
  type: ArrayType,
  dims: readonly number[],
  body: Uint8Array,
  little: boolean,
): NumericArray {
  const count = countOf(dims);
  const needed = count * layouts[type].bytes;
  if (body.length < needed) {
    throw damaged(
      where,
      `declares shape [${dims.join(', ')}] (${needed} bytes) but holds only ${body.length} bytes of data`,
    );
  }
  return { type, dims, data: decodeElements(type, body, count, little) };
}

const npyTypes: Readonly<Record<string, ArrayType>> = {
  u1: 'uint8',
  i1: 'int8',
  b1: 'bool',
  u2: 'uint16',
  i2: 'int16',
  u4: 'uint32',
  i4: 'int32',
  u8: 'uint64',
  i8: 'int64',
  f4: 'float32',
  f8: 'float64',
};

/** NumPy's NPY, versions 1 to 3, C order. @throws NnError NN020, NN022 */
export function readNpy(bytes: Uint8Array, where = 'the NPY file'): NumericArray {
  if (!isNpy(bytes) || bytes.length < 12) throw damaged(where, 'is not an NPY file');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const long = (bytes[6] ?? 1) > 1;
  const start = long ? 12 : 10;
  const end = start + (long ? view.getUint32(8, true) : view.getUint16(8, true));
  const header = new TextDecoder().decode(bytes.subarray(start, end));
  const descr = /'descr':\s*'([<>|=])([a-z]\d+)'/.exec(header);
  const shape = /'shape':\s*\(([^)]*)\)/.exec(header);
  if (end > bytes.length || shape === null) throw damaged(where, 'has a damaged header');
  const type = npyTypes[descr?.[2] ?? ''];
  if (type === undefined) {
    throw new NnError(
      'NN022',
      `${where} has an element type that is not supported (${header.slice(0, 60)}...). Save numbers of 8 to 64 bits.`,
    );
  }
  if (header.includes("'fortran_order': True")) {
    throw new NnError('NN022', `${where} is stored in Fortran order. Save numpy.ascontiguousarray(array).`);
  }
  const dims = (shape[1] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(Number);
  if (!dims.every((size) => Number.isInteger(size) && size >= 0))
    throw damaged(where, 'has a damaged header');
  return elements(where, type, dims, bytes.subarray(end), descr?.[1] !== '>');
}

export const isNpy = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x93 && new TextDecoder().decode(bytes.subarray(1, 6)) === 'NUMPY';

/** NumPy's NPZ: a zip of NPY files, by name without ".npy". @throws NnError NN020, NN022 */
export function readNpz(bytes: Uint8Array, where = 'the NPZ file'): ReadonlyMap<string, NumericArray> {
  const arrays = new Map<string, NumericArray>();
  for (const [name, content] of Object.entries(unzipped(bytes, where))) {
    arrays.set(name.replace(/\.npy$/, ''), readNpy(content, `${where}, array "${name}"`));
  }
  return arrays;
}

function unzipped(bytes: Uint8Array, where: string): Readonly<Record<string, Uint8Array>> {
  try {
    return unzipSync(bytes);
  } catch {
    throw damaged(where, 'is not a readable zip archive');
  }
}
