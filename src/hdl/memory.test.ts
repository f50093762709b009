import { describe, expect, it } from 'vitest';
import { cosimulate, randomStimulus, runIcarus, simulate, sourceOf } from '../sim/index.js';
import { lookForTool } from '../tools/index.js';
import { lintFast, yosysLog } from '../../test/helpers/lint.js';
import {
  bit,
  component,
  emitVerilog,
  HdlError,
  sint,
  uint,
  type MemoryOptions,
  type UIntType,
} from './index.js';

const depth = 10;
const lanes = 3;

/** Lanes, two writers of which the later one wins, new data, and addresses past the end, all at once. */
const busy = component(
  'busy',
  {
    in: {
      en: bit,
      at: uint(4),
      we: bit,
      wa: uint(4),
      d: uint(12),
      mask: uint(lanes),
      wf: bit,
      wb: uint(4),
      e: uint(12),
    },
    out: { q: uint(12), now: uint(12) },
  },
  ({ en, at, we, wa, d, mask, wf, wb, e }, m) => {
    const words = m.memory('words', {
      word: uint(12),
      depth,
      lanes,
      init: (address) => 300 * address,
      readDuringWrite: 'new',
      outOfRange: 'zero',
    });
    const q = words.read(at, en);
    words.write(wa, d, { enable: we, mask });
    m.when(wf, () => words.write(wb, e));
    return { q, now: words.readNow(at) };
  },
);

/** Addresses of more bits than the depth needs, where it does not matter what they touch then. */
const cut = component(
  'cut',
  {
    in: { at: uint(12), data: uint(12), wa: uint(12), we: bit },
    out: { four: uint(12), one: uint(12) },
  },
  ({ at, data, wa, we }, m) => {
    const options = { word: uint(12), outOfRange: 'any', init: () => 7 } as const;
    const quad = m.memory('quad', { ...options, depth: 4 });
    const single = m.memory('single', { ...options, depth: 1 });
    for (const memory of [quad, single]) memory.write(wa, data, { enable: we });
    return { four: quad.read(at), one: single.readNow(at) };
  },
);

/** Two ports that read and write one memory, which never write the same word. */
const dual = (wordWidth: number, addressBits: number) =>
  component(
    'dual',
    {
      in: {
        wa: bit,
        a: uint(addressBits),
        da: uint(wordWidth),
        wb: bit,
        b: uint(addressBits),
        db: uint(wordWidth),
      },
      out: { qa: uint(wordWidth), qb: uint(wordWidth) },
    },
    ({ wa, a, da, wb, b, db }, m) => {
      const words = m.memory('words', {
        word: uint(wordWidth),
        depth: 2 ** addressBits,
        readDuringWrite: 'any',
        writeCollision: 'never',
      });
      words.write(a, da, { enable: wa });
      words.write(b, db, { enable: wb });
      return { qa: words.read(a, wa.not()), qb: words.read(b, wb.not()) };
    },
  );
const dualSmall = dual(8, 4);

const tables = component(
  'tables',
  { in: { at: uint(3) }, out: { y: sint(8), re: sint(6), im: uint(3) } },
  ({ at }, m) => {
    const pairs = m.memory('pairs', {
      word: { re: sint(6), im: uint(3) },
      depth: 8,
      init: (address) => ({ re: address - 4, im: 7 - address }),
    });
    const { re, im } = pairs.read(at);
    return { y: m.rom('sine', sint(8), Int8Array.of(0, 90, 127, 90, 0, -90, -127, -90)).read(at), re, im };
  },
);

const top = component(
  'memories',
  {
    in: {
      x: {
        en: bit,
        at: uint(4),
        we: bit,
        wa: uint(4),
        d: uint(12),
        mask: uint(lanes),
        wf: bit,
        wb: uint(4),
        e: uint(12),
      },
    },
    out: {
      q: uint(12),
      now: uint(12),
      qa: uint(8),
      qb: uint(8),
      four: uint(12),
      one: uint(12),
      y: sint(8),
      re: sint(6),
      im: uint(3),
    },
  },
  ({ x }) => {
    const [a, b] = [x.wa, x.wa.xor(1)];
    return {
      ...cut('u_cut', { at: x.d, data: x.e, wa: x.e, we: x.we }),
      ...busy('u_busy', x),
      ...dualSmall('u_dual', { wa: x.we, a, da: x.d.bits(7, 0), wb: x.wf, b, db: x.e.bits(7, 0) }),
      ...tables('u_tables', { at: x.at.bits(2, 0) }),
    };
  },
).design;

const cycles = 1500;
const messageOf = (program: () => unknown): string => {
  try {
    program();
  } catch (error) {
    if (error instanceof HdlError) return `${error.code}: ${error.sentence}`;
    throw error;
  }
  return 'nothing';
};

describe('memories', () => {
  it('write lanes, pass new words to readers, and read 0 past their end, like a model', () => {
    const stimulus = randomStimulus(busy.design, cycles, 5);
    const recorded = simulate(busy.design).run(cycles, stimulus);
    const words = Array.from({ length: depth }, (_, address) => BigInt(300 * address));
    const nibbles = [0, 1, 2].map((lane) => 15n << BigInt(4 * lane));
    let q: bigint | undefined;
    for (let cycle = 0; cycle < cycles; cycle++) {
      const input = (name: string): bigint => stimulus[name]?.[cycle] ?? 0n;
      const at = Number(input('at'));
      expect(BigInt(recorded['now']?.[cycle] ?? -1), `now in cycle ${cycle}`).toBe(words[at] ?? 0n);
      if (q !== undefined) expect(BigInt(recorded['q']?.[cycle] ?? -1), `q in cycle ${cycle}`).toBe(q);
      const [wa, wb] = [Number(input('wa')), Number(input('wb'))];
      const taken = nibbles.reduce(
        (bits, lane, i) => ((input('mask') >> BigInt(i)) & 1n ? bits | lane : bits),
        0n,
      );
      const before = words[wa];
      if (input('we') === 1n && before !== undefined) words[wa] = (before & ~taken) | (input('d') & taken);
      if (input('wf') === 1n && wb < depth) words[wb] = input('e');
      if (input('en') === 1n) q = words[at] ?? 0n;
    }
  });

  it('are the same in Verilator and Icarus, and lint finds nothing to say', async () => {
    expect(lintFast(emitVerilog(top).files, 'memories')).toBe('');
    const found = await Promise.all(
      (['verilator', 'iverilog', 'vvp'] as const).map((name) => lookForTool(name)),
    );
    if (found.some((tool) => tool.found === undefined)) {
      console.warn('co-simulation of memories skipped: verilator, iverilog or vvp is missing');
      return;
    }
    const results = await cosimulate(top, { cycles, simulators: ['verilator', 'icarus'] });
    for (const { simulator, mismatches, first } of results)
      expect({ simulator, mismatches, first }).toEqual({ simulator, mismatches: 0, first: undefined });
  }, 300_000);

  it('end a simulation that goes past their end, or writes a word twice, where that never happens', async () => {
    const strict = component('strict', { in: { at: uint(4) }, out: { q: uint(4) } }, ({ at }, m) => ({
      q: m.rom('squares', uint(4), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).read(at),
    })).design;
    const stimulus = { rst: [0, 0, 0, 0, 0], at: [9, 3, 10, 1, 1] };
    expect(() => simulate(strict).run(5, stimulus)).toThrow('an address of squares is past its 10 words');
    if ((await lookForTool('iverilog')).found !== undefined) {
      const recorded = await runIcarus(sourceOf(strict), 5, stimulus);
      expect(recorded.message).toContain('an address of squares is past its 10 words');
    }
    const both = { rst: [0], wa: [1], wb: [1], a: [3], b: [3], da: [0], db: [0] };
    expect(() => simulate(dualSmall.design).run(1, both)).toThrow('two ports write one word of words');
  });

  it('refuse lanes, masks and contents that do not fit', () => {
    const made =
      (options: Partial<MemoryOptions<UIntType>>, maskWidth = 2) =>
      (): unknown =>
        component(
          'wrong',
          { in: { a: uint(2), mask: uint(maskWidth) }, out: { q: uint(8) } },
          ({ a, mask }, m) => {
            const words = m.memory('words', { word: uint(8), depth: 4, ...options });
            words.write(a, 1, { mask });
            return { q: words.read(a) };
          },
        );
    expect(messageOf(made({ lanes: 3 }))).toBe('HDL019: a word of memory words has no 3 equal lanes');
    expect(messageOf(made({ lanes: 4 }))).toBe('HDL019: memory words has 4 lanes and got 2 write enables');
    expect(messageOf(made({ lanes: 2, init: (address) => address / 2 }))).toBe(
      'HDL019: word 1 of words starts as 0.5',
    );
    expect(messageOf(made({ lanes: 2, init: (address) => 100 * address }))).toBe(
      'HDL019: word 3 of words starts as 300, outside 0..255',
    );
    expect(messageOf(made({ lanes: 2 }))).toBe('nothing');
  });
});

/** Yosys in WebAssembly needs some ten seconds, on a busy machine minutes. */
const synthesisLimitMs = 600_000;

it(
  'lanes become the byte enables of one block RAM, two ports its two ports, with no registers beside it',
  async () => {
    const bytes = component(
      'bytes',
      { in: { mask: uint(2), wa: uint(8), ra: uint(8), d: uint(16) }, out: { q: uint(16) } },
      ({ mask, wa, ra, d }, m) => {
        const words = m.memory('words', { word: uint(16), depth: 256, lanes: 2, readDuringWrite: 'any' });
        words.write(wa, d, { mask });
        return { q: words.read(ra) };
      },
    );
    const files = [bytes, dual(18, 10)].flatMap(({ design }) => emitVerilog(design).files);
    const runs = [
      ['bytes', 'ice40'],
      ['bytes', 'ecp5'],
      ['dual', 'ecp5'],
    ].map(
      ([name = '', flow = '']) =>
        `read_verilog ${name}.v; synth_${flow} -top ${name} -run begin:map_ffs; opt_clean; stat; design -reset`,
    );
    const log = await yosysLog(files, runs.join('; '));
    const reports = log.split('=== ').filter((part) => /^(bytes|dual) ===/.test(part));
    // A write enable for the whole word is the OR of those of its lanes, and iCE40's are active low.
    const cells = reports.map((part) =>
      [...part.matchAll(/^ +(\S+) +(\d+)$/gm)]
        .map(([, cell, count]) => `${count ?? ''} ${cell ?? ''}`)
        .filter((cell) => !/\$_(NOT|OR)_$/.test(cell)),
    );
    expect(cells).toEqual([['1 SB_RAM40_4K'], ['1 DP16KD'], ['1 DP16KD']]);
  },
  synthesisLimitMs,
);

it('the address of a memory of one word counts as used, though no bit of it matters', () => {
  const single = component('single', { in: { at: uint(3) }, out: { q: uint(4) } }, ({ at }, m) => {
    const words = m.memory('words', { word: uint(4), depth: 1, init: [[9]], outOfRange: 'any' });
    return { q: words.read(at) };
  });
  expect(lintFast(emitVerilog(single.design).files, 'single')).toBe('');
  const sim = simulate(single.design);
  sim.poke('at', 5);
  sim.step();
  expect(sim.peek('q')).toBe(9n);
});
