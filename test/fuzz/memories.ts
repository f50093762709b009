/** Random memories: read where they are declared, written when everything else exists. */
import {
  UInt,
  type MemoryBuilder,
  type ModuleBuilder,
  type SIntType,
  type UIntType,
} from '../../src/hdl/index.js';
import { choose, condition, conform, literalValue, unsigned, type Value } from './operations.js';
import type { MemoryStep, Pick, WriteRecipe } from './program.js';

type Word = Readonly<Record<string, UIntType | SIntType>>;

interface Declared {
  readonly step: MemoryStep;
  readonly word: Word;
  readonly memory: MemoryBuilder<Word>;
}

export class MemoryStack {
  private readonly declared: Declared[] = [];

  constructor(
    private readonly m: ModuleBuilder,
    private readonly value: (choice: Pick) => Value,
    /** The choice of the first input. */
    private readonly oldest: () => Pick,
  ) {}

  /** The fields of all read ports. */
  add(step: MemoryStep, name: string): readonly Value[] {
    const word: Word = Object.fromEntries(
      step.fields.map(({ signed, width }, i) => [`f${i}`, signed ? { signed, width } : { signed, width }]),
    );
    // A memory that nothing writes has contents from the start.
    const given = step.init ?? (step.writes.length === 0 ? [{ kind: 9, bits: step.depth }] : undefined);
    const init = given?.slice(0, step.depth);
    const memory = this.m.memory(name, {
      word,
      depth: step.depth,
      initStyle: step.inline ? 'inline' : 'file',
      readDuringWrite: step.readDuringWrite,
      outOfRange: canExceed(step) ? (isPowerOfTwo(step.depth) ? 'any' : 'zero') : 'never',
      ...(init === undefined
        ? {}
        : { init: step.fields.map((type) => init.map((recipe) => literalValue(type, recipe))) }),
    });
    this.declared.push({ step, word, memory });
    return step.reads.flatMap(({ sync, address, enable }) => {
      const at = this.address(memory, step, address);
      const gate = enable === undefined ? undefined : condition(this.value(enable), enable);
      return Object.values(sync ? memory.read(at, gate) : memory.readNow(at));
    });
  }

  /** Adds the write ports of all memories. */
  write(): void {
    for (const declared of this.declared)
      for (const recipe of declared.step.writes) this.writePort(declared, recipe);
  }

  private writePort(
    { step, word, memory }: Declared,
    { address, data, enable, mask, when }: WriteRecipe,
  ): void {
    const values = Object.fromEntries(
      Object.entries(word).map(([field, type], i) => {
        const choice = choose(data, i);
        return [field, conform(this.value(choice + i), type, choice)] as const;
      }),
    );
    const bit = (choice: Pick): UInt => condition(this.value(choice), choice);
    const chosen = this.address(memory, step, address);
    // Words that are only ever written at constant addresses leave others without a driver.
    const used = chosen.bits(Math.min(chosen.width, memory.addressWidth) - 1, 0);
    const at = used.node.kind === 'const' ? this.address(memory, step, this.oldest()) : chosen;
    const masks = mask === undefined ? undefined : step.fields.map((_, i) => bit(choose(mask, i) + i));
    const port = (): void =>
      memory.write(at, values, {
        ...(enable === undefined ? {} : { enable: bit(enable) }),
        ...(masks === undefined ? {} : { mask: masks }),
      });
    if (when === undefined) port();
    else this.m.when(bit(when), port);
  }

  /** What is read past the end of a memory differs between simulators unless it is 0 or the low bits of the address count. */
  private address(memory: MemoryBuilder<Word>, step: MemoryStep, choice: Pick): UInt {
    const { depth } = step;
    const whole = unsigned(this.value(choice));
    if (canExceed(step) && whole.range.lo < BigInt(depth)) return whole;
    const cut = whole.wrap(memory.addressWidth);
    return cut.range.hi < BigInt(depth) ? cut : cut.lt(depth).mux(cut, 0);
  }
}

const isPowerOfTwo = (depth: number): boolean => (depth & (depth - 1)) === 0;
/** Half of the memories take addresses as they come. */
const canExceed = ({ inline }: MemoryStep): boolean => inline;
