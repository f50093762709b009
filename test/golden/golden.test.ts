import { describe, expect, it } from 'vitest';
import { emitVerilog } from '../../src/hdl/index.js';
import { lintFast, yosysComplaints } from '../helpers/lint.js';
import { designs } from './designs.js';

/** The linters need to know the cells that are not ours. */
const cells = {
  name: 'SB_GB.v',
  text: [
    'module SB_GB #(parameter SIMULATION = 0, parameter MODE = "") (',
    '  input wire USER_SIGNAL_TO_GLOBAL_BUFFER, output wire GLOBAL_BUFFER_OUTPUT);',
    '  assign GLOBAL_BUFFER_OUTPUT = USER_SIGNAL_TO_GLOBAL_BUFFER & (SIMULATION != 0) & (MODE != "");',
    'endmodule',
    '',
  ].join('\n'),
};

describe.each(designs.map((design) => [design.name, design] as const))('%s', (name, design) => {
  const { files } = emitVerilog(design);

  it('is emitted as reviewed', async () => {
    const top = files.at(-1);
    expect(top?.name).toBe(`${name}.v`);
    await expect(top?.text).toMatchFileSnapshot(`${name}.v`);
    for (const image of files.filter((file) => file.name.endsWith('.hex'))) {
      await expect(image.text).toMatchFileSnapshot(image.name);
    }
  });

  it('passes Verilator and Icarus without a word', () => {
    expect(lintFast(name === 'awkward' ? [cells, ...files] : files, name)).toBe('');
  });
});

it('all pass yosys check without a word', async () => {
  const files = new Map(
    [cells, ...designs.flatMap((design) => emitVerilog(design).files)].map((file) => [file.name, file]),
  );
  expect(await yosysComplaints([...files.values()])).toBe('');
});
