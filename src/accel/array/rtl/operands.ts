/** From memory words to operands: align the banks, pick the group of channels, insert padding, extend the sign. */

import { array, component, select, sint, type SInt, type UInt } from '../../../hdl/index.js';
import type { ArrayConfig } from '../config.js';
import { channelGroup } from '../geometry.js';
import { operandOf } from './bits.js';
import { activationWord, operandMarks } from './shapes.js';

type Operand = ReturnType<typeof sint>;

/** Operands of the units that this array has; a unit that no layer needs gets none. */
type OperandOutputs = {
  readonly dense?: readonly Operand[];
  readonly lanes?: readonly (readonly Operand[])[];
};

const operandOutputs = ({ geometry, products, widths, features }: ArrayConfig): OperandOutputs => {
  const operand = sint(widths.operand);
  return {
    ...(features.dense ? { dense: array(geometry.rows, operand) } : {}),
    ...(features.lanes ? { lanes: array(geometry.columns, array(products, operand)) } : {}),
  };
};

/** Combinational in, registered out: the operands of the dot products, one cycle after the words. */
export const operandSelect = (config: ArrayConfig) => {
  const { geometry, taps, products, widths, features } = config;
  const operand = sint(widths.operand);
  return component(
    'operand_select',
    {
      in: { words: array(taps, activationWord(config)), marks: operandMarks(config) },
      out: operandOutputs(config),
    },
    ({ words, marks }, m) => {
      m.unused(marks, words);
      const aligned = alignBanks(words, marks.phase, taps);
      const pick = (tap: number, size: number, index: number): SInt => {
        const word = aligned[tap] ?? [];
        const candidates = Array.from({ length: geometry.lanes / size }, (_, group) =>
          laneOf(word, group * size + index),
        );
        const stored = select(marks.group, candidates);
        return padded(stored, marks.signedInput, tap);
      };
      const padded = (stored: UInt, signed: UInt, tap: number): SInt => {
        const value = operandOf(stored, signed);
        return features.padding ? laneOf(marks.inside, tap).mux(value, marks.padValue) : value;
      };
      const dense = Array.from({ length: geometry.rows }, (_, row) => pick(0, geometry.rows, row));
      const group = channelGroup(geometry.lanes, products);
      const zero = m.constant(operand, 0);
      const shared = Array.from({ length: products }, (_, product): SInt => {
        const byChannel = features.channels && product < group ? pick(0, group, product) : undefined;
        const byTap = features.broadcastTaps && product < taps ? pick(product, 1, 0) : undefined;
        if (byChannel !== undefined && byTap !== undefined) return marks.broadcastTap.mux(byTap, byChannel);
        return byChannel ?? byTap ?? zero;
      });
      const anyShared = features.channels || features.broadcastTaps;
      const lanes = Array.from({ length: geometry.columns }, (_, column) =>
        shared.map((value, product): SInt => {
          if (!features.perChannel || product >= taps) return value;
          const own = pick(product, geometry.columns, column);
          return anyShared ? marks.perTile.mux(own, value) : own;
        }),
      );
      return {
        ...(features.dense ? { dense: m.pipe('dense_act', dense) } : {}),
        ...(features.lanes ? { lanes: m.pipe('lane_act', lanes) } : {}),
      };
    },
  );
};

/** Tap t is bank (phase + t) % taps. */
const alignBanks = (
  words: readonly (readonly UInt[])[],
  phase: UInt,
  taps: number,
): readonly (readonly UInt[])[] => {
  if (taps === 1) return words;
  return words.map((word, tap) =>
    word.map((_, lane) =>
      select(
        phase,
        Array.from({ length: taps }, (__, from) => laneOf(words[(from + tap) % taps] ?? [], lane)),
      ),
    ),
  );
};

const laneOf = (word: readonly UInt[], lane: number): UInt => {
  const value = word[lane];
  if (value === undefined) throw new RangeError(`no lane ${lane}`);
  return value;
};
