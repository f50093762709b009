import { describe, expect, it } from 'vitest';
import { cosimulate, randomStimulus, simulate } from '../sim/index.js';
import { lookForTool } from '../tools/index.js';
import { lintFast } from '../../test/helpers/lint.js';
import {
  bit,
  component,
  emitVerilog,
  HdlError,
  uint,
  type Design,
  type ModuleBuilder,
  type UInt,
} from './index.js';

/** A vending machine: a state is entered from several, one branches, wires follow the state. */
const vending = (encoding: 'binary' | 'onehot'): Design =>
  component(
    `vending_${encoding}`,
    { in: { coin: bit, cancel: bit }, out: { credit: uint(2), drop: bit, idle: bit } },
    ({ coin, cancel }, m) => {
      const state = m.states('state', ['empty', 'one', 'two', 'serve'], { encoding });
      const { amount, open } = m.wires({ amount: uint(2), open: bit });
      m.switch(state, {
        empty: () => {
          [amount.value, open.value] = [0, 0];
          m.when(coin, () => (state.next = 'one'));
        },
        one: () => {
          [amount.value, open.value] = [1, 0];
          m.when(cancel, () => (state.next = 'empty')).elseWhen(coin, () => (state.next = 'two'));
        },
        two: () => {
          [amount.value, open.value] = [2, 0];
          m.when(cancel, () => (state.next = 'empty')).elseWhen(coin, () => (state.next = 'serve'));
        },
        serve: () => {
          [amount.value, open.value] = [3, 1];
          state.next = 'empty';
        },
      });
      return { credit: amount, drop: open, idle: state.is('empty') };
    },
  ).design;

const states = ['a', 'b', 'c'] as const;
const failure = (
  encoding: 'binary' | 'onehot',
  body: (state: ReturnType<typeof machine>, go: UInt, m: ModuleBuilder) => void,
): string => {
  try {
    component('abc', { in: { go: bit }, out: { q: bit } }, ({ go }, m) => {
      const state = machine(m, encoding);
      body(state, go, m);
      return { q: state.is('a').and(go) };
    });
  } catch (error) {
    if (error instanceof HdlError) return `${error.code}: ${error.sentence}`;
    throw error;
  }
  return 'nothing';
};
const machine = (m: ModuleBuilder, encoding: 'binary' | 'onehot') => m.states('state', states, { encoding });

describe('state machines', () => {
  it('do the same in both encodings, and in Icarus', async () => {
    const [binary, onehot] = [vending('binary'), vending('onehot')];
    const stimulus = randomStimulus(binary, 400, 3);
    expect(simulate(onehot).run(400, stimulus)).toEqual(simulate(binary).run(400, stimulus));
    expect(lintFast(emitVerilog(onehot).files, onehot.name)).toBe('');
    if ((await lookForTool('iverilog')).found === undefined) return;
    const [result] = await cosimulate(onehot, { cycles: 400, stimulus, simulators: ['icarus'] });
    expect(result?.mismatches).toBe(0);
  });

  it('test one bit where the encoding is one-hot, under its name', () => {
    const text = emitVerilog(vending('onehot')).files.at(-1)?.text;
    expect(text).toContain('wire state_two = state[2];');
    expect(text).toContain('end else if (state_two) begin');
    expect(text).toContain("state <= 4'd8;");
  });

  it.each(['binary', 'onehot'] as const)('have no state that cannot be entered (HDL026), %s', (encoding) => {
    const toB = 'HDL026: the state b of state in abc is never entered';
    const onlyLost = `${toB}: only states that are not entered lead to it`;
    const check = (body: Parameters<typeof failure>[1]): string => failure(encoding, body);
    // Each arm by name.
    expect(
      check((state, _, m) =>
        m.switch(state, {
          a: () => (state.next = 'c'),
          b: () => (state.next = 'a'),
          c: () => (state.next = 'a'),
        }),
      ),
    ).toBe(toB);
    expect(
      check((state, _, m) =>
        m.switch(state, {
          a: () => (state.next = 'b'),
          b: () => (state.next = 'c'),
          c: () => (state.next = 'a'),
        }),
      ),
    ).toBe('nothing');
    // Two states that only lead to each other.
    expect(
      check((state, _, m) =>
        m.switch(state, { a: () => undefined, b: () => (state.next = 'c'), c: () => (state.next = 'b') }),
      ),
    ).toBe(onlyLost);
    // Tests with is(), alone and with more.
    expect(
      check((state, go, m) =>
        m
          .when(state.is('a'), () => (state.next = 'c'))
          .elseWhen(state.is('b').and(go), () => (state.next = 'a')),
      ),
    ).toBe(toB);
    expect(
      check((state, go, m) =>
        m.when(state.is('c'), () => (state.next = 'b')).elseWhen(go, () => (state.next = 'c')),
      ),
    ).toBe('nothing');
    expect(
      check((state, go, m) =>
        m
          .when(state.is('a'), () => undefined)
          .elseWhen(go, () => (state.next = 'b'))
          .otherwise(() => (state.next = 'c')),
      ),
    ).toBe(onlyLost);
  });
});
