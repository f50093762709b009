/** Many units mapped in one run of Yosys (npm), each by itself, and what each of them takes. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Design } from '../../src/hdl/index.js';
import type { Family, SynthOptions } from '../../src/synth/index.js';
import { mapped } from './mapped.js';
import { sideBySide } from './side-by-side.js';

export interface UnitCounts {
  /** LUT4s, those inside carry cells included; not those of distributed RAM. */
  readonly luts: number;
  readonly registers: number;
  readonly carries: number;
  readonly dsps: number;
  readonly blockRams: number;
}

const netlistFile = z.object({
  modules: z.record(z.string(), z.object({ cells: z.record(z.string(), z.object({ type: z.string() })) })),
});

/** Counts of each design, in their order; their names differ. */
export const mappedTogether = async (
  designs: readonly Design[],
  family: Family,
  options: SynthOptions,
): Promise<readonly UnitCounts[]> => {
  const top = sideBySide(designs);
  const keepHierarchy = designs.map(({ name }) => name);
  const { netlistJson } = await mapped(top, family, { ...options, keepHierarchy });
  const { modules } = netlistFile.parse(JSON.parse(readFileSync(netlistJson, 'utf8')));
  const cells = Object.entries(modules[top.name]?.cells ?? {});
  return designs.map((_, index) => {
    // A flattened cell is named after its instance.
    const own = cells.filter(([name]) => new RegExp(`(^|\\\\)d${index}\\.`).test(name));
    const count = (type: RegExp): number => own.filter(([, cell]) => type.test(cell.type)).length;
    return {
      luts: count(/^(SB_LUT4|LUT4)$/) + 2 * count(/^CCU2C$/),
      registers: count(/^(SB_DFF.*|TRELLIS_FF)$/),
      carries: count(/^(SB_CARRY|CCU2C)$/),
      dsps: count(/^(SB_MAC16|MULT18X18D)$/),
      blockRams: count(/^(SB_RAM40_4K.*|DP16KD|PDPW16KD)$/),
    };
  });
};
