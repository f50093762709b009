import { describe, expect, it } from 'vitest';
import { emptyDesign } from '../../../test/helpers/random-design.js';
import { lintFast, yosysLog } from '../../../test/helpers/lint.js';
import { Graph } from '../graph.js';
import {
  bit,
  component,
  emitVerilog,
  HdlError,
  uint,
  type Design,
  type Emitted,
  type InputNode,
  type Port,
} from '../index.js';

const hold = (width: number) =>
  component('hold', { in: { d: uint(width) }, out: { q: uint(width) } }, ({ d }, m) => {
    const { kept } = m.regs({ kept: uint(width) });
    kept.next = d;
    return { q: kept };
  });

const pair = (widthA: number, widthB: number) => {
  const [a, b] = [hold(widthA), hold(widthB)];
  return component('pair', { in: { d: uint(4) }, out: { q: uint(4) } }, ({ d }) => ({
    q: b('second', { d: a('first', { d: d.wrap(widthA) }).q.wrap(widthB) }).q.wrap(4),
  }));
};

describe('emitVerilog', () => {
  it('emits equal designs once, what is instantiated first', () => {
    expect(emitVerilog(pair(4, 4).design).files.map(({ name }) => name)).toEqual(['hold.v', 'pair.v']);
  });

  it('gives the same bytes again', () => {
    expect(emitVerilog(pair(4, 4).design)).toEqual(emitVerilog(pair(4, 4).design));
  });

  it('refuses two different designs of one name', () => {
    expect(() => pair(4, 3)).toThrow(HdlError);
    const { design } = pair(4, 4);
    const other = hold(3).design;
    const mixed = {
      ...design,
      instances: design.instances.map((instance, i) => (i === 0 ? { ...instance, design: other } : instance)),
    };
    expect(() => emitVerilog(mixed)).toThrow(/HDL012/);
  });

  it('writes the image folder before image names', () => {
    const { design } = component('tables', { in: { a: uint(2) }, out: { q: uint(4) } }, ({ a }, m) => ({
      q: m.memory('words', { word: uint(4), depth: 4, init: [[1, 2, 3, 15]] }).read(a),
    }));
    const files = emitVerilog(design, { imageFolder: 'mem/' }).files;
    expect(files[0]).toEqual({ name: 'tables.words.hex', text: '1\n2\n3\nf\n' });
    expect(files[1]?.text).toContain('$readmemh("mem/tables.words.hex", words);');
  });

  it('cuts an expression of 100,000 operations into short lines', () => {
    const lines = emitVerilog(chain(100_000)).files[0]?.text.split('\n') ?? [];
    expect(lines.length).toBeGreaterThan(100_000 / 50);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(500);
    expect(lintFast(emitVerilog(chain(3000)).files, 'deep')).toBe('');
  });
});

/** One expression of `operations` sums and exclusive ors. */
function chain(operations: number): Design {
  const graph = new Graph();
  const type = { signed: false, width: 8 };
  const input = (name: string): InputNode => ({
    kind: 'input',
    id: graph.nextId(),
    name,
    type,
    lo: 0n,
    hi: 255n,
  });
  const [a, b] = [input('a'), input('b')];
  let sum = graph.bitwise('xor', a, b);
  for (let i = 0; i < operations; i++) {
    sum =
      i % 2 === 0 ? graph.cast(graph.arithmetic('add', sum, b, false), type) : graph.bitwise('xor', sum, a);
  }
  const port = (node: InputNode): Port => ({ name: node.name, direction: 'in', type, driver: node });
  return {
    ...emptyDesign('deep'),
    ports: [port(a), port(b), { name: 'y', direction: 'out', type, driver: sum }],
  };
}

const ram = (name: string, readDuringWrite: 'old' | 'never'): Emitted =>
  emitVerilog(
    component(
      name,
      { in: { we: bit, re: bit, wa: uint(9), ra: uint(9), d: uint(8) }, out: { q: uint(8) } },
      ({ we, re, wa, ra, d }, m) => {
        const memory = m.memory('words', { word: uint(8), depth: 512, init: [[3, 1, 4]], readDuringWrite });
        memory.write(wa, d, { enable: we });
        return { q: memory.read(ra, re) };
      },
    ).design,
  );

const contents = Array.from({ length: 512 }, (_, i) => i % 251);
const rom = emitVerilog(
  component('rom', { in: { a: uint(9) }, out: { q: uint(8) } }, ({ a }, m) => ({
    q: m.memory('words', { word: uint(8), depth: 512, init: [contents] }).read(a),
  })).design,
);

/** Yosys in WebAssembly needs some ten seconds, on a busy machine minutes. */
const synthesisLimitMs = 600_000;

describe('memories become block RAM', () => {
  // One run of Yosys for all of them: starting it costs more than the work.
  it.each([
    ['ice40', '1 SB_RAM40_4K'],
    ['ecp5', '1 DP16KD'],
  ])(
    'on %s, with logic beside it only where the old word must come out',
    async (flow, cell) => {
      const files = [rom, ram('never', 'never'), ram('old', 'old')].flatMap((emitted) => emitted.files);
      const runs = ['rom', 'never', 'old'].map(
        (top) =>
          `read_verilog ${top}.v; synth_${flow} -top ${top} -run begin:map_ffs; opt_clean; stat; design -reset`,
      );
      const log = await yosysLog(files, runs.join('; '));
      const reports = log.split('=== ').filter((part) => /^(rom|never|old) ===/.test(part));
      const cells = reports.map((part) =>
        [...part.matchAll(/^ +(\S+) +(\d+)$/gm)].map(([, name, count]) => `${count ?? ''} ${name ?? ''}`),
      );
      expect(cells.slice(0, 2)).toEqual([[cell], [cell]]);
      expect(cells[2]).toContain(cell);
    },
    synthesisLimitMs,
  );

  it('with a promise that lint accepts', () => {
    expect(lintFast(ram('never', 'never').files, 'never')).toBe('');
  });
});
