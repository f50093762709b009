/** Starts what has no specified power-up value at 0, as the compiled simulator and Verilator do, so that Icarus knows every bit. */
import type { VerilogSource } from '../../src/sim/index.js';

const declaration = /^ {2}(?:\(\*.*\*\) )?reg (?:signed )?(?:\[[^\]]*\] )?(\w+)(?: \[0:(\d+)\])?;/gm;

/** Adds an initial block for each register and memory that has no initial value of its own. */
export const withZeroedState = (source: VerilogSource): VerilogSource => ({
  ...source,
  files: source.files.map(({ name, text }) => ({ name, text: name.endsWith('.v') ? zeroed(text) : text })),
});

function zeroed(text: string): string {
  const lines = [...text.matchAll(declaration)].flatMap(([, name = '', last]) => {
    if (isInitialized(text, name)) return [];
    if (last === undefined) return [`    ${name} = 0;`];
    return [`    for (zero_i = 0; zero_i <= ${last}; zero_i = zero_i + 1) ${name}[zero_i] = 0;`];
  });
  if (lines.length === 0) return text;
  const block = ['  integer zero_i;', '  initial begin', ...lines, '  end', 'endmodule'].join('\n');
  return text.replace(/^endmodule$/m, block);
}

/** By an initial block or a memory image; combinational registers are assigned with `=` too, and are no state. */
const isInitialized = (text: string, name: string): boolean =>
  new RegExp(`\\b${name}(?:\\[[^\\]]*\\])* = |readmemh\\("[^"]*", ${name}\\)`).test(text);
