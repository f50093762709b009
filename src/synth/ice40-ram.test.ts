import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import { findTool, runTool } from '../tools/index.js';
import { ramTemplate, synthIce40 } from './ice40-ram.js';

vi.setConfig({ testTimeout: 300_000 });

/** A RAM with contents, its ports `width` bits wide; 16-bit words are written by bits. */
const ram = (width: number, read: 'posedge' | 'negedge', write: 'posedge' | 'negedge'): string => {
  const name = `ram_${String(width)}_${read}_${write}`;
  const [words, top] = [4096 / width, String(width - 1)];
  const contents = Array.from({ length: words }, (_, index) => (index * 40503) % 2 ** width);
  const masked = Array.from({ length: 16 }, (_, bit) => {
    const one = `[${String(bit)}]`;
    return `if (enable${one}) words[write]${one} <= data${one};`;
  });
  const store = width === 16 ? masked.join(' ') : 'if (enable[0]) words[write] <= data;';
  return `module ${name}(input clk, input [11:0] read, write, input [${top}:0] data, input [15:0] enable, output reg [${top}:0] q);
  (* ram_style = "block", no_rw_check *) reg [${top}:0] words [0:${String(words - 1)}];
  initial begin ${contents.map((word, index) => `words[${String(index)}] = ${String(word)};`).join(' ')} end
  always @(${write} clk) begin ${store} end
  always @(${read} clk) q <= words[read];
endmodule
`;
};

const shapes = [
  [2, 'posedge', 'posedge'],
  [4, 'negedge', 'posedge'],
  [8, 'posedge', 'negedge'],
  [16, 'negedge', 'negedge'],
] as const;

const design = `${shapes.map(([width, read, write]) => ram(width, read, write)).join('')}
module top(input clk, input [11:0] read, write, input [15:0] data, enable, output [${String(shapes.length * 16 - 1)}:0] q);
${shapes
  .map(([width, read, write], index) => {
    const [name, low] = [`ram_${String(width)}_${read}_${write}`, String(16 * index)];
    return `  ${name} u${String(index)}(clk, read, write, data[${String(width - 1)}:0], enable, q[${low} +: ${String(width)}]);`;
  })
  .join('\n')}
endmodule
`;

/** The mapped design without the lines of Verilog that its parts come from. */
const netlist = (path: string): unknown => {
  const whole: unknown = JSON.parse(readFileSync(path, 'utf8'), (key, value: unknown) =>
    key === 'src' ? undefined : value,
  );
  return z.object({ modules: z.object({ top: z.unknown() }) }).parse(whole).modules.top;
};

it('maps memories of all shapes as synth_ice40 does by itself', async () => {
  const work = mkdtempSync(join(tmpdir(), 'nomul-ice40-ram-'));
  const yosys = await findTool('yosys');
  const mapped = async (name: string, map: readonly string[]): Promise<unknown> => {
    const json = `${name}.json`;
    const script = ['read_verilog top.v', 'hierarchy -top top', ...map, `write_json ${json}`, ''];
    writeFileSync(join(work, `${name}.ys`), script.join('\n'));
    await runTool(yosys, {
      ...{ args: ['-q', '-s', `${name}.ys`], cwd: work, timeoutMs: 240_000, logFile: join(work, 'log') },
    });
    return netlist(join(work, json));
  };
  try {
    writeFileSync(join(work, 'top.v'), design);
    writeFileSync(join(work, ramTemplate.name), ramTemplate.text);
    const plain = await mapped('plain', ['synth_ice40 -device hx -top top']);
    expect(await mapped('ours', synthIce40('-device hx -top top'))).toEqual(plain);
    for (const cell of ['SB_RAM40_4K', 'SB_RAM40_4KNR', 'SB_RAM40_4KNW', 'SB_RAM40_4KNRNW'])
      expect(JSON.stringify(plain)).toContain(`"type":"${cell}"`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
});
