import { describe, expect, it } from 'vitest';
import {
  array,
  bit,
  component,
  emitVerilog,
  flipped,
  HdlError,
  sint,
  stream,
  uint,
  type Design,
  type UIntWire,
} from './index.js';

const bus = { address: uint(4), data: flipped(sint(8)), wait: flipped({ busy: bit }) };

/** Answers a bus: a flipped member of `in` is an output. */
const responder = component('responder', { in: { bus }, out: {} }, ({ bus: { address, data, wait } }) => {
  data.value = address.toSint();
  wait.busy.value = address.eq(3);
  return {};
});

/** Asks: a flipped member of `out` is an input that drives a wire of the body. */
const asker = component('asker', { in: {}, out: { bus, seen: sint(8) } }, (_, m) => {
  const { data, busy } = m.wires({ data: sint(8), busy: bit });
  const { address } = m.regs({ address: uint(4) });
  m.when(busy.not(), () => {
    address.next = address.add(1).wrap(4);
  });
  return { bus: { address, data, wait: { busy } }, seen: data };
});

const pair = component('pair', { in: {}, out: { seen: sint(8) } }, () => {
  const ask = asker('ask', {});
  responder('respond', { bus: ask.bus });
  return { seen: ask.seen };
});

const ports = ({ ports: all }: Design): readonly string[] =>
  all.map(({ name, direction }) => `${direction} ${name}`);
const codeOf = (program: () => unknown): string => {
  try {
    program();
  } catch (error) {
    if (error instanceof HdlError) return `${error.code}: ${error.sentence}`;
    throw error;
  }
  return 'nothing';
};

describe('flipped members of ports', () => {
  it('go against their port, in the order of the shape', () => {
    expect(ports(responder.design)).toEqual(['in bus_address', 'out bus_data', 'out bus_wait_busy']);
    expect(ports(asker.design)).toEqual(['out bus_address', 'in bus_data', 'in bus_wait_busy', 'out seen']);
  });

  it('flip back when flipped twice', () => {
    expect(flipped(flipped(bus))).toEqual(bus);
    const back = component(
      'back',
      { in: { x: flipped(flipped(uint(2))) }, out: { y: uint(2) } },
      ({ x }) => ({ y: x }),
    );
    expect(ports(back.design)).toEqual(['in x', 'out y']);
  });

  it('print as one net where two instances meet, and as the port itself in the body', () => {
    const text = (name: string): string =>
      emitVerilog(pair.design).files.find((file) => file.name === `${name}.v`)?.text ?? '';
    expect(text('pair').match(/ask_bus_data/g)).toHaveLength(3);
    expect(text('pair')).toContain('.bus_data(ask_bus_data)');
    expect(text('pair')).not.toMatch(/assign .*bus/);
    expect(text('responder')).toContain('assign bus_wait_busy = bus_address == 4');
  });

  it('are driven on every path, once, like any wire', () => {
    const face = { in: { en: bit, x: { ready: flipped(bit) } }, out: {} };
    const body = (drive: (ready: UIntWire, when: (run: () => void) => void) => void) => (): unknown =>
      component('wrong', face, ({ en, x }, m) => {
        m.unused(en);
        drive(x.ready, (run) => m.when(en, run));
        return {};
      });
    expect(codeOf(body(() => undefined))).toBe('HDL006: nothing drives the wire x_ready : bit');
    expect(codeOf(body((ready, when) => when(() => (ready.value = 1))))).toBe(
      'HDL008: the wire x_ready : bit is not driven on every path',
    );
    expect(
      codeOf(
        body((ready) => {
          ready.value = 1;
          ready.value = 0;
        }),
      ),
    ).toBe('HDL007: x_ready : bit is assigned twice on one path');
  });

  it('of a wrong width are refused where the instance is made', () => {
    const narrow = (): unknown =>
      component('narrow', { in: {}, out: {} }, (_, m) => {
        const { data, busy } = m.wires({ data: sint(4), busy: bit });
        m.unused(data, busy);
        responder('respond', { bus: { address: 1, data, wait: { busy } } });
        return {};
      });
    expect(codeOf(narrow)).toBe(
      'HDL004: data : sint(4) is driven by respond.bus_data : sint(8), which needs 8 bits',
    );
  });

  it('need no branch: an instance made inside m.when is connected always', () => {
    const inside = component('gated', { in: { en: bit }, out: { q: sint(8), en_out: bit } }, ({ en }, m) => {
      const { data, busy } = m.wires({ data: sint(8), busy: bit });
      const { seen } = m.regs({ seen: bit });
      m.when(en, () => {
        responder('respond', { bus: { address: 5, data, wait: { busy } } });
        seen.next = busy;
      });
      return { q: data, en_out: seen };
    });
    expect(inside.design.statements.filter(({ kind }) => kind === 'assign')).toHaveLength(2);
  });

  it('of streams are HDL025 when nobody consumes them', () => {
    const idle = (): unknown =>
      component(
        'idle',
        { in: { x: array(2, stream(uint(4))) }, out: { y: uint(4) } },
        ({ x: [first, second] }, m) => {
          if (first === undefined || second === undefined) throw new TypeError('two streams were asked for');
          m.unused(first.valid, second.valid, second.payload);
          second.ready.value = 1;
          return { y: first.payload };
        },
      );
    expect(codeOf(idle)).toBe('HDL025: the stream x_0 of idle is not consumed: nothing drives its ready');
  });

  it('do not compile when a signal or a number is passed for a wire, or a state shape is flipped', () => {
    const misuse = (): void => {
      component('misuse', { in: { x: uint(1) }, out: {} }, ({ x }, m) => {
        // @ts-expect-error a number is no wire
        responder('a', { bus: { address: x, data: 3, wait: m.wires({ busy: bit }) } });
        // @ts-expect-error a register is no port
        m.regs({ r: flipped(bit) });
        return {};
      });
    };
    expect(misuse).toThrow(HdlError);
  });
});
