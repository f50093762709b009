/** A weight memory: one word per issue, all columns side by side, two cycles after the address. */

import { addressWidth, array, component, sint, uint, type SInt, type UInt } from '../../../hdl/index.js';
import type { ArrayConfig } from '../config.js';
import { readCycles } from '../pipeline.js';
import type { WeightMemory } from '../weights.js';
import { attachReload } from './reload.js';
import { reloadPort } from './shapes.js';

/** Codes of the ternary PEs, [column][row]. */
export const ternaryWeightMemory = (config: ArrayConfig, weights: WeightMemory, weightWidth: number) => {
  const { rows, columns } = config.geometry;
  const code = uint(2);
  const word = array(columns, array(rows, code));
  return component(
    'ternary_weights',
    { in: { address: uint(weightWidth), ...reloadPort(config) }, out: { weight: word } },
    ({ address, reload }, m) => {
      const memory = m.memory('codes', {
        word,
        depth: weights.depth,
        init: weights.fields,
        readDuringWrite: 'any',
        outOfRange: 'any',
      });
      const read = memory.read(address.wrap(addressWidth(weights.depth)));
      if (reload !== undefined) {
        attachReload(
          m,
          memory,
          Array.from({ length: rows * columns }, () => code),
          reload,
          'ternary_weights',
          (values) =>
            Array.from(
              { length: columns },
              (_, column) => values.slice(column * rows, (column + 1) * rows) as readonly UInt[],
            ),
        );
      }
      return { weight: m.pipe('weight_q', read, { stages: readCycles(config.options) }) };
    },
  );
};

/** Integer weights, [lane][product]. */
export const intWeightMemory = (config: ArrayConfig, weights: WeightMemory, weightWidth: number) => {
  const { products } = config;
  const { columns } = config.geometry;
  const weight = sint(config.widths.intWeight);
  const word = array(columns, array(products, weight));
  return component(
    'int_weights',
    { in: { address: uint(weightWidth), ...reloadPort(config) }, out: { weight: word } },
    ({ address, reload }, m) => {
      const memory = m.memory('weights', {
        word,
        depth: weights.depth,
        init: weights.fields,
        readDuringWrite: 'any',
        outOfRange: 'any',
      });
      const read = memory.read(address.wrap(addressWidth(weights.depth)));
      if (reload !== undefined) {
        const fields = Array.from({ length: products * columns }, () => ({
          signed: true as const,
          width: weight.width,
        }));
        attachReload(m, memory, fields, reload, 'int_weights', (values) =>
          Array.from(
            { length: columns },
            (_, column) => values.slice(column * products, (column + 1) * products) as readonly SInt[],
          ),
        );
      }
      return { weight: m.pipe('weight_q', read, { stages: readCycles(config.options) }) };
    },
  );
};
