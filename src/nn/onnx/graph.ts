import { NnError } from '../errors.js';
import type { Tensor } from './tensor.js';

export type Attribute = number | string | Tensor | readonly number[] | readonly string[];

export interface OnnxNode {
  /** As in the file, or made from the operator and the first output where the file has none. */
  readonly name: string;
  readonly op: string;
  /** '' is the standard domain. */
  readonly domain: string;
  /** '' is an absent optional input. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** Symbolic sizes are strings. */
export interface GraphInput {
  readonly name: string;
  readonly dims: readonly (number | string)[];
}

/** An ONNX graph as plain data: nodes in execution order, constants by name. Also the float graph of later stages. */
export interface OnnxGraph {
  readonly name: string;
  readonly opset: number;
  /** Without the initializers that old files list here too. */
  readonly inputs: readonly GraphInput[];
  readonly outputs: readonly string[];
  /** Sizes of outputs, to be written: onnx.checker wants them. They are not read. */
  readonly outputDims?: Readonly<Record<string, GraphInput['dims']>>;
  readonly constants: ReadonlyMap<string, Tensor>;
  readonly nodes: readonly OnnxNode[];
  /** The file's metadata_props. */
  readonly metadata: ReadonlyMap<string, string>;
}

export const describe = (node: OnnxNode): string => `node "${node.name}" (${node.op})`;

function wrongAttribute(node: OnnxNode, key: string, wanted: string): NnError {
  return new NnError(
    'NN001',
    `attribute "${key}" of ${describe(node)} is not ${wanted}. The file is damaged.`,
  );
}

export function numberAttribute(node: OnnxNode, key: string, otherwise: number): number {
  const value = node.attributes.get(key) ?? otherwise;
  if (typeof value !== 'number') throw wrongAttribute(node, key, 'a number');
  return value;
}

export function stringAttribute(node: OnnxNode, key: string, otherwise: string): string {
  const value = node.attributes.get(key) ?? otherwise;
  if (typeof value !== 'string') throw wrongAttribute(node, key, 'a text');
  return value;
}

export function numbersAttribute(node: OnnxNode, key: string): readonly number[] | undefined {
  const value = node.attributes.get(key);
  if (value === undefined) return undefined;
  if (!isNumbers(value)) throw wrongAttribute(node, key, 'a list of numbers');
  return value;
}

const isNumbers = (value: Attribute): value is readonly number[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'number');

export function tensorAttribute(node: OnnxNode, key: string): Tensor | undefined {
  const value = node.attributes.get(key);
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || !('dims' in value)) throw wrongAttribute(node, key, 'a tensor');
  return value;
}
