import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { copyingWrites, growingWrite } from './wasm-files.mjs';

interface Step {
  /** A new stream's position; it writes two times. */
  readonly offset: number;
  readonly contents: readonly number[];
  /** The file's length is set to this afterwards, as the package does it. */
  readonly cut?: number | undefined;
}

/** The bytes of a file after all steps, with this body of `WriteStream.write`. */
const fileAfter = (body: string, first: readonly number[], steps: readonly Step[]): readonly number[] =>
  z.array(z.number()).parse(
    runInNewContext(
      `class WriteStream {
        constructor(file, offset) { this.file = file; this.offset = BigInt(offset); }
        write(contents) {${body}this.offset += BigInt(contents.length); }
      }
      const file = { data: new Uint8Array(first) };
      for (const { offset, contents, cut } of steps) {
        const stream = new WriteStream(file, offset);
        stream.write(new Uint8Array(contents));
        stream.write(new Uint8Array(contents));
        if (cut === 0) file.data = new Uint8Array();
        else if (cut < file.data.length) file.data = file.data.subarray(0, cut);
      }
      Array.from(file.data);`,
      { first, steps },
    ),
  );

const bytes = (maxLength: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 1, max: 255 }), { maxLength });
const step = fc.record({
  offset: fc.nat(60),
  contents: bytes(20),
  cut: fc.option(fc.nat(40), { nil: undefined }),
});

const packages = ['@yowasp/nextpnr-ice40', '@yowasp/yosys'] as const;

describe('files of the WebAssembly tools', () => {
  it('hold the same bytes whether they are copied or grow at a write', () => {
    const copying = copyingWrites['@yowasp/nextpnr-ice40'];
    fc.assert(
      fc.property(bytes(10), fc.array(step, { maxLength: 12 }), (first, steps) => {
        expect(fileAfter(growingWrite, first, steps)).toEqual(fileAfter(copying, first, steps));
      }),
      { numRuns: 300 },
    );
  });

  it('hold the same bytes after appending, all that the one of Yosys can do', () => {
    fc.assert(
      fc.property(bytes(10), bytes(20), (first, contents) => {
        const steps = [{ offset: first.length, contents }];
        expect(fileAfter(growingWrite, first, steps)).toEqual([...first, ...contents, ...contents]);
        expect(fileAfter(copyingWrites['@yowasp/yosys'], first, steps)).toEqual([
          ...first,
          ...contents,
          ...contents,
        ]);
      }),
      { numRuns: 100 },
    );
  });

  it.each(packages)('grow in %s as installed', (name) => {
    const bundle = readFileSync(fileURLToPath(import.meta.resolve(name)), 'utf8');
    expect(bundle.split(copyingWrites[name])).toHaveLength(2);
  });
});
