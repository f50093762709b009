/**
 * The inner loops of the search as a WebAssembly module with vector instructions, encoded by hand: values of gates, and
 * error bits of products, for a chunk of operand pairs.
 */

/** Code as bytes; nested lists are joined. */
type Code = readonly (number | Code)[];

const bytesOf = (code: Code): readonly number[] =>
  code.flatMap((part) => (typeof part === 'number' ? [part] : bytesOf(part)));

/** Unsigned LEB128. */
const leb = (value: number): Code => (value < 128 ? [value] : [(value & 127) | 128, leb(value >> 7)]);
const list = (items: readonly Code[]): Code => [leb(items.length), items];
const sized = (code: Code): Code => {
  const bytes = bytesOf(code);
  return [leb(bytes.length), bytes];
};
const section = (id: number, code: Code): Code => [id, sized(code)];
const text = (value: string): Code => list([...new TextEncoder().encode(value)].map((byte) => [byte]));

const I32 = 0x7f;
const V128 = 0x7b;

const get = (local: number): Code => [0x20, leb(local)];
const set = (local: number, value: Code): Code => [value, 0x21, leb(local)];
/** Addresses and counts are below 2^31; a constant is written as signed LEB128 of small values only. */
const constant = (value: number): Code => [0x41, leb(value)];
const add = (one: Code, other: Code): Code => [one, other, 0x6a];
const load = (address: Code, offset = 0): Code => [address, 0x28, 2, leb(offset)];
const vector = (operation: number): Code => [0xfd, leb(operation)];
const vectorLoad = (address: Code): Code => [address, vector(0x00), 4, 0];
const vectorStore = (address: Code, value: Code): Code => [address, value, vector(0x0b), 4, 0];
const and = (one: Code, other: Code): Code => [one, other, vector(0x4e)];
const andNot = (one: Code, other: Code): Code => [one, other, vector(0x4f)];
const or = (one: Code, other: Code): Code => [one, other, vector(0x50)];
const xor = (one: Code, other: Code): Code => [one, other, vector(0x51)];
const zeroVector: Code = [vector(0x0c), Array.from({ length: 16 }, () => 0)];
/** Ones of every byte, summed in pairs: eight 16-bit numbers. */
const onesOf = (value: Code): Code => [value, vector(0x62), vector(0x7d)];
const addTo = (address: Code, value: Code): Code =>
  vectorStore(address, [vectorLoad(address), value, vector(0x8e)]);
/** Runs `body` while `local`, counted up by `step` after it, is below `limit`; at least once. */
const repeat = (local: number, limit: Code, step: number, body: Code): Code => [
  set(local, constant(0)),
  [0x03, 0x40],
  body,
  set(local, add(get(local), constant(step))),
  [get(local), limit, 0x48, 0x0d, 0],
  0x0b,
];

/** gates(program, programEnd, base, rowBytes): runs a program of gates; see `programWords`. */
const gates = (): Code => {
  const [program, programEnd, base, rowBytes, at, target, p, q] = [0, 1, 2, 3, 4, 5, 6, 7];
  const [always, onP, onQ, onBoth, pValue, qValue] = [8, 9, 10, 11, 12, 13];
  const mask = (local: number, index: number): Code =>
    set(local, vectorLoad(add(load(get(program), 12), constant(16 * index))));
  const value = xor(
    xor(get(always), and(get(pValue), get(onP))),
    xor(and(get(qValue), get(onQ)), and(and(get(pValue), get(qValue)), get(onBoth))),
  );
  const body: Code = [
    [0x03, 0x40],
    set(target, add(get(base), load(get(program), 0))),
    set(p, add(get(base), load(get(program), 4))),
    set(q, add(get(base), load(get(program), 8))),
    [mask(always, 0), mask(onP, 1), mask(onQ, 2), mask(onBoth, 3)],
    repeat(at, get(rowBytes), 16, [
      set(pValue, vectorLoad(add(get(p), get(at)))),
      set(qValue, vectorLoad(add(get(q), get(at)))),
      vectorStore(add(get(target), get(at)), value),
    ]),
    set(program, add(get(program), constant(16))),
    [get(program), get(programEnd), 0x48, 0x0d, 0],
    0x0b,
  ];
  return functionCode(
    [
      [4, I32],
      [6, V128],
    ],
    body,
  );
};

/**
 * errors(pointers, base, exact, bits, rowBytes, scratch): adds to the eight 16-bit counts per bit behind the scratch rows how
 * often that bit of |difference| is 1 (of its complement where it is negative); after the bits, how often it is negative.
 */
const errors = (): Code => {
  const [pointers, base, exact, bits, rowBytes, scratch, at, bit, row, exactRow] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
  ];
  const [x, y, half, borrow] = [10, 11, 12, 13];
  const sixteen = (local: number): Code => [get(local), constant(4), 0x74];
  const read: Code = [
    set(row, add(add(get(base), load(add(get(pointers), [get(bit), constant(2), 0x74]))), get(at))),
    set(x, vectorLoad(get(row))),
    set(y, vectorLoad(add(get(exactRow), get(at)))),
    set(half, xor(get(x), get(y))),
  ];
  const counts = add(add(get(scratch), sixteen(bits)), sixteen(bit));
  const body: Code = repeat(at, get(rowBytes), 16, [
    set(borrow, zeroVector),
    set(exactRow, get(exact)),
    repeat(bit, get(bits), 1, [
      read,
      vectorStore(add(get(scratch), sixteen(bit)), xor(get(half), get(borrow))),
      set(borrow, or(andNot(get(y), get(x)), andNot(get(borrow), get(half)))),
      set(exactRow, add(get(exactRow), get(rowBytes))),
    ]),
    read,
    set(borrow, xor(get(half), get(borrow))),
    addTo(counts, onesOf(get(borrow))),
    repeat(bit, get(bits), 1, [
      addTo(counts, onesOf(xor(vectorLoad(add(get(scratch), sixteen(bit))), get(borrow)))),
    ]),
  ]);
  return functionCode(
    [
      [4, I32],
      [4, V128],
    ],
    body,
  );
};

const functionCode = (locals: readonly Code[], body: Code): Code => sized([list(locals), body, 0x0b]);

const moduleBytes = (): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(
    bytesOf([
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, list([4, 6].map((count) => [0x60, list(Array.from({ length: count }, () => [I32])), 0]))),
      section(2, list([[text('env'), text('memory'), 2, 0, 0]])),
      section(3, list([[0], [1]])),
      section(
        7,
        list([
          [text('gates'), 0, 0],
          [text('errors'), 0, 1],
        ]),
      ),
      section(10, list([gates(), errors()])),
    ]),
  );

export interface Kernel {
  /** Runs a program (four words a gate: offsets of target, p and q from `base`; address of its four masks). */
  readonly gates: (program: number, programEnd: number, base: number, rowBytes: number) => void;
  readonly errors: (
    pointers: number,
    base: number,
    exact: number,
    bits: number,
    rowBytes: number,
    scratch: number,
  ) => void;
}

type WasmFunction = (...values: readonly number[]) => void;
const isFunction = (value: unknown): value is WasmFunction => typeof value === 'function';

/** The compiled loops over `memory`. */
export const compileKernel = (memory: WebAssembly.Memory): Kernel => {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()), { env: { memory } });
  const { gates: runGates, errors: countErrors } = exports;
  if (!isFunction(runGates) || !isFunction(countErrors)) throw new RangeError('the kernel lacks a function');
  return { gates: runGates, errors: countErrors };
};
