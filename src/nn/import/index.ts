import { NnError } from '../errors.js';
import { executeGraph, requireSupported } from '../float/execute.js';
import type { IntegerNetwork } from '../ir.js';
import { malformed, METADATA_KEY, readMetadata } from '../metadata.js';
import type { OnnxGraph } from '../onnx/graph.js';
import { readOnnx } from '../onnx/read.js';
import { verifyNetwork } from '../verify.js';
import { closeRaw } from './close.js';
import { assemble } from './finish.js';
import { importedOperators, lowerNode } from './lower.js';
import type { LayerReport, Lowering } from './state.js';
import type { ActivationValue, Value } from './values.js';

export { importedOperators } from './lower.js';
export type { LayerReport } from './state.js';

export interface ImportOptions {
  /** Name of the network; default: the graph's name. */
  readonly name?: string;
  /** Signed width of requantization multipliers, 4 to 24; default 16. Fewer bits: smaller hardware, less exact. */
  readonly multiplierBits?: number;
}

export interface ImportResult {
  readonly network: IntegerNetwork;
  /** Per requantized layer, in execution order: how exactly integers reproduce the file's real arithmetic. */
  readonly layers: readonly LayerReport[];
  /** What the user should know: operators left out, logits requantized. */
  readonly notes: readonly string[];
}

/**
 * Reads a quantized ONNX model (QONNX or QCDQ) and normalizes it to the integer contract: batch normalization, bias and
 * scales become per-channel requantization, ReLU and Clip its limits. docs/import.md lists operators and restrictions.
 * @throws NnError NN001 to NN008, NN012 weights that are not of their format, NN016 a product table that does not fit its layer
 */
export function importOnnx(bytes: Uint8Array, options: ImportOptions = {}): ImportResult {
  return importGraph(readOnnx(bytes), options);
}

/** The same from a graph already read. */
export function importGraph(graph: OnnxGraph, options: ImportOptions = {}): ImportResult {
  const multiplierBits = options.multiplierBits ?? 16;
  if (!Number.isInteger(multiplierBits) || multiplierBits < 4 || multiplierBits > 24) {
    throw new NnError('NN007', `multiplierBits is ${multiplierBits}; an integer from 4 to 24 is possible.`);
  }
  const [input] = graph.inputs;
  const [output] = graph.outputs;
  if (input === undefined || output === undefined || graph.inputs.length > 1 || graph.outputs.length > 1) {
    throw new NnError(
      'NN003',
      `the model has ${graph.inputs.length} inputs and ${graph.outputs.length} outputs; one of each is supported.`,
    );
  }
  for (const node of graph.nodes) requireSupported(node, importedOperators);
  const lowering = startLowering(graph, input.name, multiplierBits);
  for (const node of graph.nodes) lowerNode(lowering, node);
  const result = outputOf(lowering, lowering.values.get(output));
  requireLayers(lowering);
  const network = assemble(lowering, options.name ?? graph.name, result.tensor);
  verifyNetwork(network);
  return { network, layers: lowering.reports, notes: lowering.notes };
}

function startLowering(graph: OnnxGraph, input: string, multiplierBits: number): Lowering {
  const metadata = readMetadata(graph.metadata.get(METADATA_KEY));
  const executed = executeGraph(graph);
  const values = new Map<string, Value>();
  for (const [name, tensor] of graph.constants) values.set(name, { kind: 'constant', tensor });
  values.set(input, { kind: 'real', dims: executed.get(input)?.dims ?? [], gain: 1, offset: 0 });
  return {
    graph,
    executed,
    multiplierBits,
    metadata,
    values,
    tensors: new Map(),
    ranges: new Map(),
    layers: [],
    reports: [],
    notes: [],
    input: undefined,
  };
}

/** Metadata for a layer that is not there belongs to another network. @throws NnError NN008 */
function requireLayers({ metadata, layers }: Lowering): void {
  const known = new Set(
    layers.flatMap((draft) => ('source' in draft && draft.source.kind === 'conv' ? [draft.source.name] : [])),
  );
  const unknown = [...metadata.keys()].find((name) => !known.has(name));
  if (unknown !== undefined)
    throw malformed(`it describes layer "${unknown}", which the model does not have`);
}

function outputOf(lowering: Lowering, value: Value | undefined): ActivationValue {
  if (value?.kind === 'activation') return value;
  if (value?.kind === 'pending') return closeRaw(lowering, value);
  throw new NnError(
    'NN004',
    'the network output is not computed from a quantized input. Quantize the model first.',
  );
}
