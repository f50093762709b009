/** Approximate multipliers that the search has found, ready to use. */

import { netlistFromText } from '../approx-netlist/text.js';
import { errorMetrics, type ErrorMetrics } from '../approx-multiplier/metrics.js';
import { productTable } from '../approx-multiplier/model.js';
import type { ApproxMultiplierParams } from '../approx-multiplier/parameters.js';
import { multipliers2x2 } from './catalogue/multipliers-2x2.js';
import { multipliers3x3 } from './catalogue/multipliers-3x3.js';
import { multipliers4x4 } from './catalogue/multipliers-4x4.js';
import { multipliers8x8 } from './catalogue/multipliers-8x8.js';

/** What the files of the catalogue hold: per search the netlists of its path, as text (approx-netlist/text.ts). */
export interface StoredPath {
  readonly search: string;
  readonly width: number;
  readonly signed: boolean;
  readonly members: readonly { readonly bound: number; readonly netlist: string }[];
}

export interface CatalogueEntry {
  /** For example `4x4 unsigned, least area, bounded mean error, 0.5`. */
  readonly name: string;
  readonly params: ApproxMultiplierParams;
  readonly metrics: ErrorMetrics;
}

const stored: readonly StoredPath[] = [
  ...multipliers2x2,
  ...multipliers3x3,
  ...multipliers4x4,
  ...multipliers8x8,
];

/**
 * All found multipliers of two operands of `width` bits (2, 3, 4 or 8; signed ones up to 4), exact ones among them. Their
 * measured LUTs, areas and energies, and which of them are Pareto-optimal, are in docs/results/approx.md.
 */
export const approxCatalogue = (width: number, signed = false): readonly CatalogueEntry[] =>
  stored
    .filter((path) => path.width === width && path.signed === signed)
    .flatMap(({ search, members }) =>
      members.map(({ bound, netlist }) => {
        const params: ApproxMultiplierParams = {
          ...{ aWidth: width, bWidth: width, aSigned: signed, bSigned: signed },
          kind: 'netlist',
          netlist: netlistFromText(netlist),
        };
        const name = `${search}, ${Number(bound.toPrecision(4))}`;
        return { name, params, metrics: errorMetrics(params, productTable(params)) };
      }),
    );
