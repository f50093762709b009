import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Device, Family } from './devices.js';
import { DoesNotFit, UnreadableReport, type Shortage } from './errors.js';

/** What a mapped design uses, in units that compare across families. */
export interface CellCounts {
  /** 4-input lookup tables, those inside carry cells and distributed RAM included. */
  readonly luts: number;
  readonly registers: number;
  readonly blockRams: number;
  readonly spram: number;
  readonly dsps: number;
  /** Carry cells: SB_CARRY (one bit) or CCU2C (two bits). */
  readonly carries: number;
  /** Bits of the top module's ports. */
  readonly portBits: number;
  /** Number of cells by the tool's type name. */
  readonly cells: Readonly<Record<string, number>>;
}

const cellMap = z.record(z.string(), z.number());
const statFile = z.object({
  modules: z.record(z.string(), z.object({ num_port_bits: z.number().optional() })),
  design: z.object({ num_cells_by_type: cellMap }),
});
const netlistFile = z.object({
  modules: z.record(
    z.string(),
    z.object({ ports: z.record(z.string(), z.object({ bits: z.array(z.unknown()) })) }),
  ),
});

/** Lookup tables that one cell of the type occupies. */
const LUTS_OF: Readonly<Record<Family, Readonly<Record<string, number>>>> = {
  ice40: { SB_LUT4: 1 },
  // Distributed RAM: four lookup tables of storage and two whose write port it takes.
  ecp5: { LUT4: 1, CCU2C: 2, TRELLIS_DPR16X4: 6 },
};
const PATTERNS: Readonly<
  Record<Family, Readonly<Record<'registers' | 'blockRams' | 'spram' | 'dsps' | 'carries', RegExp>>>
> = {
  ice40: {
    registers: /^SB_DFF/,
    blockRams: /^SB_RAM40_4K/,
    spram: /^SB_SPRAM256KA$/,
    dsps: /^SB_MAC16$/,
    carries: /^SB_CARRY$/,
  },
  ecp5: {
    registers: /^TRELLIS_FF$/,
    blockRams: /^(DP16KD|PDPW16KD)$/,
    spram: /^(?!)/,
    dsps: /^MULT18X18D$/,
    carries: /^CCU2C$/,
  },
};

/** Reads the counts from `stat -json` and the number of pins from the netlist. Throws `UnreadableReport`. */
export function readCellCounts(
  statPath: string,
  netlistPath: string,
  top: string,
  family: Family,
): CellCounts {
  const stat = parseJson(statPath, statFile);
  const ports = parseJson(netlistPath, netlistFile).modules[top]?.ports;
  if (ports === undefined) throw new UnreadableReport(netlistPath, `it has no module ${top}`);
  const cells = Object.fromEntries(
    Object.entries(stat.design.num_cells_by_type).filter(([type]) => !type.startsWith('$scopeinfo')),
  );
  const count = (matches: RegExp): number =>
    sum(Object.entries(cells).map(([type, n]) => (matches.test(type) ? n : 0)));
  const patterns = PATTERNS[family];
  return {
    luts: sum(Object.entries(cells).map(([type, n]) => n * (LUTS_OF[family][type] ?? 0))),
    registers: count(patterns.registers),
    blockRams: count(patterns.blockRams),
    spram: count(patterns.spram),
    dsps: count(patterns.dsps),
    carries: count(patterns.carries),
    portBits: sum(Object.values(ports).map(({ bits }) => bits.length)),
    cells,
  };
}

/**
 * Throws `DoesNotFit` when the counts alone show that place and route cannot succeed. A design that passes may still
 * fail there: packing can need more logic cells than there are lookup tables.
 */
export function checkFits(counts: CellCounts, device: Device): void {
  const shortages = [
    { resource: 'LUTs', needed: counts.luts, available: device.luts },
    { resource: 'registers', needed: counts.registers, available: device.registers },
    { resource: 'block RAMs', needed: counts.blockRams, available: device.blockRams },
    { resource: 'SPRAMs', needed: counts.spram, available: device.spram },
    { resource: 'DSPs', needed: counts.dsps, available: device.dsps },
    { resource: 'pins', needed: counts.portBits, available: device.pins },
  ].filter(({ needed, available }) => needed > available);
  throwIfShort(device, shortages);
}

/** Throws `DoesNotFit` when there is any shortage. */
export function throwIfShort(device: Device, shortages: readonly Shortage[]): void {
  const [first, ...others] = shortages;
  if (first !== undefined) throw new DoesNotFit(device.name, [first, ...others]);
}

/** Parses a JSON file against a schema. Throws `UnreadableReport`. */
export function parseJson<T>(path: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UnreadableReport(path, error instanceof Error ? error.message : String(error));
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new UnreadableReport(path, z.prettifyError(parsed.error));
  return parsed.data;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
