/** Reads the next layer's descriptor, 16 bits a cycle, while the present layer runs. */

import { addressWidth, array, bit, component, uint, type UInt } from '../../../hdl/index.js';
import type { ArrayConfig } from '../config.js';
import { descriptorWordBits, descriptorWords, fieldNames, fieldSigns } from '../descriptor.js';
import { attachReload, unpackFields } from './reload.js';
import type { ActiveDescriptor } from './sequencer-loops.js';
import { fullDescriptor, reloadPort } from './shapes.js';

/** Cycles from the tick that takes a descriptor to the first cycle in which the next one is ready. */
export const fetchCycles = (config: ArrayConfig): number => descriptorWords(config.fields) + 2;

export const descriptorFetch = (config: ArrayConfig, words: readonly number[]) => {
  const count = descriptorWords(config.fields);
  const width = addressWidth(words.length);
  const word = uint(descriptorWordBits);
  return component(
    'descriptor_fetch',
    {
      in: { take: bit, restart: bit, ...reloadPort(config) },
      out: { next: fullDescriptor(config), ready: bit },
    },
    ({ take, restart, reload }, m) => {
      const table = m.memory('descriptors', {
        word,
        depth: words.length,
        init: [words],
        readDuringWrite: 'any',
        outOfRange: 'any',
      });
      const { address, left, loaded, started } = m.regs({
        address: uint(width),
        left: uint(addressWidth(count + 1)),
        loaded: bit,
        started: bit,
      });
      const { shift } = m.regs({ shift: array(count, word) }, { reset: false });
      const fetching = left.ne(0);
      const begin = take.or(started.not());
      m.when(restart, () => {
        started.next = 0;
        left.next = 0;
        address.next = 0;
      })
        .elseWhen(begin, () => {
          started.next = 1;
          left.next = count;
        })
        .elseWhen(fetching, () => {
          left.next = left.sub(1).asUint().wrap(left.width);
          m.when(address.eq(words.length - 1), () => {
            address.next = 0;
          }).otherwise(() => {
            address.next = address.add(1).wrap(width);
          });
        });
      const arriving = m.pipe('arriving', fetching, { reset: 0 });
      const read = table.read(address);
      m.when(arriving, () => {
        shift.forEach((stage, index) => {
          stage.next = shift[index + 1] ?? read;
        });
      });
      m.when(begin.or(restart), () => {
        loaded.next = 0;
      }).elseWhen(arriving.and(fetching.not()), () => {
        loaded.next = 1;
      });
      if (reload !== undefined)
        attachReload(
          m,
          table,
          [word],
          { bus: reload, config, target: 'descriptors' },
          ([value]) => value as UInt,
        );
      return { next: unpackDescriptor(config, shift), ready: loaded };
    },
  );
};

/** The fields of a fetched descriptor, by name. */
const unpackDescriptor = (config: ArrayConfig, words: readonly UInt[]): ActiveDescriptor => {
  const types = fieldNames.map((name) =>
    fieldSigns[name] ? { signed: true as const, width: config.fields[name] } : uint(config.fields[name]),
  );
  const values = unpackFields(words, types);
  // fieldNames and the types above are in step, which Object.fromEntries cannot know.
  return Object.fromEntries(
    fieldNames.map((name, index) => [name, values[index]]),
  ) as unknown as ActiveDescriptor;
};
