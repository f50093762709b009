/** What can go wrong between Verilog and bitstream that is not the tool's fault; `exitCode` as the command line documents. */
export abstract class SynthError extends Error {
  abstract readonly code: string;
  abstract readonly exitCode: number;
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** A device name that is not in the table. */
export class UnknownDevice extends SynthError {
  readonly code = 'UNKNOWN_DEVICE';
  readonly exitCode = 2;
  constructor(
    readonly device: string,
    readonly known: readonly string[],
    readonly suggestion: string | undefined,
  ) {
    const hint = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
    super(`unknown device "${device}"${hint}\n  known devices: ${known.join(', ')}`);
  }
}

/** One kind of resource of which a design needs more than the device has. */
export interface Shortage {
  /** In words: `LUTs`, `registers`, `block RAMs`, `DSPs`, `SPRAMs`, `pins`, or the tool's cell type. */
  readonly resource: string;
  readonly needed: number;
  readonly available: number;
}

/** The resource of which the greatest share is needed comes first. */
const byShare = (a: Shortage, b: Shortage): number => b.needed * a.available - a.needed * b.available;

/** A design larger than the device. The first shortage is the worst one by ratio. */
export class DoesNotFit extends SynthError {
  readonly code = 'DOES_NOT_FIT';
  readonly exitCode = 2;
  readonly resource: string;
  readonly needed: number;
  readonly available: number;
  constructor(
    readonly device: string,
    readonly shortages: readonly [Shortage, ...Shortage[]],
  ) {
    const each = shortages.map(
      ({ resource, needed, available }) =>
        `${String(needed)} ${resource} needed, ${String(available)} available`,
    );
    super(`the design does not fit ${device}: ${each.join('; ')}`);
    const worst = shortages.reduce((a, b) => (byShare(a, b) > 0 ? b : a));
    this.resource = worst.resource;
    this.needed = worst.needed;
    this.available = worst.available;
  }
}

/**
 * There are enough cells of every kind, and yet no arrangement was found: clusters (carry chains, wide multiplexers) and cells that
 * must share a tile's clock enable leave no place. Another seed may succeed.
 */
export class NoLegalPlacement extends SynthError {
  readonly code = 'NO_LEGAL_PLACEMENT';
  readonly exitCode = 2;
  constructor(
    readonly device: string,
    readonly seed: number,
    /** The cell that was left, or undefined: the tool did not name one. */
    readonly cell: string | undefined,
    readonly uses: readonly Shortage[],
  ) {
    const fullest = uses
      .toSorted(byShare)
      .slice(0, 3)
      .map(
        ({ resource, needed, available }) =>
          `${String(Math.round((100 * needed) / available))} % of its ${resource}`,
      );
    const inUse = fullest.length === 0 ? '' : `, of which the design needs ${fullest.join(', ')}`;
    super(
      `nextpnr finds no legal place for ${cell ?? 'all cells'} on ${device}${inUse}, with seed ${String(seed)}; another seed, a smaller array or a larger device may help`,
    );
  }
}

/** A tool's JSON file that does not have the form it is documented to have. */
export class UnreadableReport extends SynthError {
  readonly code = 'UNREADABLE_REPORT';
  readonly exitCode = 4;
  constructor(
    readonly file: string,
    reason: string,
  ) {
    super(`${file} is not what its tool is known to write: ${reason}`);
  }
}

/** A PCF or LPF file that cannot be read or that the tool refuses. */
export class BadConstraints extends SynthError {
  readonly code = 'BAD_CONSTRAINTS';
  readonly exitCode = 2;
  constructor(
    readonly file: string,
    reason: string,
  ) {
    super(`the pin constraints in ${file} cannot be used: ${reason}`);
  }
}

/** A Liberty file that cannot be read as a cell library. */
export class BadLiberty extends SynthError {
  readonly code = 'BAD_LIBERTY';
  readonly exitCode = 2;
  constructor(
    readonly file: string,
    /** Counted from 1. */
    readonly line: number,
    reason: string,
  ) {
    super(`${file}:${String(line)}: ${reason}`);
  }
}

/** A cell for which the library has no counterpart. */
export class UnmappedCell extends SynthError {
  readonly code = 'UNMAPPED_CELL';
  readonly exitCode = 2;
  constructor(
    readonly design: string,
    readonly cell: string,
    readonly type: string,
    readonly library: string,
  ) {
    super(`${design} needs a ${type} (${cell}), and the library ${library} has no usable cell for it`);
  }
}

/** A netlist that is mapped but cannot be simulated: a loop of logic, an asynchronous reset in use, more than one clock. */
export class UnusableNetlist extends SynthError {
  readonly code = 'UNUSABLE_NETLIST';
  readonly exitCode = 2;
  constructor(
    readonly design: string,
    reason: string,
  ) {
    super(`the netlist of ${design} cannot be simulated: ${reason}`);
  }
}

/** Mapping made gates that compute something else than the design. */
export class NetlistDiffers extends SynthError {
  readonly code = 'NETLIST_DIFFERS';
  readonly exitCode = 4;
  constructor(
    readonly design: string,
    where: string,
  ) {
    super(`the gates of ${design} differ from it: ${where}`);
  }
}

/** A Verilog file that is no multiplier that can be imported. */
export class BadMultiplier extends SynthError {
  readonly code = 'BAD_MULTIPLIER';
  readonly exitCode = 2;
  constructor(
    readonly file: string,
    reason: string,
    line?: string,
  ) {
    super(`${file}${line === undefined ? '' : `:${line}`}: ${reason}`);
  }
}
