import { join } from 'node:path';
import { npmPackage, PACKAGE_ROOT, ToolMissing } from '../tools/index.js';
import type { Device } from './devices.js';

/**
 * The Verilog files that define the cells of a mapped netlist, for Icarus or Verilator: Yosys' own models for iCE40,
 * testbenches/cells/ecp5_cells.v for ECP5. Throws `ToolMissing` when the npm package with the iCE40 models is absent.
 */
export function netlistSimulationFiles(device: Pick<Device, 'family'>): readonly string[] {
  if (device.family === 'ecp5') return [join(PACKAGE_ROOT, 'testbenches', 'cells', 'ecp5_cells.v')];
  const yosys = npmPackage('@yowasp/yosys');
  if (yosys === undefined)
    throw new ToolMissing('yosys', 'the iCE40 cell models come with @yowasp/yosys', 'npm ci');
  return [join(yosys.folder, 'gen', 'share', 'ice40', 'cells_sim.v')];
}

/** Macro definition that the iCE40 models need under both simulators (harmless for ECP5). */
export const NETLIST_DEFINES: readonly string[] = ['-DNO_ICE40_DEFAULT_ASSIGNMENTS'];

/**
 * Verilator arguments for a mapped netlist. Netlists are large and run for few cycles, so the C++ is one file compiled
 * without optimization (`NETLIST_MAKE_ARGS`): 20,000 ECP5 cells cost 79 CPU seconds in all for 4500 cycles, against
 * 215 with -O1 in many files and about 620 in Icarus (docs/tools.md). Warnings are about how Yosys writes netlists.
 */
export const NETLIST_VERILATOR_ARGS: readonly string[] = [
  ...NETLIST_DEFINES,
  ...['-O3', '--output-split', '0', '--x-assign', 'fast', '--x-initial', 'fast', '--noassert'],
  ...['-Wno-fatal', '-Wno-lint', '-Wno-style', '-Wno-MULTIDRIVEN', '-Wno-UNOPTFLAT', '-Wno-PINMISSING'],
];

/** Arguments to `make` for the C++ that Verilator wrote. */
export const NETLIST_MAKE_ARGS: readonly string[] = ['OPT_FAST=-O0', 'OPT_SLOW=-O0', 'OPT_GLOBAL=-O0'];
