/** Files that other tools start from: a FuseSoC core, a file list for Verilator and Icarus, a script for Yosys. */
import type { EmittedFile } from './index.js';

export interface ProjectOptions {
  /** The module on top. */
  readonly top: string;
  /** Where the Verilog lies, as seen from the project files; default: beside them. */
  readonly folder?: string;
}

/**
 * `TOP.core` (FuseSoC, CAPI 2, flow API: targets `default` and `lint`), `TOP.f` (for `verilator -f` and `iverilog -c`) and
 * `TOP.ys` (reads the design; a synthesis script goes on from there) for what `emitVerilog` gave.
 */
export function projectFiles(
  files: readonly EmittedFile[],
  { top, folder = '' }: ProjectOptions,
): readonly EmittedFile[] {
  const prefix = folder === '' ? '' : `${folder.replace(/\/+$/, '')}/`;
  const verilog = files.filter(({ name }) => name.endsWith('.v')).map(({ name }) => `${prefix}${name}`);
  const images = files.filter(({ name }) => name.endsWith('.hex')).map(({ name }) => name);
  return [
    { name: `${top}.core`, text: coreText(top, verilog, images, prefix) },
    { name: `${top}.f`, text: verilog.map((name) => `${name}\n`).join('') },
    { name: `${top}.ys`, text: `read_verilog ${verilog.join(' ')}\nhierarchy -check -top ${top}\n` },
  ];
}

/** Memory images are copied to where the tool runs, because that is where `$readmemh` looks. */
function coreText(
  top: string,
  verilog: readonly string[],
  images: readonly string[],
  prefix: string,
): string {
  const rtl = [
    '  rtl:',
    '    files:',
    ...verilog.map((name) => `      - ${name}`),
    '    file_type: verilogSource',
  ];
  const data = [
    '  images:',
    '    files:',
    ...images.map((name) => `      - ${prefix}${name}: { file_type: user, copyto: ${name} }`),
  ];
  const filesets = images.length === 0 ? '[rtl]' : '[rtl, images]';
  return [
    'CAPI=2:',
    `name: ::${top}:0`,
    'filesets:',
    ...rtl,
    ...(images.length === 0 ? [] : data),
    'targets:',
    '  default:',
    `    filesets: ${filesets}`,
    `    toplevel: ${top}`,
    '  lint:',
    '    flow: lint',
    '    flow_options:',
    '      tool: verilator',
    '      verilator_options: [-Wall]',
    `    filesets: ${filesets}`,
    `    toplevel: ${top}`,
    '',
  ].join('\n');
}
