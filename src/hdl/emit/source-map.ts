/** The JSON source map of one module: for tools that lead from a line of Verilog to the line that wrote it. */
import type { OriginRange } from './origins.js';

/** `NAME.map.json`: one entry per line, in the order of the Verilog lines. Lines are counted from 1 and inclusive. */
export function sourceMapText(module: string, ranges: readonly OriginRange[]): string {
  const entries = ranges.map(({ first, last, name, kind, location: { file, line } }) =>
    JSON.stringify({ lines: [first, last], name, kind, file, line }),
  );
  const head = [`  "version": 1`, `  "verilog": ${JSON.stringify(`${module}.v`)}`];
  const list = entries.length === 0 ? '[]' : `[\n    ${entries.join(',\n    ')}\n  ]`;
  return `{\n${[...head, `  "ranges": ${list}`].join(',\n')}\n}\n`;
}
