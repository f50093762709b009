/** Shared adder graphs: plain data, their exact value ranges, and the proof that they compute a matrix. */

/** One result of a matrix: `(negate ? -1 : 1) * node * 2^shift`; without a node it is 0. */
export interface Output {
  readonly node: number | undefined;
  readonly shift: number;
  readonly negate: boolean;
}

/** `left * 2^leftShift ± right * 2^rightShift`; one of the shifts is 0. */
export interface Adder {
  readonly left: number;
  readonly right: number;
  readonly leftShift: number;
  readonly rightShift: number;
  readonly subtract: boolean;
}

/** Nodes 0 .. inputs-1 are the inputs, then one node per adder; an adder reads smaller numbers only. */
export interface AdderGraph {
  readonly inputs: number;
  readonly adders: readonly Adder[];
  readonly outputs: readonly Output[];
}

/** What each node is, as a linear form of the inputs: `forms[node][input]`. */
export const linearForms = ({ inputs, adders }: AdderGraph): readonly Float64Array[] => {
  const forms = Array.from({ length: inputs }, (_, input) => {
    const form = new Float64Array(inputs);
    form[input] = 1;
    return form;
  });
  for (const { left, right, leftShift, rightShift, subtract } of adders) {
    const [a, b] = [at(forms, left), at(forms, right)];
    const [gainA, gainB] = [2 ** leftShift, (subtract ? -1 : 1) * 2 ** rightShift];
    forms.push(a.map((coefficient, input) => gainA * coefficient + gainB * (b[input] ?? 0)));
  }
  return forms;
};

export interface Interval {
  readonly lo: number;
  readonly hi: number;
}

/** Every value of an input. */
export const inputRange = ({
  inputWidth,
  inputSigned,
}: {
  readonly inputWidth: number;
  readonly inputSigned: boolean;
}): Interval => {
  const lo = inputSigned ? -(2 ** (inputWidth - 1)) : 0;
  return { lo, hi: lo + 2 ** inputWidth - 1 };
};

/** The exact range of a linear form whose inputs take every value of `input` independently. */
export const formRange = (form: Float64Array, { lo, hi }: Interval): Interval => {
  let [low, high] = [0, 0];
  for (const coefficient of form) {
    low += coefficient < 0 ? coefficient * hi : coefficient * lo;
    high += coefficient < 0 ? coefficient * lo : coefficient * hi;
  }
  return { lo: low, hi: high };
};

/** Width of the smallest type that holds a range: signed when it has negative values. */
export const widthOf = ({ lo, hi }: Interval): number => {
  const bits = (value: number): number => (value === 0 ? 0 : Math.floor(Math.log2(value)) + 1);
  return lo < 0 ? 1 + Math.max(bits(Math.max(0, hi)), bits(-lo - 1)) : Math.max(1, bits(hi));
};

/** Adders on the longest path to each node. */
export const depths = ({ inputs, adders }: AdderGraph): readonly number[] => {
  const depth = new Array<number>(inputs).fill(0);
  for (const { left, right } of adders) depth.push(1 + Math.max(depth[left] ?? 0, depth[right] ?? 0));
  return depth;
};

/** Adders on the longest path to an output. */
export const graphDepth = (graph: AdderGraph): number => {
  const depth = depths(graph);
  return Math.max(0, ...graph.outputs.map(({ node }) => (node === undefined ? 0 : (depth[node] ?? 0))));
};

/** The matrix that a graph computes, `matrix[output][input]`. */
export const matrixOf = (graph: AdderGraph): readonly (readonly number[])[] => {
  const forms = linearForms(graph);
  return graph.outputs.map(({ node, shift, negate }) => {
    const gain = (negate ? -1 : 1) * 2 ** shift;
    // `+ 0` turns -0 into 0.
    return Array.from({ length: graph.inputs }, (_, input) =>
      node === undefined ? 0 : gain * (at(forms, node)[input] ?? 0) + 0,
    );
  });
};

/** Whether a graph computes exactly this matrix. */
export const computes = (graph: AdderGraph, matrix: readonly (readonly number[])[]): boolean => {
  const found = matrixOf(graph);
  return (
    found.length === matrix.length &&
    matrix.every((row, output) => row.every((weight, input) => found[output]?.[input] === weight))
  );
};

const at = <T>(list: readonly T[], index: number): T => {
  const item = list[index];
  if (item === undefined) throw new RangeError(`an adder graph has no node ${index}`);
  return item;
};
