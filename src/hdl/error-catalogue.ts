/** Every mistake the language can report. `docs/errors.md` is generated from this table; `test/errors` has one case per code. */

export interface CatalogueEntry {
  /** The mistake in a few words. */
  readonly title: string;
  /** Why it is an error, in one to three sentences. */
  readonly explanation: string;
  /** The smallest program that makes it. */
  readonly example: string;
  /** The same program, put right. */
  readonly fix: string;
}

export type ErrorCode = keyof typeof entries;

const entries = {
  HDL001: {
    title: 'Bad width',
    explanation: 'A type is at least one bit wide, and its width is a whole number.',
    example: 'uint(0)',
    fix: 'uint(1)',
  },
  HDL002: {
    title: 'Illegal name',
    explanation:
      'Names are printed exactly as written, so each is a Verilog identifier (a letter or _, then letters, digits, _) and no reserved word of Verilog or SystemVerilog.',
    example: "component('fifo', { in: { reg: bit }, out: {} }, …)",
    fix: "component('fifo', { in: { reg_in: bit }, out: {} }, …)",
  },
  HDL003: {
    title: 'Name clash',
    explanation:
      'Two things in one component have the same Verilog name. Nothing is renamed behind your back; names that differ only in upper and lower case clash too, because some tools do not tell them apart.',
    example: 'm.regs({ sum: uint(8) }); m.wires({ sum: uint(8) })',
    fix: 'm.regs({ sum: uint(8) }); m.wires({ sum_next: uint(8) })',
  },
  HDL004: {
    title: 'Value does not fit',
    explanation:
      'An assignment widens by itself and never drops bits. The driver has values that the target cannot hold.',
    example: 'return { acc: act.mul(weight) }  // acc is sint(12), the product needs 16',
    fix: 'return { acc: act.mul(weight).wrap(12) }  // or .saturate(12)',
  },
  HDL005: {
    title: 'Signed and unsigned mixed',
    explanation:
      'An unsigned target cannot take a signed value or a negative constant; the meaning of the top bit would change.',
    example: 'level.next = -1  // level is uint(4)',
    fix: 'level.next = 15',
  },
  HDL006: {
    title: 'Nothing drives it',
    explanation: 'An output, a wire or an input of an instance has no driver.',
    example: 'const { ready } = m.wires({ ready: bit }); return { q: ready }',
    fix: 'const { ready } = m.wires({ ready: bit }); ready.next = full.not(); return { q: ready }',
  },
  HDL007: {
    title: 'Two drivers',
    explanation:
      'A signal is assigned twice on one path. There is no "last assignment wins": that rule hides mistakes.',
    example: 'sum.next = a; sum.next = b',
    fix: 'm.when(select, () => { sum.next = a; }).otherwise(() => { sum.next = b; })',
  },
  HDL008: {
    title: 'Wire not driven on every path',
    explanation:
      'A wire has no memory: each path through when and switch must assign it, or it needs a default.',
    example: 'm.when(en, () => { grant.next = 1; })',
    fix: 'm.when(en, () => { grant.next = 1; }).otherwise(() => { grant.next = 0; })',
  },
  HDL009: {
    title: 'Combinational loop',
    explanation:
      'A signal depends on itself within one clock cycle. The message lists the named signals on the way round.',
    example: 'a.next = b.not(); b.next = a',
    fix: 'put a register into the loop: const { b } = m.regs({ b: bit })',
  },
  HDL010: {
    title: 'Never used',
    explanation:
      'An input, register, wire, label or memory has no reader. That is a forgotten connection more often than not. Unused outputs of instances are fine.',
    example: 'const { count } = m.regs({ count: uint(8) }); return {}',
    fix: 'delete it, or say that it is meant: m.unused(count)',
  },
  HDL011: {
    title: 'Port missing or unknown',
    explanation:
      'An instance gives a driver to every input of its component and to nothing else. TypeScript reports this where the types are known.',
    example: "pe('pe_0', { act })  // the component has the inputs act and weight",
    fix: "pe('pe_0', { act, weight })",
  },
  HDL012: {
    title: 'One name, two designs',
    explanation:
      'Two components with different contents have the same name, so they would be one Verilog module. Put the parameters that differ into the name.',
    example: "component('mac', …8 bits…); component('mac', …16 bits…)",
    fix: 'component(`mac_w${width}`, …)',
  },
  HDL013: {
    title: 'Bits outside the value',
    explanation: 'A slice reaches outside the value, or its upper bound is below its lower one.',
    example: 'act.bits(8, 0)  // act has 8 bits: 7..0',
    fix: 'act.bits(7, 0)',
  },
  HDL014: {
    title: 'Bad shift distance',
    explanation: 'A shift distance is a whole number, not negative; a dynamic one is an unsigned signal.',
    example: 'act.shl(-1)',
    fix: 'act.shr(1)',
  },
  HDL015: {
    title: 'Bad case in a switch',
    explanation: 'Two cases have the same value, or a case has a value that the subject never takes.',
    example: 'm.switch(state, …two cases with value 1…)',
    fix: 'one case per value',
  },
  HDL016: {
    title: 'Outside of a component',
    explanation:
      'Registers, wires, instances and assignments belong to the body of the component that runs now.',
    example: 'sum.next = 1  // after component(…) has returned',
    fix: 'move the statement into the body of the component',
  },
  HDL017: {
    title: 'Signal of another component',
    explanation: 'A component sees only its own signals. A value of another one enters through a port.',
    example: 'let leaked; …leaked = act in one body, leaked.add(1) in another…',
    fix: 'add an input port and connect it at the instance',
  },
  HDL018: {
    title: 'Address outside the memory',
    explanation: 'A constant address is not below the depth of the memory.',
    example:
      "const weights = m.rom('weights', sint(8), table); weights.read(m.constant(uint(5), 16))  // 16 words",
    fix: 'weights.read(m.constant(uint(4), 15))',
  },
  HDL019: {
    title: 'Bad memory',
    explanation:
      'A memory has at least one word and one field, and its initial contents are no longer than the memory and fit its fields.',
    example: "m.rom('sizes', uint(4), [1, 2, 16])",
    fix: "m.rom('sizes', uint(5), [1, 2, 16])",
  },
  HDL020: {
    title: 'Signal used as a JavaScript value',
    explanation:
      'A signal has no value while the hardware is being described, so a < b, a + b and `${a}` cannot work. if (signal) and a === b do not work either, but JavaScript lets nobody notice at run time: the lint rules of nomul/eslint do (docs/lint.md).',
    example: 'const smaller = a < b ? a : b',
    fix: 'const smaller = a.lt(b).mux(a, b)',
  },
  HDL021: {
    title: 'Branch after the last branch',
    explanation:
      'elseWhen and otherwise continue the when directly before them, and nothing follows otherwise.',
    example: 'const w = m.when(a, f); w.otherwise(g); w.otherwise(h)',
    fix: 'one otherwise per when',
  },
  HDL022: {
    title: 'Bad range',
    explanation: 'An assumed range is empty or lies outside the values the signal can have.',
    example: 'act.assumeRange(5, 3)',
    fix: 'act.assumeRange(3, 5)',
  },
  HDL023: {
    title: 'Unsynchronized clock crossing',
    explanation:
      'A value that changes with one clock is read by something that another clock drives. It may change at the very edge and be taken half old, half new.',
    example: 'm.inDomain(fast, () => { seen.next = level; })  // level belongs to the default domain',
    fix: 'm.inDomain(fast, () => { seen.next = synchronize(m, level); })  // words: asyncFifo',
  },
  HDL024: {
    title: 'Clock domain misused',
    explanation:
      'Each register and each memory is written in one clock domain, a domain is described once, and a synchronizer takes one bit (or a Gray code) straight from registers.',
    example: 'const { count } = m.regs({ count: uint(8) }); m.inDomain(fast, () => { count.next = 1; })',
    fix: 'm.inDomain(fast, () => { const { count } = m.regs({ count: uint(8) }); count.next = 1; })',
  },
  HDL025: {
    title: 'Stream consumed twice or not at all',
    explanation:
      'Whoever takes the beats of a stream drives its ready, so a stream has exactly one consumer. Two would each see only some beats.',
    example: 'return { y: x, z: x }  // x is a stream',
    fix: "const [y, z] = streams.fork(m, 'both', x, 2); return { y, z }",
  },
  HDL026: {
    title: 'State never entered',
    explanation:
      'No chain of assignments leads from the first state of a machine to this one, so it is a forgotten transition or dead hardware.',
    example: "m.states('state', ['idle', 'run', 'done'])  // nothing assigns 'done'",
    fix: "m.when(last, () => { state.next = 'done'; })",
  },
  HDL027: {
    title: 'Latencies mixed',
    explanation:
      'A component that declares its latency combines values that belong to different cycles of its inputs.',
    example: 'const product = m.delay(a.mul(b), 1); return { y: product.add(c) }  // c is one cycle early',
    fix: 'const late = m.align({ product, c }); return { y: late.product.add(late.c) }',
  },
  HDL028: {
    title: 'Latency does not hold',
    explanation:
      'An output leaves after another number of cycles than its component declares, or its latency cannot be known: it comes from registers that hold state, or from a register that nothing drives yet.',
    example:
      "component('twice', { in: { a }, out: { y }, latency: 2 }, ({ a }, m) => ({ y: m.delay(a, 1) }))",
    fix: "component('twice', { in: { a }, out: { y }, latency: 1 }, …)  // or m.latency(sum, 3) for a sum that is kept",
  },
  HDL029: {
    title: 'Fraction bits lost',
    explanation:
      'A fixed-point target has fewer fraction bits than its driver, a decimal is no multiple of the step, or one side has no binary point at all. Dropping fraction bits is rounding, and rounding is named.',
    example: 'return { y: a.mul(b) }  // y is fixed(16, 8), the product has 12 fraction bits',
    fix: "return { y: a.mul(b).round(8, 'halfEven').saturate(16) }",
  },
  HDL030: {
    title: 'Register never defined',
    explanation:
      'A register without reset and without power-up value starts unknown, and every value it is given depends on unknown ones again.',
    example: 'const { n } = m.regs({ n: uint(8) }, { reset: false }); n.next = n.add(1).wrap(8)',
    fix: 'const { n } = m.regs({ n: uint(8) })  // or load it: m.when(start, () => { n.next = 0; })',
  },
  HDL031: {
    title: 'Argument of another type',
    explanation:
      'A call got something that its TypeScript type excludes, through `any`, a cast or plain JavaScript. Where the argument is right, this is a fault of nomul: please report it.',
    example: 'm.regs({ sum: 8 as any })',
    fix: 'm.regs({ sum: uint(8) })',
  },
  HDL032: {
    title: 'Bad count',
    explanation: 'A number of stages or of elements is a whole number, not negative.',
    example: "m.pipe('stage', product, { stages: 1.5 })",
    fix: "m.pipe('stage', product, { stages: 2 })",
  },
} as const satisfies Record<string, CatalogueEntry>;

/** The registry by code. */
export const errorCatalogue: Readonly<Record<ErrorCode, CatalogueEntry>> = entries;
