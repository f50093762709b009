import { describe, expect, it } from 'vitest';
import { runIn } from '../../../test/helpers/lint.js';
import { component, emitVerilog, projectFiles, uint } from '../index.js';

const rom = component('rom', { in: { a: uint(4) }, out: { q: uint(8) } }, ({ a }, m) => ({
  q: m.memory('words', { word: uint(8), depth: 16, init: [[1, 2, 3]] }).read(a),
}));
const reader = component('reader', { in: { a: uint(4) }, out: { q: uint(8) } }, ({ a }) => ({
  q: rom('lookup', { a }).q,
}));

describe('projectFiles', () => {
  const { files } = emitVerilog(reader.design);

  // FuseSoC 2.4.7 was seen to load this text and to run its target `lint`.
  it('give a FuseSoC core, file lists and a Yosys script for a folder', () => {
    const texts = projectFiles(files, { top: 'reader', folder: 'rtl/' }).map(({ name, text }) => [
      name,
      text,
    ]);
    expect(Object.fromEntries(texts)).toEqual({
      'reader.core': `CAPI=2:
name: ::reader:0
filesets:
  rtl:
    files:
      - rtl/rom.v
      - rtl/reader.v
    file_type: verilogSource
  images:
    files:
      - rtl/rom.words.hex: { file_type: user, copyto: rom.words.hex }
targets:
  default:
    filesets: [rtl, images]
    toplevel: reader
  lint:
    flow: lint
    flow_options:
      tool: verilator
      verilator_options: [-Wall]
    filesets: [rtl, images]
    toplevel: reader
`,
      'reader.f': 'rtl/rom.v\nrtl/reader.v\n',
      'reader.ys': 'read_verilog rtl/rom.v rtl/reader.v\nhierarchy -check -top reader\n',
    });
  });

  it('are read by Verilator and Icarus', () => {
    const printed = runIn(
      [...files, ...projectFiles(files, { top: 'reader' })],
      [
        ['verilator', '--lint-only', '-Wall', '--top-module', 'reader', '-f', 'reader.f'],
        ['iverilog', '-g2005', '-Wall', '-s', 'reader', '-o', 'reader.vvp', '-c', 'reader.f'],
      ],
    );
    expect(printed).toBe('');
  });
});
