/** Tarjan's strongly connected components, without recursion. */

/** Groups of vertices that reach each other, what is reached first. A vertex without a cycle is a group of its own. */
export function strongComponents<T>(roots: Iterable<T>, next: (vertex: T) => readonly T[]): readonly T[][] {
  const found: T[][] = [];
  const index = new Map<T, number>();
  const low = new Map<T, number>();
  const open: T[] = [];
  const isOpen = new Set<T>();
  const enter = (vertex: T): { vertex: T; reads: readonly T[]; position: number } => {
    low.set(vertex, index.size);
    index.set(vertex, index.size);
    open.push(vertex);
    isOpen.add(vertex);
    return { vertex, reads: next(vertex), position: 0 };
  };
  const lower = (vertex: T, value: number): Map<T, number> =>
    low.set(vertex, Math.min(low.get(vertex) ?? value, value));
  const close = (vertex: T): void => {
    const group = open.splice(open.lastIndexOf(vertex));
    for (const member of group) isOpen.delete(member);
    found.push(group);
  };
  for (const root of roots) {
    if (index.has(root)) continue;
    const path = [enter(root)];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { vertex } = top;
      const read = top.reads[top.position++];
      if (read !== undefined) {
        if (!index.has(read)) path.push(enter(read));
        else if (isOpen.has(read)) lower(vertex, index.get(read) ?? 0);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) lower(parent.vertex, low.get(vertex) ?? 0);
      if (low.get(vertex) === index.get(vertex)) close(vertex);
    }
  }
  return found;
}
