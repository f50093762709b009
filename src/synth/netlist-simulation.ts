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
