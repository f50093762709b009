import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../num/index.js';
import { tableIndex } from '../../nn/ranges.js';
import { createTableKernels } from './create.js';
import type { TableKernels } from './table-kernels.js';
import { runKernel, type NumberArray } from './testing/run.js';
import { createTableTwin } from './twin.js';

const wasm = createTableKernels();
const twin = createTableTwin();

function expectEqual(
  inputs: readonly NumberArray[],
  call: (kernels: TableKernels, pointers: readonly number[]) => unknown,
): void {
  const expected = runKernel(twin, inputs, call);
  const actual = runKernel(wasm, inputs, call);
  expect(Buffer.compare(actual.memory, expected.memory)).toBe(0);
}

const sizes = fc.record({
  seed: fc.integer({ min: 0, max: 1e6 }),
  m: fc.integer({ min: 1, max: 15 }),
  k: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 200, max: 700 })),
  n: fc.integer({ min: 1, max: 40 }),
});

function integers(seed: number, count: number, lo: number, hi: number): number[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => random.integer(lo, hi));
}

const codes = (seed: number, count: number, bits: number): Uint8Array =>
  Uint8Array.from(integers(seed, count, 0, 2 ** bits - 1));

describe('integer kernels in WebAssembly equal the twin in every bit', () => {
  it('looks products of up to 8 by 8 bits up', () => {
    const bits = fc.integer({ min: 1, max: 8 });
    fc.assert(
      fc.property(sizes, bits, bits, ({ seed, m, k, n }, actBits, weightBits) => {
        const table = Int32Array.from(integers(seed, 2 ** (actBits + weightBits), -(2 ** 20), 2 ** 20));
        expectEqual(
          [codes(seed + 1, m * k, actBits), codes(seed + 2, n * k, weightBits), table, new Int32Array(m * n)],
          (kernels, [acts = 0, weights = 0, products = 0, sums = 0]) =>
            kernels.tableMatmul8(acts, weights, products, sums, m, k, n, weightBits),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('looks products of up to 4 by 4 bits up sixteen at a time, whatever int16 the table holds', () => {
    const bits = fc.integer({ min: 1, max: 4 });
    const greatest = fc.constantFrom(1, 225, 3000, 32767);
    fc.assert(
      fc.property(sizes, bits, bits, greatest, ({ seed, m, k, n }, actBits, weightBits, most) => {
        const table = Int32Array.from(integers(seed, 2 ** (actBits + weightBits), -most - 1, most));
        expectEqual(
          [codes(seed + 1, m * k, actBits), codes(seed + 2, n * k, weightBits), table, new Int32Array(m * n)],
          (kernels, [acts = 0, weights = 0, products = 0, sums = 0]) =>
            kernels.tableMatmul4(acts, weights, products, sums, m, k, n, actBits, weightBits),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('keeps sums of equal extreme products exact beyond one panel of depth', () => {
    const [m, k, n] = [1, 9000, 3];
    const inputs = [
      new Uint8Array(m * k),
      new Uint8Array(n * k),
      new Int32Array(256).fill(-32768),
      new Int32Array(m * n),
    ];
    const { buffers } = runKernel(wasm, inputs, (kernels, [acts = 0, weights = 0, products = 0, sums = 0]) =>
      kernels.tableMatmul4(acts, weights, products, sums, m, k, n, 4, 4),
    );
    expect(new Int32Array(buffers[3] ?? new ArrayBuffer(0))).toEqual(new Int32Array(n).fill(-32768 * k));
  });

  it('multiplies int16 exactly, the least number included', () => {
    const range = fc.constantFrom([-128, 127], [-2048, 2047], [-32768, 32767], [-32768, -32768]);
    fc.assert(
      fc.property(sizes, range, ({ seed, m, k: half, n }, [lo = 0, hi = 0]) => {
        const k = 2 * half;
        const acts = Int16Array.from(integers(seed, m * k, lo, hi));
        const weights = Int16Array.from(integers(seed + 1, n * k, lo, hi));
        expectEqual([acts, weights, new Int32Array(m * n)], (kernels, [a = 0, w = 0, sums = 0]) =>
          kernels.intMatmul(a, w, sums, m, k, n),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('takes the table in the order of tableIndex', () => {
    const [actBits, weightBits] = [4, 3];
    const [act, weight] = [-5, -2];
    const table = new Int32Array(2 ** (actBits + weightBits));
    table[tableIndex(act, weight, actBits, weightBits)] = 77;
    const inputs = [Uint8Array.of(act & 15), Uint8Array.of(weight & 7), table, new Int32Array(1)];
    for (const { kernels, memory } of [wasm, twin]) {
      const run = (name: 'tableMatmul8' | 'tableMatmul4') =>
        runKernel({ kernels, memory }, inputs, (of, [a = 0, w = 0, t = 0, sums = 0]) =>
          name === 'tableMatmul8'
            ? of.tableMatmul8(a, w, t, sums, 1, 1, 1, weightBits)
            : of.tableMatmul4(a, w, t, sums, 1, 1, 1, actBits, weightBits),
        ).buffers[3];
      for (const name of ['tableMatmul8', 'tableMatmul4'] as const) {
        expect([...new Int32Array(run(name) ?? new ArrayBuffer(0))]).toEqual([77]);
      }
    }
  });

  it('refuses what it cannot compute', () => {
    expect(() => wasm.kernels.tableMatmul4(0, 0, 0, 0, 1, 1, 1, 5, 4)).toThrow('more than 4 bits');
    expect(() => wasm.kernels.intMatmul(0, 0, 0, 1, 3, 1)).toThrow('k is odd');
  });
});
