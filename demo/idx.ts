/** IDX, the file format of the MNIST family: two zero bytes, type, number of dimensions, big-endian sizes, then the data. */
import { gzipSync } from 'fflate';

/** A gzipped IDX file of unsigned bytes. Equal input gives equal bytes: the gzip header carries no time. */
export function encodeIdx(shape: readonly number[], data: Uint8Array): Uint8Array {
  const file = new Uint8Array(4 + 4 * shape.length + data.length);
  const view = new DataView(file.buffer);
  const unsignedByte = 0x08;
  file.set([0, 0, unsignedByte, shape.length]);
  shape.forEach((size, i) => view.setUint32(4 + 4 * i, size));
  file.set(data, 4 + 4 * shape.length);
  return gzipSync(file, { level: 9, mtime: '1980-01-01' });
}
