/** Which operations get a wire of their own: the labelled, those used twice or more, and cuts through endless expressions. */
import { postOrder } from '../check/walk.js';
import type { Node, OpNode } from '../ir.js';

/** An expression with more operations than this is cut by a wire: tools recurse over expressions, and people read them. */
const maxOperations = 40;
/** Sums and products are cut a little later, so that the wrap that mostly follows is inside the cut. */
const grace = 4;

export interface Plan {
  /** Reachable from the module's roots. */
  readonly reachable: ReadonlySet<Node>;
  /** Operations that get a wire. */
  readonly wired: ReadonlySet<Node>;
}

export function plan(roots: readonly Node[]): Plan {
  const order: OpNode[] = [];
  const uses = new Map<Node, number>();
  const use = (node: Node): void => {
    if (node.kind === 'op') uses.set(node, (uses.get(node) ?? 0) + 1);
  };
  const reachable = new Set<Node>();
  const visit = (node: Node): void => {
    if (node.kind !== 'op') return;
    order.push(node);
    for (const arg of node.args) use(arg);
  };
  for (const root of roots) {
    use(root);
    postOrder(root, reachable, visit);
  }
  const wired = new Set<Node>();
  const sizes = new Map<Node, number>();
  const size = (node: Node): number => sizes.get(node) ?? 0;
  for (const node of order) {
    const total = 1 + node.args.reduce((sum, arg) => sum + size(arg), 0);
    const shared = (uses.get(node) ?? 0) > 1 && !isFree(node, size);
    if (node.name !== undefined || shared || total > maxOperations + (grows(node) ? grace : 0))
      wired.add(node);
    else sizes.set(node, total);
  }
  return { reachable, wired };
}

const grows = ({ op }: OpNode): boolean => op === 'add' || op === 'sub' || op === 'mul' || op === 'neg';

/** Bits picked from a name, and the inverse of one bit, are as short as a name. */
function isFree(node: Node, size: (node: Node) => number): boolean {
  if (node.kind !== 'op') return true;
  const [arg] = node.args;
  if (arg === undefined || size(arg) > 1) return false;
  if (size(arg) === 1 && !isFree(arg, size)) return false;
  if (node.op === 'not') return node.type.width === 1 && size(arg) === 0;
  return node.op === 'cast' || node.op === 'slice' || node.op === 'shr';
}
