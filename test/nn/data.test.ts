import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { expect, test } from 'vitest';
import {
  loadLabels,
  loadSamples,
  quantizeSamples,
  readIdx,
  readNpy,
  readNpz,
  type IntegerNetwork,
  type NumericArray,
} from '../../src/nn/index.js';

const folder = mkdtempSync(join(tmpdir(), 'nomul-data-'));

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const idx = (type: number, dims: readonly number[], body: readonly number[]): Uint8Array =>
  Uint8Array.from([0, 0, type, dims.length, ...dims.flatMap((d) => [0, 0, d >> 8, d & 255]), ...body]);

function npy(descr: string, shape: string, body: Uint8Array, order = 'False'): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${shape}), }\n`;
  const bytes = new TextEncoder().encode(header);
  return Uint8Array.from([
    0x93,
    ...new TextEncoder().encode('NUMPY'),
    1,
    0,
    bytes.length & 255,
    bytes.length >> 8,
    ...bytes,
    ...body,
  ]);
}

const floats = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

test('IDX: bytes and big-endian words', () => {
  expect(readIdx(idx(8, [2, 1, 2], [1, 2, 3, 255]))).toEqual({
    type: 'uint8',
    dims: [2, 1, 2],
    data: Uint8Array.of(1, 2, 3, 255),
  });
  expect(readIdx(idx(11, [2], [1, 2, 255, 255])).data).toEqual(Int16Array.of(258, -1));
});

test('NPY and NPZ', () => {
  expect(readNpy(npy('<f4', '2,', floats(1.5, -2)))).toEqual({
    type: 'float32',
    dims: [2],
    data: Float32Array.of(1.5, -2),
  });
  expect(readNpy(npy('>i2', '1, 2', Uint8Array.of(1, 2, 255, 255))).data).toEqual(Int16Array.of(258, -1));
  expect(readNpy(npy('|u1', '', Uint8Array.of(7))).dims).toEqual([]);
  const arrays = readNpz(
    zipSync({ 'a.npy': npy('|i1', '1,', Uint8Array.of(255)), 'b.npy': npy('|u1', '1,', Uint8Array.of(9)) }),
  );
  expect([...arrays.keys()].sort()).toEqual(['a', 'b']);
  expect(arrays.get('a')?.data).toEqual(Int8Array.of(-1));
});

test('loadSamples finds out the format, gzipped or not; labels are integers', () => {
  const labels = idx(8, [3], [4, 5, 6]);
  expect(loadLabels(file('l.gz', gzipSync(labels)))).toEqual(Int32Array.of(4, 5, 6));
  expect(loadSamples(file('x.npy', npy('<f4', '1,', floats(3)))).data).toEqual(Float32Array.of(3));
  expect(loadSamples(file('x.npz', zipSync({ 'x.npy': npy('|u1', '1,', Uint8Array.of(8)) }))).data).toEqual(
    Uint8Array.of(8),
  );
});

test.each<[string, string, () => unknown, RegExp]>([
  [
    'no file',
    'NN020',
    () => loadSamples(join(folder, 'nothing')),
    /cannot be read .*Supported: IDX, NPY and NPZ/,
  ],
  [
    'another format',
    'NN020',
    () => loadSamples(file('a.png', Uint8Array.of(0x89, 0x50, 0x4e))),
    /has none of the known formats/,
  ],
  [
    'cut IDX',
    'NN020',
    () => readIdx(idx(8, [2, 2], [1, 2, 3])),
    /declares shape \[2, 2\] \(4 bytes\) but holds only 3 bytes/,
  ],
  ['cut IDX header', 'NN020', () => readIdx(Uint8Array.of(0, 0, 8, 3, 0)), /truncated inside its header/],
  [
    'cut NPY',
    'NN020',
    () => readNpy(npy('<f4', '3,', floats(1))),
    /declares shape \[3\] \(12 bytes\) but holds only 4 bytes/,
  ],
  [
    'complex NPY',
    'NN022',
    () => readNpy(npy('<c8', '1,', floats(1, 2))),
    /element type that is not supported/,
  ],
  [
    'a header with sizes that are no numbers',
    'NN020',
    () => readNpy(npy('<f4', '3L,', floats(1, 2, 3))),
    /has a damaged header/,
  ],
  ['Fortran NPY', 'NN022', () => readNpy(npy('<f4', '1,', floats(1), 'True')), /Fortran order/],
  [
    'cut gzip',
    'NN020',
    () => loadSamples(file('c.gz', gzipSync(idx(8, [1], [1])).subarray(0, 12))),
    /cannot be read/,
  ],
  [
    'labels of rank 2',
    'NN021',
    () => loadLabels(file('r2', idx(8, [1, 2], [1, 2]))),
    /one number per picture/,
  ],
  [
    'real labels',
    'NN022',
    () => loadLabels(file('rl.npy', npy('<f4', '1,', floats(1)))),
    /labels are integers/,
  ],
])('%s', (_, code, action, message) => {
  expect(action).toThrow(message);
  expect(action).toThrow(code);
});

const network = (
  shape: readonly [number, number, number],
  transform: Partial<IntegerNetwork['inputTransform']> = {},
): IntegerNetwork => ({
  name: 'n',
  input: 'x',
  output: 'x',
  inputTransform: { gain: 1, offset: 0, lo: -8, hi: 7, ...transform },
  tensors: { x: { name: 'x', shape, bits: 4, signed: true, scale: 0.5, zeroPoint: 1 } },
  layers: [],
});

const array = (dims: readonly number[], values: readonly number[]): NumericArray => ({
  type: 'float32',
  dims,
  data: Float32Array.from(values),
});

test('pixels become integers by the input transform, ties to even, clamped', () => {
  const samples = array([2, 1, 2], [0, 4, 5, 100]);
  const { values, count, clamped } = quantizeSamples(network([1, 2, 1], { gain: 2, offset: -1 }), samples, {
    inputScale: 0.25,
  });
  // (p * 0.25 * 2 - 1) / 0.5 + 1 = p - 1
  expect(values).toEqual(Int32Array.of(-1, 3, 4, 7));
  expect([count, clamped]).toEqual([2, 0.25]);
});

test('shapes: channels last, channels first, vectors, one picture', () => {
  const n = network([1, 2, 3]);
  const plain = { alreadyInteger: true };
  const last = [1, 2, 3, 4, 5, 6];
  const first = [1, 4, 2, 5, 3, 6];
  for (const [dims, values] of [
    [[1, 1, 2, 3], last],
    [[1, 3, 1, 2], first],
    [[1, 6], last],
    [[1, 2, 3], last],
    [[3, 1, 2], first],
  ] as const) {
    expect([...quantizeSamples(n, array(dims, values), plain).values]).toEqual(last);
  }
  expect([...quantizeSamples(network([1, 1, 6]), array([1, 2, 3], last), plain).values]).toEqual(last);
});

test('wrong shapes and types are named', () => {
  expect(() =>
    quantizeSamples(network([28, 28, 1]), array([5, 27, 28], new Array<number>(5 * 27 * 28).fill(0))),
  ).toThrow(
    'NN021: samples have shape [5, 27, 28], but each picture of the network is 28 x 28 x 1. ' +
      'Give [N, 28, 28, 1], [N, 1, 28, 28] or [N, 784].',
  );
  expect(() => quantizeSamples(network([1, 1, 1]), array([1, 1], [0.5]), { alreadyInteger: true })).toThrow(
    "NN022: a sample holds 0.5, but the network's input takes integers from -8 to 7.",
  );
  expect(() => quantizeSamples(network([1, 1, 1]), array([1, 1], [1]), { inputScale: 0 })).toThrow(
    'NN022: inputScale is 0',
  );
});
