/** One mistake of every kind of the catalogue, made inside an otherwise valid random component. */
import {
  array,
  bit,
  cat,
  clockDomain,
  component,
  fixed,
  sint,
  stream,
  streams,
  uint,
  type ErrorCode,
  type ModuleBuilder,
  type UInt,
} from '../../src/hdl/index.js';
import { choose, unsigned, type Value } from './operations.js';

/** What a mistake may use: the running component, its values (the first is an input), and a random number. */
export interface Scene {
  readonly m: ModuleBuilder;
  readonly values: readonly Value[];
  readonly n: number;
}

/** Makes the mistake; what it returns runs after the component has ended. */
export type Mistake = (scene: Scene) => (() => void) | undefined;

/** A statement as a mistake: nothing is left to do afterwards. */
const now =
  (make: (scene: Scene) => void): Mistake =>
  (scene) => {
    make(scene);
    return undefined;
  };

const asText = (value: unknown): string => String(value);
const some = ({ values, n }: Scene): UInt => unsigned(choose(values, n));
/** Every value of its width is possible. */
const input = ({ values }: Scene): UInt => unsigned(choose(values, 0));
/** A bit that is not known while the hardware is described. */
const flag = (scene: Scene): UInt => input(scene).bit(scene.n % input(scene).width);

const pass = (name: string, width: number) =>
  component(name, { in: { a: uint(width) }, out: { q: uint(width) } }, ({ a }) => ({ q: a }));

/** A register of some name, with a driver and a reader. */
function named(scene: Scene, name: string): void {
  const reg = choose(Object.values(scene.m.regs({ [name]: bit })), 0);
  reg.next = flag(scene);
  scene.m.unused(reg);
}

/** A signal of another component. */
function leaked(): UInt {
  const signals: UInt[] = [];
  component('leaky', { in: { a: bit }, out: { q: bit } }, ({ a }) => {
    signals.push(a);
    return { q: a };
  });
  return choose(signals, 0);
}

export const mistakes: Readonly<Record<ErrorCode, readonly Mistake[]>> = {
  HDL001: [now(({ n }) => void uint(-n)), now(({ n }) => void sint(n + 0.5))],
  HDL002: [
    now((s) => {
      const name = choose(['9lives', 'a b', 'wire', 'always', 'logic', 'x-y', ''], s.n);
      named(s, name);
    }),
  ],
  HDL003: [
    now((s) => named(s, 'in0')),
    now((s) => named(s, 'IN0')),
    now((s) => {
      named(s, 'twice');
      named(s, 'twice');
    }),
  ],
  HDL004: [
    now((s) => {
      const { narrow } = s.m.wires({ narrow: uint(input(s).width) });
      narrow.value = cat(input(s), some(s));
    }),
    now((s) => s.m.when(cat(input(s), some(s)), () => undefined)),
    now((s) => void s.m.regs({ start: uint(3) }, { reset: 8 + s.n })),
    now((s) => void some(s).add(s.n + 0.5)),
  ],
  HDL005: [
    now((s) => {
      const { level } = s.m.regs({ level: uint(4) });
      level.next = -1 - s.n;
    }),
    now((s) => {
      const { level } = s.m.wires({ level: uint(200) });
      // @ts-expect-error a signed signal
      level.value = input(s).asSint();
    }),
    now((s) => void some(s).add(-1 - s.n)),
  ],
  HDL006: [
    now((s) => s.m.unused(s.m.wires({ open: uint(1 + s.n) }).open)),
    now((s) => s.m.unused(s.m.regs({ open: sint(1 + s.n) }).open)),
    // @ts-expect-error an operand is missing
    now((s) => void some(s).add(undefined)),
  ],
  HDL007: [
    now((s) => {
      const { twice } = s.m.regs({ twice: bit });
      s.m.when(flag(s), () => (twice.next = 1));
      twice.next = 0;
    }),
  ],
  HDL008: [
    now((s) => {
      const { grant } = s.m.wires({ grant: bit });
      s.m.when(flag(s), () => (grant.value = 1));
      s.m.unused(grant);
    }),
    now((s) => {
      const { grant } = s.m.wires({ grant: bit });
      const wide = cat(input(s), some(s), input(s));
      s.m.switchValue(wide, [{ value: 0, body: () => (grant.value = 1) }]);
      s.m.unused(grant);
    }),
  ],
  HDL009: [
    now((s) => {
      const { left, right } = s.m.wires({ left: uint(5), right: uint(5) });
      left.value = right.not();
      right.value = flag(s).mux(left.add(1).wrap(5), 3);
    }),
  ],
  HDL010: [
    now((s) => {
      const { forgotten } = s.m.regs({ forgotten: uint(1 + s.n) });
      forgotten.next = 1;
    }),
    now((s) => s.m.label({ forgotten: input(s).not() })),
  ],
  HDL011: [
    // @ts-expect-error the input is missing
    now(() => void pass('pass', 4)('gap', {})),
    // @ts-expect-error no such input
    now((s) => void pass('pass', 1)('gap', { a: flag(s), b: 0 })),
  ],
  HDL012: [
    now((s) => {
      const [a, b] = [pass('same', 1 + (s.n % 50)), pass('same', 60)];
      s.m.unused(a('one', { a: 0 }).q, b('two', { a: 0 }).q);
    }),
  ],
  HDL013: [
    now((s) => void some(s).bits(some(s).width + s.n, 0)),
    now((s) => void some(s).bits(0, 1)),
    now((s) => void some(s).bit(-1 - s.n)),
  ],
  HDL014: [now((s) => void some(s).shl(-1 - s.n)), now((s) => void some(s).shr(s.n + 0.5))],
  HDL015: [
    now((s) => {
      const subject = cat(input(s), some(s));
      const body = (): void => undefined;
      s.m.switchValue(subject, [
        { value: s.n % 2, body },
        { value: s.n % 2, body },
      ]);
    }),
    now((s) => s.m.switchValue(flag(s), [{ value: 2 + s.n, body: () => undefined }])),
  ],
  HDL016: [
    (s) => () => void s.m.regs({ late: bit }),
    (s) => () => s.m.when(flag(s), () => undefined),
    () => () => void pass('alone', 4)('nowhere', { a: 1 }),
  ],
  HDL017: [now((s) => void some(s).add(leaked())), now((s) => s.m.when(leaked(), () => undefined))],
  HDL018: [
    now((s) => {
      const memory = s.m.memory('small', { word: bit, depth: 4, init: [[1]] });
      s.m.unused(memory.readNow(s.m.constant(uint(16), 4 + s.n)));
    }),
  ],
  HDL019: [
    now((s) => void s.m.memory('none', { word: bit, depth: -s.n })),
    now((s) => void s.m.memory('full', { word: bit, depth: 1, init: [[0, 1]] })),
    now((s) => void s.m.memory('small', { word: bit, depth: 4, init: [[2 + s.n]] })),
    now((s) => void s.m.memory('extra', { word: bit, depth: 4, init: [[1], [1]] })),
  ],
  HDL020: [now((s) => void Number(some(s))), now((s) => void asText(some(s)))],
  HDL021: [
    now((s) => {
      const chain = s.m.when(flag(s), () => undefined);
      chain.otherwise(() => undefined);
      chain.otherwise(() => undefined);
    }),
    now((s) => {
      const chain = s.m.when(flag(s), () => undefined);
      chain.otherwise(() => undefined);
      chain.elseWhen(flag(s), () => undefined);
    }),
  ],
  HDL022: [now((s) => void some(s).assumeRange(5 + s.n, 3))],
  HDL023: [
    now((s) => {
      const { slow } = s.m.regs({ slow: bit });
      slow.next = flag(s);
      s.m.inDomain(clockDomain('fast'), () => {
        const { quick } = s.m.regs({ quick: bit });
        quick.next = slow.and(quick.not());
      });
    }),
  ],
  HDL024: [
    now((s) => {
      const { slow } = s.m.regs({ slow: bit });
      s.m.inDomain(clockDomain('fast'), () => (slow.next = slow.not()));
    }),
  ],
  HDL025: [
    now(({ n }) => {
      const beat = stream(uint(1 + n));
      component('both', { in: { x: beat }, out: { y: beat, z: beat } }, ({ x }, m) => ({
        y: streams.skid(m, 'left', x),
        z: streams.skid(m, 'right', x),
      }));
    }),
  ],
  HDL026: [
    now((s) => {
      const door = s.m.states('door', ['shut', 'open', 'broken']);
      s.m.switch(door, {
        shut: () => s.m.when(flag(s), () => (door.next = 'open')),
        open: () => s.m.when(flag(s), () => (door.next = 'shut')),
        broken: () => (door.next = 'shut'),
      });
      s.m.unused(door.is('open'));
    }),
  ],
  HDL027: [
    now(({ n }) => {
      const face = { in: { a: uint(1 + n), b: uint(8) }, out: { y: uint(9 + n) }, latency: 1 };
      component('early', face, ({ a, b }, m) => ({ y: m.delay(a, 1).add(b) }));
    }),
  ],
  HDL028: [
    now(({ n }) => {
      const face = { in: { a: uint(8) }, out: { y: uint(8) }, latency: 2 + n };
      component('late', face, ({ a }, m) => ({ y: m.delay(a, 1) }));
    }),
  ],
  HDL029: [
    now(({ n }) => {
      const face = { in: { a: fixed(8, 7) }, out: { y: fixed(20 + n, 13) } };
      component('cut', face, ({ a }) => ({ y: a.mul(a) }));
    }),
  ],
  HDL030: [
    now((s) => {
      const { n } = s.m.regs({ n: uint(1 + s.n) }, { reset: false });
      n.next = n.add(1).wrap(n.width);
    }),
  ],
  HDL031: [
    now((s) => {
      // @ts-expect-error -- plain JavaScript may pass it
      s.m.regs({ odd: s.n });
    }),
  ],
  HDL032: [
    now((s) => void s.m.pipe('late', input(s), { stages: s.n + 0.5 })),
    now(({ n }) => void array(-n, bit)),
  ],
};
