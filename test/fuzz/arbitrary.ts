/** fast-check generators of whole random Designs. */
import fc from 'fast-check';
import {
  opNames,
  type Branch,
  type LiteralRecipe,
  type MemoryStep,
  type ModuleRecipe,
  type OpStep,
  type Pick,
  type Program,
  type RegRecipe,
  type Step,
  type Tree,
  type TypeRecipe,
  type WireRecipe,
  type WriteRecipe,
} from './program.js';

/** Mostly what was made last, so that expressions grow deep. */
const pick: fc.Arbitrary<Pick> = fc.oneof(
  { weight: 3, arbitrary: fc.nat(4) },
  { weight: 2, arbitrary: fc.nat(60) },
);
const flag = fc.boolean();
const often = (weight: number): fc.Arbitrary<boolean> => fc.nat(9).map((n) => n < weight);

/** Absent half of the time. */
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined, freq: 1 });

const width = (limit: number): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant(1) },
    { weight: 6, arbitrary: fc.integer({ min: 2, max: 16 }) },
    { weight: 3, arbitrary: fc.constantFrom(7, 8, 15, 16, 31, 32, 33, 63, 64, 65, 70) },
    { weight: 3, arbitrary: fc.integer({ min: 17, max: 70 }) },
    { weight: limit > 70 ? 2 : 0, arbitrary: fc.integer({ min: 1, max: limit }) },
  );
const typeOf = (limit: number): fc.Arbitrary<TypeRecipe> => fc.record({ signed: flag, width: width(limit) });
const literal: fc.Arbitrary<LiteralRecipe> = fc.record({
  kind: fc.nat(6),
  bits: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
});

const op: fc.Arbitrary<OpStep> = fc.record({
  kind: fc.constant('op'),
  op: fc.constantFrom(...opNames),
  operands: fc.tuple(pick, pick, pick, pick),
  n: fc.nat(9999),
  label: often(1),
});

const { tree } = fc.letrec<{ tree: Tree; branch: Branch }>((tie) => ({
  tree: fc.record({
    here: fc.nat(255),
    values: fc.array(pick, { minLength: 1, maxLength: 4 }),
    assertion: often(1),
    branch: fc.option(tie('branch'), { depthSize: 'small', maxDepth: 3, nil: undefined, freq: 3 }),
  }),
  branch: fc.record({
    kind: fc.constantFrom('when', 'switch'),
    bodies: fc.array(fc.record({ select: pick, body: tie('tree') }), { minLength: 1, maxLength: 4 }),
    subject: pick,
    otherwise: maybe(tie('tree')),
  }),
}));

const write: fc.Arbitrary<WriteRecipe> = fc.record({
  address: pick,
  data: fc.array(pick, { minLength: 1, maxLength: 3 }),
  enable: maybe(pick),
  mask: maybe(fc.array(pick, { minLength: 1, maxLength: 3 })),
  when: maybe(pick),
});

const memory = (limit: number): fc.Arbitrary<MemoryStep> =>
  fc.record({
    kind: fc.constant('memory'),
    fields: fc.array(typeOf(limit), { minLength: 1, maxLength: 3 }),
    depth: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(2, 4, 16, 32, 100)),
    inline: flag,
    readDuringWrite: fc.constantFrom('old', 'old', 'any'),
    reads: fc.array(fc.record({ sync: flag, address: pick, enable: maybe(pick) }), {
      minLength: 1,
      maxLength: 2,
    }),
    writes: fc.array(write, { maxLength: 2 }),
    init: maybe(fc.array(literal, { minLength: 1, maxLength: 8 })),
  });

const step = (limit: number): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 22, arbitrary: op },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('literal'), type: typeOf(limit), value: literal }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('control'), tree }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('states'),
        count: fc.integer({ min: 2, max: 5 }),
        conditions: fc.array(pick, { minLength: 1, maxLength: 5 }),
        jumps: fc.array(fc.nat(4), { minLength: 1, maxLength: 5 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('pipe'),
        of: pick,
        stages: fc.integer({ min: 1, max: 3 }),
        reset: flag,
        enable: maybe(pick),
      }),
    },
    { weight: 2, arbitrary: memory(limit) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('instance'),
        module: fc.nat(5),
        inputs: fc.array(pick, { minLength: 1, maxLength: 6 }),
      }),
    },
  );

const reg = (limit: number): fc.Arbitrary<RegRecipe> =>
  fc.record({
    type: typeOf(limit),
    reset: fc.oneof(literal, literal, fc.constant(false as const)),
    powerUp: maybe(literal),
    driver: fc.nat(9),
  });

const wire = (limit: number): fc.Arbitrary<WireRecipe> =>
  fc.record({ type: typeOf(limit), default: maybe(literal), driver: fc.nat(9) });

const module = (limit: number, maxSteps: number): fc.Arbitrary<ModuleRecipe> =>
  fc.record({
    inputs: fc.array(typeOf(limit), { minLength: 1, maxLength: 6 }),
    regs: fc.array(reg(limit), { maxLength: 4 }),
    wires: fc.array(wire(limit), { maxLength: 3 }),
    steps: fc.array(step(limit), { minLength: 1, maxLength: maxSteps, size: 'max' }),
    outputs: fc.array(pick, { maxLength: 5 }),
    widthLimit: fc.constantFrom(70, limit + 16),
  });

const programOf = (limit: number, maxSteps: number): fc.Arbitrary<Program> =>
  fc.record({
    modules: fc.array(module(limit, maxSteps), { minLength: 1, maxLength: 4, size: 'max' }),
    stimulus: fc.nat(),
  });

/** Whole Designs: widths mostly 1..70, one in twelve up to 300 bits, one in fifty up to 4,096. */
export const program: fc.Arbitrary<Program> = fc.oneof(
  { weight: 44, arbitrary: programOf(70, 20) },
  { weight: 4, arbitrary: programOf(300, 12) },
  { weight: 1, arbitrary: programOf(4096, 6) },
);
