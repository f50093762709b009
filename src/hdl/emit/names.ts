/** Names inside one module: the author's are exact, ours are made unique beside them. */
import { isReservedWord } from '../check/reserved-words.js';

export class Names {
  private readonly taken = new Set<string>();
  private readonly counters = new Map<string, number>();

  constructor(authors: Iterable<string>) {
    for (const name of authors) this.taken.add(name.toLowerCase());
  }

  /** `base`, or `base_1`, `base_2` … when it is taken. */
  unique(base: string): string {
    let name = base;
    let key = name.toLowerCase();
    if (this.taken.has(key) || isReservedWord(name)) {
      let count = this.counters.get(base) ?? 0;
      do {
        name = `${base}_${++count}`;
        key = name.toLowerCase();
      } while (this.taken.has(key));
      this.counters.set(base, count);
    }
    this.taken.add(key);
    return name;
  }
}
