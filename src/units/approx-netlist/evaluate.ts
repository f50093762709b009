/** All inputs of a netlist at once: 32 of them in a word. */

import { firstGate, functionOf, type GateLetter, type Netlist } from './netlist.js';

/** Words that hold one bit for every input pattern: patterns 0 .. 2^inputs - 1, pattern n in bit n mod 32 of word n / 32. */
export const wordCount = (inputs: number): number => Math.max(1, 2 ** (inputs - 5));

/** Bits 0 to 4 of the pattern number, in one word. */
const withinWord = [0xaaaaaaaa, 0xcccccccc, 0xf0f0f0f0, 0xff00ff00, 0xffff0000] as const;

/** The column of input bit `index` of every pattern; words from `from`, so that a part can be evaluated. */
export const inputWords = (index: number, words: number, from = 0): Int32Array => {
  const inside = withinWord[index];
  if (inside !== undefined) return new Int32Array(words).fill(inside);
  return Int32Array.from({ length: words }, (_, word) => (((from + word) >> (index - 5)) & 1 ? -1 : 0));
};

/** target = f(p, q), word by word. */
export const applyGate = (letter: GateLetter, target: Int32Array, p: Int32Array, q: Int32Array): void => {
  const count = target.length;
  switch (letter) {
    case 'a':
      for (let i = 0; i < count; i++) target[i] = (p[i] ?? 0) & (q[i] ?? 0);
      return;
    case 'o':
      for (let i = 0; i < count; i++) target[i] = (p[i] ?? 0) | (q[i] ?? 0);
      return;
    case 'x':
      for (let i = 0; i < count; i++) target[i] = (p[i] ?? 0) ^ (q[i] ?? 0);
      return;
    case 'A':
      for (let i = 0; i < count; i++) target[i] = ~((p[i] ?? 0) & (q[i] ?? 0));
      return;
    case 'O':
      for (let i = 0; i < count; i++) target[i] = ~((p[i] ?? 0) | (q[i] ?? 0));
      return;
    case 'X':
      for (let i = 0; i < count; i++) target[i] = ~((p[i] ?? 0) ^ (q[i] ?? 0));
      return;
    case 'g':
      for (let i = 0; i < count; i++) target[i] = (p[i] ?? 0) & ~(q[i] ?? 0);
      return;
    case 'h':
      for (let i = 0; i < count; i++) target[i] = (p[i] ?? 0) | ~(q[i] ?? 0);
      return;
    case 'n':
      for (let i = 0; i < count; i++) target[i] = ~(p[i] ?? 0);
  }
};

/** The value of every signal for every input pattern. */
export const signalWords = (netlist: Netlist): readonly Int32Array[] => {
  const words = wordCount(netlist.inputs);
  const zero = new Int32Array(words);
  const signals: Int32Array[] = [zero, new Int32Array(words).fill(-1)];
  for (let input = 0; input < netlist.inputs; input++) signals.push(inputWords(input, words));
  for (let gate = 0; gate < netlist.functions.length; gate++) {
    const target = new Int32Array(words);
    const [p, q] = [netlist.p[gate] ?? 0, netlist.q[gate] ?? 0];
    applyGate(functionOf(netlist, gate), target, signals[p] ?? zero, signals[q] ?? zero);
    signals[firstGate(netlist) + gate] = target;
  }
  return signals;
};

/** The outputs, read as one number (two's complement when `signed`), for every input pattern in order. */
export const truthTable = (netlist: Netlist, signed = false): readonly number[] => {
  const signals = signalWords(netlist);
  const top = netlist.outputs.length - 1;
  return Array.from({ length: 2 ** netlist.inputs }, (_, pattern) =>
    netlist.outputs.reduce((value, signal, bit) => {
      const one = ((signals[signal]?.[pattern >> 5] ?? 0) >> (pattern & 31)) & 1;
      return value + (signed && bit === top ? -one : one) * 2 ** bit;
    }, 0),
  );
};

/** The outputs for one input pattern. */
export const evaluateAt = (netlist: Netlist, pattern: bigint): bigint => {
  const signals: boolean[] = [false, true];
  for (let input = 0; input < netlist.inputs; input++) signals.push(((pattern >> BigInt(input)) & 1n) === 1n);
  for (let gate = 0; gate < netlist.functions.length; gate++) {
    const [p, q] = [signals[netlist.p[gate] ?? 0] ?? false, signals[netlist.q[gate] ?? 0] ?? false];
    signals.push(gateValue[functionOf(netlist, gate)](p, q));
  }
  return netlist.outputs.reduce((sum, signal, bit) => sum | (signals[signal] ? 1n << BigInt(bit) : 0n), 0n);
};

const gateValue: Readonly<Record<GateLetter, (p: boolean, q: boolean) => boolean>> = {
  a: (p, q) => p && q,
  o: (p, q) => p || q,
  x: (p, q) => p !== q,
  A: (p, q) => !(p && q),
  O: (p, q) => !(p || q),
  X: (p, q) => p === q,
  g: (p, q) => p && !q,
  h: (p, q) => p || !q,
  n: (p) => !p,
};
