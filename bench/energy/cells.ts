/** Internal energy of cells beside OpenSTA's. */
import type { Library } from '../../src/synth/index.js';
import { cellArcs, compareArcs, openStaVersion } from '../../src/synth/gates/testing/opensta.js';

export interface CellComparison {
  readonly version: string;
  /** Cells whose energies, summed over their inputs, differ by at most 1 %, and all: by number of inputs; 0: flip-flops. */
  readonly byInputs: readonly { readonly inputs: number; readonly equal: number; readonly cells: number }[];
  /** Inputs whose charging energy differs by more than 0.1 %, of all. */
  readonly switchingDiffers: number;
  readonly arcs: number;
}

/** Undefined where `sta` is not installed. */
export const compareCells = (library: Library, file: string): CellComparison | undefined => {
  const version = openStaVersion();
  if (version === undefined) return undefined;
  const arcs = cellArcs(library);
  const energies = compareArcs(arcs, library, file);
  const cells = [...new Set(energies.map(({ cell }) => cell))].map((cell) => {
    const own = energies.filter((each) => each.cell === cell);
    const sum = (side: 0 | 1): number => own.reduce((total, { internal }) => total + internal[side], 0);
    const isFlipFlop = library.cells.get(cell)?.kind === 'flipFlop';
    return { inputs: isFlipFlop ? 0 : own.length, equal: Math.abs(sum(0) / sum(1) - 1) < 0.01 };
  });
  const counts = [...new Set(cells.map(({ inputs }) => inputs))].sort((a, b) => a - b);
  return {
    version,
    byInputs: counts.map((inputs) => {
      const of = cells.filter((cell) => cell.inputs === inputs);
      return { inputs, equal: of.filter(({ equal }) => equal).length, cells: of.length };
    }),
    switchingDiffers: energies.filter(({ switching: [a, b] }) => Math.abs(a - b) > 0.001 * Math.max(a, b))
      .length,
    arcs: energies.length,
  };
};
