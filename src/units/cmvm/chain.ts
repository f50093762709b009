/** Two adder graphs, the second fed by the outputs of the first, as one. */

import type { Adder, AdderGraph, Output } from './adder-graph.js';

/** @throws RangeError when `second` has more inputs than `first` has outputs */
export const chain = (first: AdderGraph, second: AdderGraph): AdderGraph => {
  const adders: Adder[] = [...first.adders];
  const terms: Output[] = [...first.outputs];
  for (const adder of second.adders) {
    const left = scaled(term(terms, adder.left), adder.leftShift, false);
    const right = scaled(term(terms, adder.right), adder.rightShift, adder.subtract);
    terms.push(sum(left, right, first.inputs, adders));
  }
  const outputs = second.outputs.map((output): Output =>
    output.node === undefined ? output : scaled(term(terms, output.node), output.shift, output.negate),
  );
  return { inputs: first.inputs, adders, outputs };
};

const term = (terms: readonly Output[], index: number): Output => {
  const found = terms[index];
  if (found === undefined) throw new RangeError(`the first graph has no output ${index}`);
  return found;
};

const scaled = ({ node, shift, negate }: Output, by: number, isNegated: boolean): Output => ({
  node,
  shift: shift + by,
  negate: negate !== isNegated,
});

/** Adds an adder, unless one side is zero. A difference starts from its positive side. */
const sum = (a: Output, b: Output, inputs: number, adders: Adder[]): Output => {
  const [left, right] = a.negate && !b.negate ? [b, a] : [a, b];
  if (left.node === undefined) return right;
  if (right.node === undefined) return left;
  const shift = Math.min(left.shift, right.shift);
  adders.push({
    left: left.node,
    right: right.node,
    leftShift: left.shift - shift,
    rightShift: right.shift - shift,
    subtract: left.negate !== right.negate,
  });
  return { node: inputs + adders.length - 1, shift, negate: left.negate };
};
