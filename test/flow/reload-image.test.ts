import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { emit } from '../../src/flow/index.js';

const folder = mkdtempSync(join(tmpdir(), 'nomul-reload-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const emitDigits = (out: string, reloadable: boolean) =>
  emit(
    {
      model: 'demo/digits.onnx',
      device: 'hx8k',
      array: { rows: 4, columns: 4 },
      inputScale: 1 / 256,
      reloadable,
      out: join(folder, out),
    },
    {},
  );

describe('reload.bin', () => {
  it('is written with --reloadable: magic, version, and a CRC-32 over all before it', async () => {
    const { files } = await emitDigits('with', true);
    expect(files).toContain('reload.bin');
    const image = readFileSync(join(folder, 'with', 'reload.bin'));
    expect(image.subarray(0, 2).toString('latin1')).toBe('NM');
    expect(image.readUInt16LE(2)).toBe(1);
    expect(image.readUInt32LE(image.length - 4)).toBe(crc32(image.subarray(0, -4)));
  });

  it('is not written without', async () => {
    expect((await emitDigits('without', false)).files).not.toContain('reload.bin');
  });
});
