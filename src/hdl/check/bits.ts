/** Which bits of its operands one bit of a value depends on within a clock cycle. */
import type { Node, OpNode } from '../ir.js';
import type { Dependencies } from './dependencies.js';

export interface Bit {
  readonly node: Node;
  readonly bit: number;
}

/**
 * What one bit reads. Carries run upward: a bit of a sum stands for the bits below it too, which its lower neighbour
 * collects, so that no bit has more than a few reads. Instances and memories mix all bits.
 */
export function bitReads({ node, bit }: Bit, dependencies: Dependencies): readonly Bit[] {
  if (node.kind === 'op') return operationReads(node, bit);
  if (node.kind !== 'wire') return dependencies.of(node).flatMap(allBits);
  const { values = [], controls = [] } = dependencies.wires.get(node) ?? {};
  return [...values.flatMap((value) => extended(value, bit)), ...controls.flatMap(allBits)];
}

function operationReads(node: OpNode, bit: number): readonly Bit[] {
  const [first, ...others] = node.args;
  if (first === undefined) return [];
  const below = bit === 0 ? [] : [{ node, bit: bit - 1 }];
  switch (node.op) {
    case 'and':
    case 'or':
    case 'xor':
    case 'not':
    case 'cast':
      return node.args.flatMap((arg) => extended(arg, bit));
    case 'mux':
      return [...allBits(first), ...others.flatMap((arg) => extended(arg, bit))];
    case 'slice':
      return extended(first, bit + (node.low ?? 0));
    case 'shr':
      return extended(first, bit + (node.amount ?? 0));
    case 'shl':
      return extended(first, bit - (node.amount ?? 0));
    case 'cat':
      return partOf(node, bit);
    case 'add':
    case 'sub':
    case 'mul':
    case 'neg':
      return [...below, ...node.args.flatMap((arg) => extended(arg, bit))];
    case 'shlDynamic':
      return [...below, ...extended(first, bit), ...(bit === 0 ? others.flatMap(allBits) : [])];
    case 'shrDynamic': {
      const isTop = bit === node.type.width - 1;
      if (isTop) return [...from(first, bit), ...others.flatMap(allBits)];
      return [{ node, bit: bit + 1 }, ...extended(first, bit)];
    }
    case 'eq':
    case 'ne':
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
    case 'xorReduce':
      return node.args.flatMap(allBits);
  }
}

const allBits = (node: Node): readonly Bit[] => from(node, 0);

const from = (node: Node, low: number): readonly Bit[] => {
  const found: Bit[] = [];
  for (let bit = Math.min(low, node.type.width - 1); bit < node.type.width; bit++) found.push({ node, bit });
  return found;
};

/** A bit of a value in endless two's complement: above its type, a signed value repeats its sign. */
function extended(node: Node, bit: number): readonly Bit[] {
  const top = node.type.width - 1;
  if (bit < 0 || (bit > top && !node.type.signed)) return [];
  return [{ node, bit: Math.min(bit, top) }];
}

/** The part of a concatenation that holds a bit. */
function partOf({ args }: OpNode, bit: number): readonly Bit[] {
  let offset = bit;
  for (const part of [...args].reverse()) {
    if (offset < part.type.width) return [{ node: part, bit: offset }];
    offset -= part.type.width;
  }
  return [];
}
