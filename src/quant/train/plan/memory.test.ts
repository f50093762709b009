import { expect, it } from 'vitest';
import { createMemory } from './memory.js';

it('gives what was given back again, the smallest that fits, and grows to what was handed out', () => {
  const raw = new WebAssembly.Memory({ initial: 1 });
  const memory = createMemory(raw, 100);
  const [large, small] = [memory.take(40_000), memory.take(100)];
  expect([large, small]).toEqual([128, 128 + 160_000]);
  memory.give(large);
  memory.give(small);
  expect([memory.take(90), memory.take(90), memory.take(1)]).toEqual([small, large, small + 448]);
  memory.reserve();
  expect(raw.buffer.byteLength).toBe(3 * 65_536);
});

it('says what a network needs where a thread cannot have it', () => {
  const memory = createMemory(new WebAssembly.Memory({ initial: 1, maximum: 2 }), 0);
  memory.allocate(2 ** 20);
  expect(() => {
    memory.reserve();
  }).toThrow(/QT105: the network needs 4 MiB .*smaller batches/);
});
