/** Design D of ../shared/bench/simulators: two line buffers, a 3 x 3 window, a constant convolution, a state machine with stalls. */
import { cat, component, sint, uint, type ModuleBuilder, type SInt, type UInt } from '../../src/hdl/index.js';
import { xorshift, zero } from './xorshift.js';

const columns = 64;
const rows = 32;
const kernel = [
  [17, -34, 51],
  [-8, 127, -64],
  [33, 5, -9],
] as const;

/** Walks over frames: waits, fills two lines, streams the others, waits. Pixels are taken while it says `shift`. */
const frames = (m: ModuleBuilder, valid: UInt): { state: UInt; column: UInt; shift: UInt } => {
  const { state, timer, column, row } = m.regs(
    { state: uint(2), timer: uint(4), column: uint(6), row: uint(5) },
    zero,
  );
  const shift = valid.and(state.eq(1).or(state.eq(2)));
  m.label({ shift });
  const advance = (): void => {
    m.when(shift, () => {
      m.when(column.eq(columns - 1), () => {
        column.next = 0;
        row.next = row.add(1).wrap(5);
        m.when(state.eq(1).and(row.eq(1)), () => {
          state.next = 2;
        }).elseWhen(state.eq(2).and(row.eq(rows - 1)), () => {
          state.next = 3;
        });
      }).otherwise(() => {
        column.next = column.add(1).wrap(6);
      });
    });
  };
  const count = (end: number, body: () => void): void => {
    m.when(timer.eq(end), () => {
      timer.next = 0;
      body();
    }).otherwise(() => {
      timer.next = timer.add(1).wrap(4);
    });
  };
  const start = (): void => {
    state.next = 1;
    column.next = 0;
    row.next = 0;
  };
  m.switchValue(state, [
    { value: 0, body: () => count(15, start) },
    { value: 1, body: advance },
    { value: 2, body: advance },
    {
      value: 3,
      body: () =>
        count(7, () => {
          state.next = 0;
        }),
    },
  ]);
  return { state, column, shift };
};

/** The 3 x 3 pixels behind the present one, through two lines of memory, times the kernel. */
const products = (m: ModuleBuilder, pixel: SInt, column: UInt, shift: UInt): readonly SInt[] => {
  const line = (name: string, data: SInt): SInt => {
    const memory = m.memory(name, { word: sint(8), depth: columns, init: [[]], initStyle: 'inline' });
    memory.write(column, data, { enable: shift });
    return memory.readNow(column);
  };
  const previous = line('line0', pixel);
  const sources = [line('line1', previous), previous, pixel];
  const { window, product } = m.regs(
    {
      window: kernel.map((taps) => taps.map(() => sint(8))),
      product: kernel.map((taps) => taps.map(() => sint(16))),
    },
    zero,
  );
  m.when(shift, () => {
    window.forEach((taps, i) => {
      taps.forEach((tap, j) => {
        tap.next = taps[j + 1] ?? sources[i] ?? pixel;
      });
    });
  });
  return product.flatMap((taps, i) =>
    taps.map((register, j) => {
      register.next = (window[i]?.[j] ?? pixel).mul(kernel[i]?.[j] ?? 0);
      return register;
    }),
  );
};

export const lineBuffer = () =>
  component('top', { in: {}, out: { checksum: uint(32) } }, (_, m) => {
    const { lfsr, fold } = xorshift(m);
    const { state, column, shift } = frames(m, lfsr.bits(7, 5).ne(0));
    const terms = products(m, lfsr.bits(15, 8).asSint(), column, shift);
    const { valid1, valid2, valid3, valid4, sum, pixel } = m.regs(
      { valid1: uint(1), valid2: uint(1), valid3: uint(1), valid4: uint(1), sum: sint(20), pixel: uint(8) },
      zero,
    );
    valid1.next = shift.and(state.eq(2)).and(column.gt(1));
    valid2.next = valid1;
    valid3.next = valid2;
    valid4.next = valid3;
    sum.next = terms.reduce<SInt>((partial, term) => partial.add(term), m.constant(sint(1), 0));
    const rounded = sum.add(128).wrap(20).shr(8);
    m.label({ rounded });
    pixel.next = rounded
      .lt(0)
      .mux(m.constant(uint(8), 0), rounded.gt(255).mux(m.constant(uint(8), 255), rounded.bits(7, 0)));
    const zeros = (width: number): UInt => m.constant(uint(width), 0);
    const shown = valid4.mux(pixel, 0);
    return { checksum: fold(cat(zeros(14), state, zeros(7), valid4, shown)) };
  });
