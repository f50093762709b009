/** Units mapped alone by the Yosys of npm, to hold cost formulas and netlists against. */
import { emitVerilog, type Design } from '../../src/hdl/index.js';
import {
  findDevice,
  synthesize,
  type Family,
  type SynthOptions,
  type SynthResult,
} from '../../src/synth/index.js';

export const familyDevices = { ice40: findDevice('hx8k'), ecp5: findDevice('ecp5-25k') } as const;

/** Counts and netlist of a Design with these options. */
export const mapped = (design: Design, family: Family, options: SynthOptions): Promise<SynthResult> => {
  const { files } = emitVerilog(design);
  const images = files.filter(({ name }) => name.endsWith('.hex'));
  return synthesize({
    verilogFiles: files.filter((file) => !images.includes(file)),
    hexFiles: images,
    top: design.name,
    device: familyDevices[family],
    options,
    tools: { force: 'npm' },
  });
};

/** On ECP5 without wide multiplexers: what the formulas of multiplexing units count. */
export const narrow = (family: Family): SynthOptions => (family === 'ecp5' ? { noWideLut: true } : {});
