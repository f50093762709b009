/** Many small designs through one process of Yosys, each as `synthesize` would map it: most of their time is its start. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emitVerilog, type Design } from '../../src/hdl/index.js';
import {
  findDevice,
  readCellCounts,
  synthScript,
  templatesOf,
  type CellCounts,
  type SynthOptions,
} from '../../src/synth/index.js';
import { findTool, runTool, toolVersion } from '../../src/tools/index.js';

export interface Mapping {
  readonly design: Design;
  readonly device: string;
  readonly options: SynthOptions;
}

/** Counts in the order of the mappings, and the tool that made them. */
export const countAll = async (
  mappings: readonly Mapping[],
): Promise<{ readonly tool: string; readonly counts: readonly CellCounts[] }> => {
  const yosys = await findTool('yosys', { force: 'npm' });
  const root = mkdtempSync(join(tmpdir(), 'nomul-options-'));
  try {
    const scripts = mappings.map(({ design, device, options }, index) => {
      const folder = join(root, String(index));
      mkdirSync(folder);
      const { files } = emitVerilog(design);
      const verilogFiles = files.filter(({ name }) => name.endsWith('.v'));
      // Memory images are looked for where Yosys runs.
      for (const file of files)
        writeFileSync(join(verilogFiles.includes(file) ? folder : root, file.name), file.text);
      for (const { name, text } of templatesOf(findDevice(device), options))
        writeFileSync(join(root, name), text);
      const script = synthScript({ device: findDevice(device), top: design.name, verilogFiles, options });
      return `design -reset\n${inFolder(script, index)}`;
    });
    writeFileSync(join(root, 'all.ys'), scripts.join(''));
    await runTool(yosys, {
      args: ['-q', '-s', 'all.ys'],
      cwd: root,
      timeoutMs: 3_600_000,
      logFile: join(root, 'log'),
    });
    const counts = mappings.map(({ design, device }, index) => {
      const folder = join(root, String(index));
      const family = findDevice(device).family;
      return readCellCounts(join(folder, 'stat.json'), join(folder, 'netlist.json'), design.name, family);
    });
    const { tool, version } = toolVersion(yosys);
    return { tool: `${tool} ${version}`, counts };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
};

/** The script's files in a folder, since Yosys cannot change its own. */
const inFolder = (script: string, folder: number): string =>
  script
    .replaceAll('read_verilog "', `read_verilog "${folder}/`)
    .replaceAll(/ (stat\.json|netlist\.json|netlist\.v)\b/g, ` ${folder}/$1`);
