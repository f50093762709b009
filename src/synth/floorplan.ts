/** Where nextpnr put the cells, by tiles of the part. */

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Device, DeviceName } from './devices.js';
import { UnreadableReport } from './errors.js';

export interface Floorplan {
  /** Tiles of the part. */
  readonly width: number;
  readonly height: number;
  readonly kinds: readonly string[];
  /** x, y, index into `kinds`, cells of that kind in the tile; by y, x and kind. */
  readonly tiles: readonly (readonly [number, number, number, number])[];
}

/** Columns and rows of tiles, as nextpnr's chip databases count them. */
const GRIDS: Readonly<Record<DeviceName, readonly [number, number]>> = {
  hx1k: [14, 18],
  lp1k: [14, 18],
  hx8k: [34, 34],
  lp8k: [34, 34],
  up5k: [26, 32],
  'ecp5-25k': [73, 51],
  'ecp5-45k': [91, 72],
  'ecp5-85k': [127, 96],
};

const KINDS = ['logic', 'block RAM', 'DSP', 'SPRAM', 'I/O', 'other'] as const;

const kindOf = (type: string): number => {
  if (/^(ICESTORM_LC|TRELLIS_(COMB|FF|SLICE|RAMW))$/.test(type)) return 0;
  if (/^(ICESTORM_RAM|DP16KD)$/.test(type)) return 1;
  if (/^(ICESTORM_DSP|MULT18X18D|ALU54B)$/.test(type)) return 2;
  if (type === 'ICESTORM_SPRAM') return 3;
  return /^(SB_IO|TRELLIS_IO)$/.test(type) ? 4 : 5;
};

const placedFile = z.object({
  modules: z.record(
    z.string(),
    z.object({
      cells: z.record(
        z.string(),
        z.object({ type: z.string(), attributes: z.record(z.string(), z.unknown()) }),
      ),
    }),
  ),
});

/** Reads what `nextpnr --write` wrote: every cell with its NEXTPNR_BEL, `X12/Y3/...`. @throws UnreadableReport */
export function readFloorplan(path: string, device: Pick<Device, 'name'>): Floorplan {
  const parsed = placedFile.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!parsed.success) throw new UnreadableReport(path, z.prettifyError(parsed.error));
  const counts = new Map<string, [number, number, number, number]>();
  for (const { type, attributes } of Object.values(parsed.data.modules).flatMap(({ cells }) =>
    Object.values(cells),
  )) {
    const bel = attributes['NEXTPNR_BEL'];
    const [, x, y] = /^X(\d+)\/Y(\d+)\//.exec(typeof bel === 'string' ? bel : '') ?? [];
    if (x === undefined || y === undefined) continue;
    const kind = kindOf(type);
    const name = `${x} ${y} ${kind}`;
    const tile = counts.get(name) ?? [Number(x), Number(y), kind, 0];
    tile[3]++;
    counts.set(name, tile);
  }
  const tiles = [...counts.values()].sort((a, b) => a[1] - b[1] || a[0] - b[0] || a[2] - b[2]);
  const [width, height] = GRIDS[device.name];
  return { width, height, kinds: KINDS, tiles };
}
