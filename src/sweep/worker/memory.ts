/** Memory of the processes that a process started, on Linux; elsewhere nothing is known and nothing is limited. */

import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessMemory {
  readonly pid: number;
  readonly MiB: number;
}

/** The process and all that descend from it, with their resident memory. */
export const memoryBelow = (pid: number): readonly ProcessMemory[] => {
  const children = new Map<number, number[]>();
  for (const name of procNames()) {
    const parent = parentOf(Number(name));
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found: number[] = [];
  for (
    let next: readonly number[] = [pid];
    next.length > 0;
    next = next.flatMap((one) => children.get(one) ?? [])
  )
    found.push(...next);
  return found.flatMap((one) => {
    const MiB = residentMiB(one);
    return MiB === undefined ? [] : [{ pid: one, MiB }];
  });
};

const procNames = (): readonly string[] => {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
};

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** The name stands in parentheses and may hold anything; the parent is the second field after it. */
const parentOf = (pid: number): number | undefined => {
  const [, parent] = /^.*\) \S (\d+) /s.exec(read(`/proc/${pid}/stat`)) ?? [];
  return parent === undefined ? undefined : Number(parent);
};

const residentMiB = (pid: number): number | undefined => {
  const [, kiB] = /^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`)) ?? [];
  return kiB === undefined ? undefined : Number(kiB) / 1024;
};
