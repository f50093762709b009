/** Declared Verilog names: which node each one stands for, and which of its bits are read. */

/** A name that holds a node's bits, from `offset` upward (fields of a memory word share one name). */
export interface Net {
  readonly name: string;
  /** As declared. */
  readonly netWidth: number;
  readonly netSigned: boolean;
  /** The node's part. */
  readonly offset: number;
  readonly width: number;
  readonly signed: boolean;
}

/** A name that holds exactly one node. */
export const wholeNet = (name: string, width: number, signed: boolean): Net => ({
  name,
  netWidth: width,
  netSigned: signed,
  offset: 0,
  width,
  signed,
});

interface Declared {
  readonly width: number;
  all: boolean;
  readonly parts: { readonly high: number; readonly low: number }[];
}

/** Bits of declared names that nothing reads are collected at the end of the module, so that lint stays silent. */
export class ReadBits {
  private readonly names = new Map<string, Declared>();

  declare(name: string, width: number): void {
    if (!this.names.has(name)) this.names.set(name, { width, all: false, parts: [] });
  }

  read(name: string, high: number, low: number): void {
    const declared = this.names.get(name);
    if (declared === undefined || declared.all) return;
    if (low === 0 && high === declared.width - 1) declared.all = true;
    else declared.parts.push({ high, low });
  }

  /** `name` or `name[7:4]` for every unread stretch, in order of declaration. */
  unread(): readonly string[] {
    const found: string[] = [];
    for (const [name, { width, all, parts }] of this.names) {
      if (all) continue;
      let next = 0;
      for (const { high, low } of [...parts].sort((a, b) => a.low - b.low)) {
        if (low > next) found.push(partText(name, low - 1, next, width));
        next = Math.max(next, high + 1);
      }
      if (next < width) found.push(partText(name, width - 1, next, width));
    }
    return found;
  }
}

/** A part-select; one-bit names take none. */
export function partText(name: string, high: number, low: number, width: number): string {
  if (low === 0 && high === width - 1) return name;
  return high === low ? `${name}[${low}]` : `${name}[${high}:${low}]`;
}
