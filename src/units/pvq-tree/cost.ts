/** LUTs and registers of `pvqTree` from its parameters, within a tenth of synthesis (test/pvq.test.ts). */
import { signedWidth } from '../../num/index.js';
import type { UnitCost } from '../power-of-two-dot/cost.js';
import { planPulseTree, type PulseNode } from './plan.js';
import type { PvqTreeParams } from './unit.js';

/** LUTs per bit of one operand and bit of the other of a multiplier that Yosys builds for iCE40. */
const multiplierLuts = 2.42;

/**
 * With `levelsPerStage` 1 and a positive weight. iCE40: the multiplier in LUTs, a subtraction with a row of inverters; ECP5: the
 * multiplier in a DSP cell. A sum of an input with itself is wiring.
 */
export const pvqTreeCost = (
  { weights, actWidth, scaleWidth }: Pick<PvqTreeParams, 'weights' | 'actWidth' | 'scaleWidth'>,
  family: 'ice40' | 'ecp5',
): UnitCost => {
  const [pulses = [], ...levels] = planPulseTree(weights, actWidth);
  const nodes = levels.flatMap((level, index) =>
    level.map((node) => ({ node, width: widthOf(node), below: levels[index - 1] ?? pulses })),
  );
  const adders = nodes.map(({ node, width, below }) => adderLuts(node, width, below, family));
  const root = levels.at(-1)?.[0] ?? pulses[0];
  const sumWidth = root === undefined ? 0 : widthOf(root);
  const multiplier = family === 'ice40' ? Math.round(multiplierLuts * sumWidth * (scaleWidth + 1)) : 0;
  return {
    luts: total(adders) + multiplier,
    registers: total(nodes.map(({ width }) => width)) + sumWidth + scaleWidth,
  };
};

const adderLuts = (
  { source }: PulseNode,
  width: number,
  below: readonly PulseNode[],
  family: 'ice40' | 'ecp5',
): number => {
  if (source.kind === 'input' || source.kind === 'pass') return 0;
  const [a, b] = [below[source.a], below[source.b]];
  const isDoubled =
    a?.source.kind === 'input' && b?.source.kind === 'input' && a.source.index === b.source.index;
  if (isDoubled) return 0;
  if (family === 'ecp5') return 2 * Math.ceil(width / 2);
  return width + (source.kind === 'subtract' && b !== undefined ? widthOf(b) : 0);
};

const widthOf = ({ range }: PulseNode): number => signedWidth(range);
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
