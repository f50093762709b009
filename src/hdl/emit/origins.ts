/** Which of the author's lines each printed line comes from. Marks travel at the end of lines until a module is whole. */
import type { SourceLocation } from '../ir.js';

/** A character that no Verilog contains, around the number of an origin. */
const tag = '\u{E000}';

export interface Origin {
  /** What the line declares, drives or does: a signal, an instance, `when`, `switch`, `assert`. */
  readonly name: string;
  readonly location: SourceLocation;
  readonly kind: 'declaration' | 'statement';
}

/** Lines `first`..`last` of a file, counted from 1. */
export interface OriginRange extends Origin {
  readonly first: number;
  readonly last: number;
}

export class Origins {
  private readonly known: Origin[] = [];

  /** `isOn` false: nothing is marked. */
  constructor(private readonly isOn: boolean) {}

  /** A line with its origin, where that is known. */
  mark(line: string, name: string, location: SourceLocation | undefined, kind: Origin['kind']): string {
    const [marked = line] = this.markAll([line], name, location, kind);
    return marked;
  }

  markAll(
    lines: readonly string[],
    name: string,
    location: SourceLocation | undefined,
    kind: Origin['kind'],
  ): readonly string[] {
    if (!this.isOn || location === undefined) return lines;
    const mark = `${tag}${this.known.push({ name, location, kind }) - 1}${tag}`;
    return lines.map((line) => (line === '' ? line : `${line.replaceAll('\n', `${mark}\n`)}${mark}`));
  }

  /** The text without marks, and the ranges that they tell; `lineComments` ends each statement with `// file:line`. */
  resolve(
    marked: string,
    lineComments: boolean,
  ): { readonly text: string; readonly ranges: readonly OriginRange[] } {
    if (!this.isOn) return { text: marked, ranges: [] };
    const ranges: OriginRange[] = [];
    const lines = marked.split('\n').map((line, index) => {
      const parts = line.split(tag);
      const text = parts.filter((_, place) => place % 2 === 0).join('');
      const origin = this.known[Number(parts[1] ?? Number.NaN)];
      if (origin === undefined) return text;
      const earlier = ranges.at(-1);
      const continues = earlier?.location === origin.location && earlier.last === index;
      if (continues) ranges.splice(-1, 1, { ...earlier, last: index + 1 });
      else ranges.push({ ...origin, first: index + 1, last: index + 1 });
      const isLast = origin.kind === 'statement' && !continues && !text.includes('//');
      const { file, line: number } = origin.location;
      return lineComments && isLast ? `${text} // ${file}:${number}` : text;
    });
    return { text: lines.join('\n'), ranges };
  }
}
