/** How units are mapped best: options of synthesis, chosen by measurement (`make bench BENCH=options`). */
import type { Design } from '../hdl/index.js';
import { productModulePrefix } from './int-dot/product.js';
import { synthesisRecord } from './synthesis-record.js';

export type UnitTarget = 'ice40' | 'ecp5';

/** Options that a unit is measured with; each is an option of `synthesize` of the same name. */
export interface UnitSynthesis {
  readonly dsp?: boolean;
  readonly abc9?: boolean;
  readonly noWideLut?: boolean;
  readonly booth?: boolean;
}

export interface RecordedChoice {
  /** Module names that begin so are of this unit. */
  readonly prefix: string;
  readonly target: UnitTarget;
  readonly options: UnitSynthesis;
  /** LUTs with these options, and with Yosys' own. */
  readonly luts: number;
  readonly defaultLuts: number;
}

/** Modules that hold one multiplier (cell): mapped by themselves, so that `synth_ice40 -dsp` cannot merge them wrongly. */
const multiplierModules = [productModulePrefix, 'sb_mac16_', 'mult18x18d_'];

/** What a Design made of units is best mapped with: the record of its own unit, and which of its modules are kept whole. */
export const unitSynthesis = (
  design: Design,
  target: UnitTarget,
): UnitSynthesis & { readonly keepHierarchy?: readonly string[] } => {
  const recorded = synthesisRecord.find(
    (choice) => choice.target === target && design.name.startsWith(choice.prefix),
  );
  const kept = [...moduleNames(design)].filter(
    (name) => name !== design.name && multiplierModules.some((prefix) => name.startsWith(prefix)),
  );
  return { ...recorded?.options, ...(kept.length === 0 ? {} : { keepHierarchy: kept }) };
};

/** Names of all modules below a Design, its own included. */
const moduleNames = (design: Design): ReadonlySet<string> => {
  const names = new Set<string>();
  const visit = (module: Design): void => {
    if (names.has(module.name)) return;
    names.add(module.name);
    for (const { design: inner } of module.instances) if (inner.kind === 'design') visit(inner);
  };
  visit(design);
  return names;
};
