/** A map from names that expects names in the order of the last time: test loops repeat themselves. */

/** Looking up names in a repeated order costs a comparison each; any other order, a hash lookup. */
export class NameTable<T> {
  private readonly indexOf = new Map<string, number>();
  /** The very strings that the caller passed last: comparing one with itself takes no time. */
  private readonly keys: string[] = [];
  private readonly values: T[] = [];
  /** What was looked up after each entry the last time. */
  private readonly following: number[] = [];
  private last = 0;
  private expected = 0;

  constructor(items: Iterable<readonly [string, T]>) {
    for (const [name, value] of items) this.add(name, value);
  }

  get names(): readonly string[] {
    return [...this.indexOf.keys()];
  }

  add(name: string, value: T): void {
    this.indexOf.set(name, this.keys.length);
    this.following.push(this.keys.length);
    this.keys.push(name);
    this.values.push(value);
  }

  find(name: string): T | undefined {
    const index = this.expected;
    if (this.keys[index] !== name) return this.search(name);
    this.last = index;
    this.expected = this.following[index] ?? 0;
    return this.values[index];
  }

  private search(name: string): T | undefined {
    const index = this.indexOf.get(name);
    if (index === undefined) return undefined;
    this.keys[index] = name;
    this.following[this.last] = index;
    this.last = index;
    this.expected = this.following[index] ?? 0;
    return this.values[index];
  }
}
