/** What a family enters into the bench: its designs, the hand-written baselines beside them, and the bars of the issue. */
import type { Design } from '../../src/hdl/index.js';
import { macArray, productModulePrefix, type MacArrayParams } from '../../src/units/index.js';

export type Target = 'ice40' | 'ecp5';
export interface ArraySize {
  readonly rows: number;
  readonly columns: number;
}

/** Entries of one arithmetic, size and target are compared with each other. */
interface Entry {
  readonly arithmetic: string;
  readonly design: string;
  readonly target: Target;
  readonly size: ArraySize;
  /** DSP cells may be used. Default false. */
  readonly dsp?: boolean;
  /** Parts to place on, the first one that is large enough; default hx8k, or 25k then 85k. */
  readonly parts?: readonly PartName[];
  /** Flags of synth_ice40 or synth_ecp5, alternatives: that with the fewest LUTs counts. Default '' (ECP5 also -nowidelut). */
  readonly flags?: readonly string[];
}

export interface Ours extends Entry {
  readonly build: () => Design;
  /** Yosys commands between reading and synthesis, e.g. 'booth'. */
  readonly passes?: string;
  /** Modules whose names start so are mapped by themselves and flattened afterwards. */
  readonly keep?: readonly string[];
}

/** An array of ../shared/bench/arrays/mac_arrays.py. */
export interface Baseline extends Entry {
  readonly kind: 'int8' | 'int8h' | 'tern' | 'p2_5' | 'p2_4';
  readonly flow: 'os' | 'wsb' | 'wsx';
}

/** What the issue asks of the best of our designs; fmax in MHz, median over the seeds. */
export interface Bar {
  readonly arithmetic: string;
  readonly target: Target;
  readonly size: ArraySize;
  readonly lutsPerPe?: number;
  readonly fmax?: number;
}

export interface FamilyEntries {
  readonly ours: readonly Ours[];
  readonly baselines: readonly Baseline[];
  readonly bars: readonly Bar[];
}

/** A part that a design may be placed on, with the counts up to which that is tried. */
export const parts = {
  hx8k: { luts: 7600, dsps: 0 },
  up5k: { luts: 5000, dsps: 8 },
  '25k': { luts: 24_000, dsps: 28 },
  '85k': { luts: 83_000, dsps: 156 },
} as const;
export type PartName = keyof typeof parts;

/** An entry for `macArray` with 8-bit activations and 24-bit accumulators. */
export const arrayEntry = (
  entry: Entry &
    Pick<MacArrayParams, 'kind'> &
    Partial<Pick<MacArrayParams, 'flow'>> &
    Pick<Ours, 'passes' | 'keep'>,
): Ours => {
  const { kind, flow = 'weightStationary', ...rest } = entry;
  return {
    keep: [productModulePrefix],
    ...rest,
    build: () => macArray({ ...entry.size, kind, flow }).component.design,
  };
};

/** The same for several sizes and targets. */
export const across = <T>(
  targets: readonly Target[],
  sizes: readonly ArraySize[],
  make: (target: Target, size: ArraySize) => T,
): readonly T[] => targets.flatMap((target) => sizes.map((size) => make(target, size)));

export const bothTargets: readonly Target[] = ['ice40', 'ecp5'];
export const square = (side: number): ArraySize => ({ rows: side, columns: side });
