/** A weight memory: one word of codes per issue, [column][product], with the operands of that issue or `memoryLead` before. */

import { addressWidth, array, component, uint, type UInt } from '../../../hdl/index.js';
import type { ArrayConfig } from '../config.js';
import { memoryLead, readCycles } from '../pipeline.js';
import type { WeightMemory } from '../weights.js';
import { attachReload } from './reload.js';
import { reloadPort } from './shapes.js';

export const weightMemory = (config: ArrayConfig, weights: WeightMemory, addressBits: number) => {
  const stages = readCycles(config.options) - memoryLead(config, weights.name);
  const { columns } = config.geometry;
  const { name, products, codeWidth } = weights;
  const code = uint(codeWidth);
  const word = array(columns, array(products, code));
  const depth = Math.max(1, weights.depth);
  return component(
    `${name}_weights`,
    { in: { address: uint(addressBits), ...reloadPort(config) }, out: { weight: word } },
    ({ address, reload }, m) => {
      const memory = m.memory('codes', {
        word,
        depth,
        init: weights.fields,
        readDuringWrite: 'any',
        outOfRange: 'any',
      });
      const read = memory.read(address.wrap(addressWidth(depth)));
      if (reload !== undefined) {
        const fields = Array.from({ length: products * columns }, () => code);
        attachReload(m, memory, fields, { bus: reload, config, target: name }, (values) =>
          Array.from(
            { length: columns },
            (_, column) => values.slice(column * products, (column + 1) * products) as readonly UInt[],
          ),
        );
      }
      return { weight: stages === 0 ? read : m.pipe('weight_q', read, { stages }) };
    },
  );
};
