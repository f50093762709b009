/** Published truth tables: what our metrics say about them is what their index says. */
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readNpy } from '../../src/nn/data/index.js';
import { errorMetrics } from '../../src/units/index.js';
import { haveShared, readShared } from './shared-data.js';

const isThere = haveShared();

const indexFile = z.array(
  z.object({
    file: z.string(),
    slot: z.number(),
    name: z.string(),
    mae: z.number(),
    wce: z.number(),
    ep_pct: z.number(),
    mse: z.number(),
    mean_error: z.number(),
  }),
);
const index = isThere
  ? indexFile.parse(JSON.parse(Buffer.from(readShared('evoapprox/index.json')).toString('utf8')))
  : [];

/** `printed` when `found` rounds to it; a tie may be rounded either way. */
const rounded = (found: number, printed: number, digits: number): number =>
  Math.abs(found - printed) <= 0.5 * 10 ** -digits + 1e-9 ? printed : found;

describe.skipIf(!isThere)('evoapprox', () => {
  it('has 92 multipliers', () => {
    expect(index).toHaveLength(92);
  });

  it.each([...new Set(index.map(({ file }) => file))])(
    'figures of %s equal the index, to its digits',
    (file) => {
      const { data, dims } = readNpy(gunzipSync(readShared(`evoapprox/${file}`)), file);
      const [slots = 0, rows = 0, columns = 0] = dims;
      const isSigned = file.includes('_signed');
      const size = rows * columns;
      const entries = index.filter((entry) => entry.file === file);
      expect(entries.map(({ slot }) => slot).sort((a, b) => a - b)).toEqual(
        Array.from({ length: slots }, (_, i) => i),
      );
      for (const { name, slot, mae, wce, ep_pct, mse, mean_error } of entries) {
        const values = Array.from(data.subarray(slot * size, (slot + 1) * size), Number);
        // Signed tables start at the lowest operand, ours at code 0.
        const at = (code: number, count: number): number => (isSigned ? (code + count / 2) % count : code);
        const table = values.map(
          (_, code) =>
            values[at(Math.floor(code / columns), rows) * columns + at(code % columns, columns)] ?? 0,
        );
        const operands = {
          aWidth: Math.log2(rows),
          bWidth: Math.log2(columns),
          aSigned: isSigned,
          bSigned: isSigned,
        };
        const found = errorMetrics(operands, table);
        const figures = {
          mae: rounded(found.meanAbsolute, mae, 4),
          wce: found.worstCase,
          ep_pct: rounded(found.errorProbability * 100, ep_pct, 3),
          mse: rounded(found.meanSquared, mse, 3),
          mean_error: rounded(found.bias, mean_error, 4),
        };
        expect(figures, name).toEqual({ mae, wce, ep_pct, mse, mean_error });
      }
    },
  );
});
