/** Reads the VCD that Yosys' `sat` writes: the values of a few signals, one per step. */

/** Values per signal and step, unsigned patterns. */
export type Model = Readonly<Record<string, readonly bigint[]>>;

/** Unknown bits count as 0. Every time stamp is one step; a signal keeps its value until it changes. */
export function readModel(vcd: string): Model {
  const names = new Map<string, string>();
  const current = new Map<string, bigint>();
  const steps: ReadonlyMap<string, bigint>[] = [];
  let started = false;
  for (const line of vcd.split('\n').map((text) => text.trim())) {
    const declared = /^\$var \S+ \d+ (\S+) (\S+)/.exec(line);
    if (declared !== null) names.set(declared[1] ?? '', (declared[2] ?? '').replace(/^\\/, ''));
    else if (line.startsWith('#')) {
      if (started) steps.push(new Map(current));
      started = true;
    } else if (started) {
      const change = /^b([01xz]+) (\S+)$/i.exec(line) ?? /^([01xz])(\S+)$/i.exec(line);
      const name = names.get(change?.[2] ?? '');
      if (name !== undefined) current.set(name, BigInt(`0b${(change?.[1] ?? '0').replace(/[xz]/gi, '0')}`));
    }
  }
  return Object.fromEntries(
    [...names.values()].map((name) => [name, steps.map((step) => step.get(name) ?? 0n)]),
  );
}
