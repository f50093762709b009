/** Small designs, each for one part of the emitter. */
import {
  bit,
  cat,
  component,
  external,
  sint,
  uint,
  stream,
  streams,
  type Design,
} from '../../src/hdl/index.js';

const mac = component(
  'mac_a8w4',
  {
    in: { en: bit, clear: bit, act: sint(8), weight: sint(4) },
    out: { acc: sint(24) },
    parameters: { actWidth: 8, weightWidth: 4, accWidth: 24 },
  },
  ({ en, clear, act, weight }, m) => {
    const { sum } = m.regs({ sum: sint(24) });
    const product = act.mul(weight);
    m.label({ product });
    m.when(clear, () => {
      sum.next = 0;
    }).elseWhen(en, () => {
      sum.next = sum.add(product).wrap(24);
    });
    return { acc: sum };
  },
);

/** Instances, an unread output, growth of sums, slices of expressions. */
const row = component(
  'row',
  {
    in: { en: bit, act: sint(8), weights: { left: sint(4), right: sint(4) } },
    out: { total: sint(25), scaled: sint(8) },
  },
  ({ en, act, weights }) => {
    const left = mac('pe_0', { en, clear: en.not(), act, weight: weights.left });
    const right = mac('pe_1', { en, clear: 0, act, weight: weights.right });
    mac('pe_2', { en, clear: 0, act: act.neg().wrap(8), weight: 3 });
    return { total: left.acc.add(right.acc), scaled: right.acc.roundShift(6, 'halfUp').saturate(8) };
  },
);

/** A state machine with wires driven by its states, one of which reads the other. */
const handshake = component(
  'handshake',
  { in: { start: bit, done: bit, limit: uint(3) }, out: { busy: bit, left: uint(3) } },
  ({ start, done, limit }, m) => {
    const state = m.states('state', ['idle', 'run', 'drain']);
    const { count } = m.regs({ count: uint(3) }, { reset: 7 });
    const { active, remaining } = m.wires({ active: bit, remaining: uint(3) }, { default: 0 });
    m.switch(state, {
      idle: () => {
        m.when(start, () => {
          state.next = 'run';
          count.next = limit;
        });
      },
      run: () => {
        active.value = 1;
        remaining.value = count;
        count.next = count.sub(1).asUint().wrap(3);
        m.when(count.eq(0).or(done), () => {
          state.next = 'drain';
        });
      },
      drain: () => {
        active.value = remaining.eq(0);
        state.next = 'idle';
      },
    });
    m.assert(count.le(6).or(state.is('idle')), 'the count is under 100% of 7');
    return { busy: active, left: remaining };
  },
);

/** Registers without reset beside registers with one, power-up values, pipelines. */
const pipeline = component(
  'pipeline',
  { in: { valid: bit, a: sint(6), b: sint(6) }, out: { valid_out: bit, y: sint(12), parity: bit } },
  ({ valid, a, b }, m) => {
    const stage = m.pipe('stage', { a, b });
    const { ok } = m.regs({ ok: bit });
    const { y1 } = m.regs({ y1: sint(12) }, { reset: false, powerUp: -1 });
    ok.next = valid;
    m.when(valid, () => {
      y1.next = stage.a.mul(stage.b);
    });
    return { valid_out: ok, y: y1, parity: y1.xorReduce() };
  },
);

/** A memory of two fields with a write enable each, an initial image, a second read port and a reader of one field only. */
const scratch = component(
  'scratch',
  {
    in: {
      we: bit,
      mask: { lo: bit, hi: bit },
      wa: uint(4),
      lo: uint(4),
      hi: sint(4),
      ra: uint(4),
      rb: uint(4),
      en: bit,
    },
    out: { lo_a: uint(4), hi_a: sint(4), sum: sint(6) },
  },
  ({ we, mask, wa, lo, hi, ra, rb, en }, m) => {
    const memory = m.memory('words', {
      word: { lo: uint(4), hi: sint(4) },
      depth: 10,
      init: [
        [1, 2, 3],
        [-1, -8],
      ],
    });
    m.when(we, () => {
      memory.write(wa, { lo, hi }, { mask: [mask.lo, mask.hi] });
    });
    const a = memory.read(ra, en);
    const b = memory.readNow(rb);
    return { lo_a: a.lo, hi_a: a.hi, sum: b.hi.add(1).add(a.hi) };
  },
);

/** A constant table, kept inline, read through a register. */
const table = component('squares', { in: { a: uint(2) }, out: { y: sint(5) } }, ({ a }, m) => ({
  y: m.memory('values', { word: sint(5), depth: 4, init: [[0, -1, 4, -9]], initStyle: 'inline' }).read(a),
}));

const buffer = external('SB_GB', {
  in: { USER_SIGNAL_TO_GLOBAL_BUFFER: bit },
  out: { GLOBAL_BUFFER_OUTPUT: bit },
  parameters: { SIMULATION: 1, MODE: '"FAST"' },
});

/** A cell that is not ours, and everything Verilog's width rules make awkward. */
const awkward = component(
  'awkward',
  {
    in: { x: sint(8), u: uint(8), k: uint(3), pins: bit, spare: uint(4) },
    out: { y: sint(19), bits: uint(14), shifted: sint(8), less: bit, pin: bit, wide: sint(20) },
  },
  ({ x, u, k, pins, spare }, m) => {
    m.unused(spare);
    const both = x.add(u.toSint());
    return {
      y: both.mul(both).sub(u.toSint()),
      bits: cat(u.shr(3), x.neg(), u.not().bits(6, 6)).wrap(14),
      shifted: x.shr(k),
      less: u.toSint().lt(x),
      pin: buffer('pin_buffer', { USER_SIGNAL_TO_GLOBAL_BUFFER: pins }).GLOBAL_BUFFER_OUTPUT,
      wide: pins.mux(x, u.toSint()),
    };
  },
);

const numbered = stream(uint(8));

/** A stream through registers, ready coming back. */
const slice = component('slice', { in: { x: numbered }, out: { y: numbered } }, ({ x }, m) => ({
  y: streams.skid(m, 'held', x),
}));

/** Streams from instance to instance: one net where two ports meet, a one-hot machine that lets them pass. */
const gate = component('gate', { in: { x: numbered, open: bit }, out: { y: numbered } }, ({ x, open }, m) => {
  const state = m.states('state', ['shut', 'passing'], { encoding: 'onehot' });
  const first = slice('first', { x });
  const second = slice('second', { x: first.y });
  m.switch(state, {
    shut: () => m.when(open, () => (state.next = 'passing')),
    passing: () => m.when(open.not().and(second.y.valid.not()), () => (state.next = 'shut')),
  });
  const passed = streams.produce(m, 'passed', {
    payload: second.y.payload,
    valid: second.y.valid.and(state.is('passing')),
  });
  second.y.ready.value = passed.ready.and(state.is('passing'));
  return { y: passed };
});

export const designs: readonly Design[] = [
  mac,
  row,
  handshake,
  pipeline,
  scratch,
  table,
  awkward,
  slice,
  gate,
].map(({ design }) => design);
