/** What a report says of an adder graph. */

import {
  formRange,
  graphDepth,
  linearForms,
  widthOf,
  type AdderGraph,
  type Interval,
} from './adder-graph.js';

export interface AdderGraphFigures {
  readonly adders: number;
  /** Sum of the widths of their results. */
  readonly adderBits: number;
  /** Adders on the longest way from an input to an output. */
  readonly depth: number;
}

/** @param input the range of every input, which the widths follow from */
export const graphFigures = (graph: AdderGraph, input: Interval): AdderGraphFigures => ({
  adders: graph.adders.length,
  adderBits: linearForms(graph)
    .slice(graph.inputs)
    .reduce((sum, form) => sum + widthOf(formRange(form, input)), 0),
  depth: graphDepth(graph),
});
