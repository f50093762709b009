/** A map from names that expects names in the order of the last time: test loops repeat themselves. */

interface Entry<T> {
  /** The very string that the caller passed last: comparing it with itself takes no time. */
  name: string;
  readonly value: T;
  /** What was looked up after this entry the last time. */
  next: Entry<T> | undefined;
}

/** Looking up names in a repeated order costs a comparison each; any other order, a hash lookup. */
export class NameTable<T> {
  private readonly entries = new Map<string, Entry<T>>();
  private last: Entry<T> | undefined;

  constructor(items: Iterable<readonly [string, T]>) {
    for (const [name, value] of items) this.add(name, value);
  }

  get names(): readonly string[] {
    return [...this.entries.keys()];
  }

  add(name: string, value: T): void {
    this.entries.set(name, { name, value, next: undefined });
  }

  find(name: string): T | undefined {
    const expected = this.last?.next;
    if (expected?.name !== name) return this.search(name);
    this.last = expected;
    return expected.value;
  }

  private search(name: string): T | undefined {
    const entry = this.entries.get(name);
    if (entry === undefined) return undefined;
    entry.name = name;
    if (this.last !== undefined) this.last.next = entry;
    this.last = entry;
    return entry.value;
  }
}
