/** A WebAssembly binary, encoded by hand: byte buffers, opcodes and the module's sections. */

/** Opcodes of the WebAssembly core specification that the simulator uses. */
export const Op = {
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  return: 0x0f,
  call: 0x10,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  i32Load: 0x28,
  i64Load: 0x29,
  i32Load8s: 0x2c,
  i32Load8u: 0x2d,
  i32Load16s: 0x2e,
  i32Load16u: 0x2f,
  i32Store: 0x36,
  i64Store: 0x37,
  i32Store8: 0x3a,
  i32Store16: 0x3b,
  i32Const: 0x41,
  i64Const: 0x42,
  i32Eqz: 0x45,
  i32Eq: 0x46,
  i32Ne: 0x47,
  i32LtS: 0x48,
  i32LtU: 0x49,
  i32GtU: 0x4b,
  i32GeS: 0x4e,
  i64Eq: 0x51,
  i64Ne: 0x52,
  i64LtU: 0x54,
  i64GtU: 0x56,
  i64Eqz: 0x50,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32Mul: 0x6c,
  i32And: 0x71,
  i32Or: 0x72,
  i32Xor: 0x73,
  i32Shl: 0x74,
  i32ShrS: 0x75,
  i32ShrU: 0x76,
  i64Popcnt: 0x7b,
  i64Add: 0x7c,
  i64Sub: 0x7d,
  i64Mul: 0x7e,
  i64And: 0x83,
  i64Or: 0x84,
  i64Xor: 0x85,
  i64Shl: 0x86,
  i64ShrS: 0x87,
  i64ShrU: 0x88,
  i32WrapI64: 0xa7,
  i64ExtendI32S: 0xac,
  i64ExtendI32U: 0xad,
  i32Extend8S: 0xc0,
  i32Extend16S: 0xc1,
  /** Prefix of the bulk memory instructions. */
  bulk: 0xfc,
} as const;

export const VOID = 0x40;
export const I32 = 0x7f;
export const I64 = 0x7e;
export const V128 = 0x7b;
export type WasmType = typeof I32 | typeof I64 | typeof V128;

/** Growing byte buffer with the number encodings of the format. */
export class Bytes {
  private data: Uint8Array;
  length = 0;

  constructor(capacity = 1024) {
    this.data = new Uint8Array(capacity);
  }

  view(): Uint8Array {
    return this.data.subarray(0, this.length);
  }

  byte(value: number): void {
    if (this.length === this.data.length) this.reserve(1);
    this.data[this.length++] = value;
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.data.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Unsigned LEB128, up to 32 bits. */
  u32(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  /** Unsigned LEB128 in exactly five bytes, so that `patch` can replace it. */
  padded(value: number): void {
    this.reserve(5);
    this.length += 5;
    this.patch(this.length - 5, value);
  }

  patch(at: number, value: number): void {
    let rest = value;
    for (let i = 0; i < 5; i++) {
      this.data[at + i] = (rest & 0x7f) | (i < 4 ? 0x80 : 0);
      rest = Math.floor(rest / 128);
    }
  }

  /** Signed LEB128 of a 32-bit integer. */
  s32(value: number): void {
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
      this.byte(done ? low : low | 0x80);
      if (done) return;
    }
  }

  /** Signed LEB128 of a 64-bit integer. */
  s64(value: bigint): void {
    let rest = BigInt.asIntN(64, value);
    for (;;) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      const done = (rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0);
      this.byte(done ? low : low | 0x80);
      if (done) return;
    }
  }

  text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.u32(bytes.length);
    this.append(bytes);
  }

  private reserve(count: number): void {
    if (this.length + count <= this.data.length) return;
    const grown = new Uint8Array(Math.max(this.data.length * 2, this.length + count));
    grown.set(this.data.subarray(0, this.length));
    this.data = grown;
  }
}

export interface FunctionCode {
  readonly params: readonly WasmType[];
  readonly results: readonly WasmType[];
  readonly locals: readonly WasmType[];
  /** Instructions without the final `end`. */
  readonly body: Bytes;
  readonly exportName?: string;
}

export interface ImportedFunction {
  readonly name: string;
  readonly params: readonly WasmType[];
}

/** Bytes put into memory when the module is instantiated. */
export interface DataSegment {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Encodes a module that imports `env.memory` and `functions`, in the index order imports, then `code`. */
export function encodeModule(
  imports: readonly ImportedFunction[],
  code: readonly FunctionCode[],
  data: readonly DataSegment[] = [],
): Uint8Array {
  const module = new Bytes(65536);
  module.append(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  section(module, 1, (out) => {
    out.u32(imports.length + code.length);
    for (const { params } of imports) functionType(out, params, []);
    for (const { params, results } of code) functionType(out, params, results);
  });
  section(module, 2, (out) => {
    out.u32(imports.length + 1);
    out.text('env');
    out.text('memory');
    out.byte(0x02);
    out.byte(0);
    out.u32(1);
    imports.forEach(({ name }, index) => {
      out.text('env');
      out.text(name);
      out.byte(0);
      out.u32(index);
    });
  });
  section(module, 3, (out) => {
    out.u32(code.length);
    code.forEach((_, index) => out.u32(imports.length + index));
  });
  section(module, 7, (out) => {
    const exported = code.flatMap(({ exportName }, index) =>
      exportName === undefined ? [] : [{ exportName, index }],
    );
    out.u32(exported.length);
    for (const { exportName, index } of exported) {
      out.text(exportName);
      out.byte(0);
      out.u32(imports.length + index);
    }
  });
  section(module, 10, (out) => {
    out.u32(code.length);
    for (const { locals, body } of code) functionBody(out, locals, body);
  });
  if (data.length > 0) section(module, 11, (out) => dataSegments(out, data));
  return module.view();
}

function dataSegments(out: Bytes, data: readonly DataSegment[]): void {
  out.u32(data.length);
  for (const { offset, bytes } of data) {
    out.u32(0);
    out.byte(Op.i32Const);
    out.s32(offset);
    out.byte(Op.end);
    out.u32(bytes.length);
    out.append(bytes);
  }
}

function section(module: Bytes, id: number, fill: (out: Bytes) => void): void {
  const content = new Bytes(4096);
  fill(content);
  module.byte(id);
  module.u32(content.length);
  module.append(content.view());
}

function functionType(out: Bytes, params: readonly WasmType[], results: readonly WasmType[]): void {
  out.byte(0x60);
  out.u32(params.length);
  params.forEach((type) => out.byte(type));
  out.u32(results.length);
  results.forEach((type) => out.byte(type));
}

function functionBody(out: Bytes, locals: readonly WasmType[], body: Bytes): void {
  const runs: { type: WasmType; count: number }[] = [];
  for (const type of locals) {
    const last = runs.at(-1);
    if (last?.type === type) last.count++;
    else runs.push({ type, count: 1 });
  }
  const head = new Bytes(16);
  head.u32(runs.length);
  for (const { type, count } of runs) {
    head.u32(count);
    head.byte(type);
  }
  out.u32(head.length + body.length + 1);
  out.append(head.view());
  out.append(body.view());
  out.byte(Op.end);
}
