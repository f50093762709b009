/** The published multipliers of EvoApproxLib as a catalogue, from truth tables and their index. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { loadSamples } from '../../nn/index.js';
import { signMagnitudeTable, type ApproxMultiplier } from '../../quant/index.js';
import { FlowError } from '../errors.js';

const indexSchema = z.array(
  z.object({
    file: z.string(),
    slot: z.int(),
    name: z.string(),
    group: z.string(),
    mae: z.number(),
    lib_power_mW: z.coerce.number(),
    lib_area_um2: z.coerce.number(),
  }),
);
type Entry = z.infer<typeof indexSchema>[number];

/** What an exact multiplier costs, in the unit of the catalogue that these are to join. */
export interface ReferenceCost {
  readonly area: number;
  readonly energy: number;
}

/**
 * The unsigned groups of `folder` (../shared/data/evoapprox has the form) with 8-bit activations and up to 7-bit magnitudes,
 * that is weights of one bit more, signs handled outside. Power and area are theirs (PDK45) relative to the exact multiplier
 * of their group, times what `exactCost` says the exact one of these widths costs; undefined: the group is left out.
 * @throws FlowError UNREADABLE_FILE
 */
export function evoapproxCatalogue(
  folder: string,
  exactCost: (actBits: number, weightBits: number) => ReferenceCost | undefined,
): readonly ApproxMultiplier[] {
  const index = readIndex(join(folder, 'index.json'));
  return [...new Set(index.map(({ group }) => group))].flatMap((group) => {
    const entries = index.filter((entry) => entry.group === group);
    const widths = /^(\d+)x(\d+)_unsigned$/.exec(group);
    const exact = entries.find(({ mae }) => mae === 0);
    const [actBits, magnitudeBits] = [Number(widths?.[1]), Number(widths?.[2])];
    const reference = widths === null ? undefined : exactCost(actBits, magnitudeBits + 1);
    if (exact === undefined || reference === undefined || magnitudeBits > 7) return [];
    const tables = loadSamples(join(folder, exact.file)).data;
    return entries.map((entry) => multiplierOf(entry, exact, tables, { actBits, magnitudeBits }, reference));
  });
}

function readIndex(file: string): readonly Entry[] {
  try {
    return indexSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FlowError(
      'UNREADABLE_FILE',
      `the index of multipliers ${file} cannot be used (${reason}); it lists file, slot, name, group, mae, lib_power_mW and lib_area_um2 of each`,
    );
  }
}

function multiplierOf(
  entry: Entry,
  exact: Entry,
  tables: ArrayLike<number>,
  { actBits, magnitudeBits }: { readonly actBits: number; readonly magnitudeBits: number },
  reference: ReferenceCost,
): ApproxMultiplier {
  const size = 2 ** (actBits + magnitudeBits);
  const magnitudes = Array.from({ length: size }, (_, i) => tables[entry.slot * size + i] ?? 0);
  const widths = { actBits, actSigned: false, weightBits: magnitudeBits + 1 };
  return {
    name: entry.name,
    ...widths,
    table: signMagnitudeTable(widths, magnitudes, magnitudeBits),
    area: (reference.area * entry.lib_area_um2) / exact.lib_area_um2,
    energy: (reference.energy * entry.lib_power_mW) / exact.lib_power_mW,
  };
}
