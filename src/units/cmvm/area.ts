/** What the search minimizes: lookup tables, estimated quickly. */

import type { Random } from '../../num/index.js';
import { formRange, linearForms, widthOf, type AdderGraph, type Interval } from './adder-graph.js';
import { chainBits, ecp5AdderLuts, type AdderShape, type Family } from './carry-cost.js';
import { parityOf } from './parity.js';

/** Attempted changes of polarity per adder. */
const MOVES = 60;

/**
 * Lookup tables of a graph when signs are chosen well: a difference may start from either side, so bits below a shift never
 * need an adder cell. On iCE40 with the inverters of a short search for polarities.
 */
export const areaOf =
  (family: Family, input: Interval) =>
  (graph: AdderGraph, random: Random): number => {
    const widths = linearForms(graph).map((form) => widthOf(formRange(form, input)));
    let total = 0;
    graph.adders.forEach((adder, index) => {
      const shape: AdderShape = {
        adder,
        signs: { left: 1, right: 1 },
        left: widths[adder.left] ?? 0,
        right: widths[adder.right] ?? 0,
        result: widths[graph.inputs + index] ?? 0,
      };
      total += family === 'ice40' ? chainBits(shape) : ecp5AdderLuts(shape);
    });
    if (family === 'ecp5') return total;
    return total + parityOf(graph, widths, MOVES * graph.adders.length, random).cost;
  };
