/** What the array has no hardware for is refused with a code, the layer's name and what to do. */

import { describe, expect, it } from 'vitest';
import {
  AccelError,
  geometryFor,
  planArray,
  type AccelErrorCode,
  type ArrayOptions,
} from '../../src/accel/index.js';
import type { ConvLayer, IntegerLayer, IntegerNetwork, IntegerTensor, Product } from '../../src/nn/index.js';
import { circuitProduct } from './helpers/circuits.js';

const options: ArrayOptions = {
  rows: 4,
  columns: 4,
  taps: 2,
  requantizers: 4,
  activationMemory: 'block',
  multiplierStages: 1,
  memoryRegister: false,
  reloadable: false,
};

const tensor = (name: string, changes: Partial<IntegerTensor> = {}): IntegerTensor => ({
  name,
  shape: [3, 3, 2],
  bits: 8,
  signed: true,
  scale: 1,
  zeroPoint: 0,
  ...changes,
});

const conv = (name: string, input: string, output: string, changes: Partial<ConvLayer> = {}): ConvLayer => ({
  kind: 'conv',
  name,
  input,
  output,
  kernel: [1, 1],
  stride: [1, 1],
  padding: { top: 0, left: 0, bottom: 0, right: 0 },
  depthwise: false,
  weights: Int16Array.from([1, 0, 0, 1]),
  weightBits: 4,
  weightFormat: 'int',
  product: 'exact',
  bias: [0, 0],
  requantize: {
    multiplier: [1, 1],
    addend: [0, 0],
    shift: [1, 1],
    rounding: 'halfUp',
    zeroPoint: 0,
    lo: -128,
    hi: 127,
  },
  ...changes,
});

/** Exact products of 8-bit activations and 4-bit weights, but for one. */
const wrongAt = (index: number, product: number): Product => {
  const right = circuitProduct({ kind: 'exact' }, 8, 4);
  return right === 'exact' ? right : { ...right, table: right.table.with(index, product) };
};

const network = (
  layers: readonly IntegerLayer[],
  tensors: readonly IntegerTensor[] = [],
): IntegerNetwork => ({
  name: 'two_layers',
  input: 'x',
  output: 'z',
  inputTransform: { gain: 1, offset: 0, lo: -128, hi: 127 },
  tensors: Object.fromEntries(
    [tensor('x'), tensor('y'), tensor('z'), ...tensors].map((each) => [each.name, each]),
  ),
  layers,
});

const chain = (changes: Partial<ConvLayer>, ...tensors: IntegerTensor[]): IntegerNetwork =>
  network([conv('first', 'x', 'y'), conv('second', 'y', 'z', changes)], tensors);

const errorOf = (run: () => unknown): { readonly code: AccelErrorCode; readonly message: string } => {
  try {
    run();
  } catch (error) {
    if (error instanceof AccelError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

const { requantize } = conv('any', 'x', 'y');
if (requantize === undefined) throw new Error('the template requantizes');

describe('unsupported networks', () => {
  it('the template itself is supported', () => {
    expect(planArray(chain({}), options).jobs).toHaveLength(2);
  });

  it.each([
    {
      what: 'gemmlowp rounding',
      changes: { requantize: { ...requantize, rounding: 'gemmlowp' } },
      says: /layer second rounds like gemmlowp.*use halfUp/,
    },
    {
      what: 'powers of two beyond 2^7',
      changes: { weightFormat: 'powerOfTwo', weights: Int16Array.from([1, 0, -256, 1]), weightBits: 10 },
      says: /layer second has the power-of-two weight 2\^8.*at most 7.*or use int/,
    },
    {
      what: 'a product table that is too large',
      changes: { weightBits: 13, product: { table: [0], hash: 'h' } },
      says: /layer second has a product table of 8-bit activations \(y\) and 13-bit weights.*at most 20 bits/,
    },
  ] satisfies readonly { what: string; changes: Partial<ConvLayer>; says: RegExp }[])(
    '$what',
    ({ changes, says }) => {
      const { code, message } = errorOf(() => planArray(chain(changes), options));
      expect(code).toBe('ACC001');
      expect(message).toMatch(says);
    },
  );

  it.each([
    {
      what: 'that is not known',
      product: { table: [0], hash: 'h', circuit: { magnitude: { kind: 'magic' } } },
      says: /layer second: the circuit of its products is none that is known.*quantize the model again/,
    },
    {
      what: 'that does not compute the table',
      product: wrongAt(9 * 16 + 5, 44),
      says: /layer second: the circuit of its products gives 45 for 9 times 5, its table 44/,
    },
  ])('a circuit of products $what', ({ product, says }) => {
    const unsigned = tensor('y', { signed: false });
    const { code, message } = errorOf(() => planArray(chain({ product }, unsigned), options));
    expect(code).toBe('ACC001');
    expect(message).toMatch(says);
  });

  it('an intermediate activation above 16 bits', () => {
    const { code, message } = errorOf(() => planArray(chain({}, tensor('y', { bits: 17 })), options));
    expect(code).toBe('ACC002');
    expect(message).toMatch(/activation y has 17 bits.*at most 16.*quantize it/);
  });

  it.each(['add', 'maxPool'] as const)('an output above 16 bits after %s', (kind) => {
    const window = {
      kernel: [1, 1],
      stride: [1, 1],
      padding: { top: 0, left: 0, bottom: 0, right: 0 },
    } as const;
    const last: IntegerLayer =
      kind === 'maxPool'
        ? { kind, name: 'second', input: 'y', output: 'z', ...window }
        : {
            kind,
            name: 'second',
            inputs: ['y', 'y'],
            output: 'z',
            multiplierA: 1,
            multiplierB: 1,
            shift: 0,
            rounding: 'halfUp',
            zeroPoint: 0,
            lo: -9,
            hi: 9,
          };
    const { code, message } = errorOf(() =>
      planArray(network([conv('first', 'x', 'y'), last], [tensor('z', { bits: 17 })]), options),
    );
    expect(code).toBe('ACC002');
    expect(message).toMatch(/output z has 17 bits after .* second/);
  });

  it('a network without layers, or whose last layer does not make the output', () => {
    const empty = errorOf(() => planArray(network([]), options));
    expect(empty.code).toBe('ACC001');
    expect(empty.message).toContain('has no layers');
    const unordered = network([conv('second', 'x', 'z'), conv('first', 'x', 'y')]);
    const misplaced = errorOf(() => planArray(unordered, options));
    expect(misplaced.code).toBe('ACC001');
    expect(misplaced.message).toContain('layer first is last');
  });

  it('a scale that reloadable hardware cannot shift by', () => {
    const long = { ...requantize, multiplier: [32767, 32767], shift: [40, 40] };
    const reloadable = { ...options, reloadable: true };
    const { code, message } = errorOf(() => planArray(chain({ requantize: long }), reloadable));
    expect(code).toBe('ACC004');
    expect(message).toMatch(/layer second: .*shift 40.*build without --reloadable/);
    expect(() => planArray(chain({ requantize: long }), options)).not.toThrow();
  });
});

describe('array sizes', () => {
  it.each([0, 65, 1.5, -1, NaN])('%d rows or columns', (side) => {
    for (const [rows, columns] of [
      [side, 4],
      [4, side],
    ] as const) {
      const { code, message } = errorOf(() => geometryFor(rows, columns));
      expect(code).toBe('ACC003');
      expect(message).toContain(
        `${rows}x${columns} is not possible; rows and columns are integers from 1 to 64`,
      );
      expect(errorOf(() => planArray(chain({}), { ...options, rows, columns })).code).toBe('ACC003');
    }
  });

  it('every size from 1x1 to 64x64 keeps at least half of its PEs, in a word of at most twice the larger side', () => {
    const sides = Array.from({ length: 64 }, (_, index) => index + 1);
    const wrong = sides.flatMap((rows) =>
      sides.flatMap((columns) => {
        const used = geometryFor(rows, columns);
        const fits =
          used.rows <= rows && used.columns <= columns && used.lanes <= 2 * Math.max(rows, columns);
        const whole = used.lanes % used.rows === 0 && used.lanes % used.columns === 0;
        return fits && whole && used.rows * used.columns >= (rows * columns) / 2
          ? []
          : [`${rows}x${columns}`];
      }),
    );
    expect(wrong).toEqual([]);
  });
});
