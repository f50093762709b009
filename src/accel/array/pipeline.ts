/** How many cycles lie between an issue and its effects: one place, read by the hardware and by the schedule. */

import { requantizeShape } from '../../units/index.js';
import type { Features, Widths } from './config.js';
import type { WalkConfig } from './jobs.js';
import type { ArrayOptions } from './options.js';
import { memoryNameOf } from './weights.js';

export interface Pipeline {
  /** Issue, address, memory, operand: the dot products start this many cycles after the issue. */
  readonly operandCycles: number;
  /** Cycles of the dot products; shorter ones are delayed to match. */
  readonly engineCycles: number;
  /** From the cycle of a result's last issue to the cycle in which the accumulators show it. */
  readonly resultCycles: number;
  readonly requantizeCycles: number;
  /** Extra register that moves writes to the cycles between reads (single-port memory only). */
  readonly writeDelay: 0 | 1;
  /** From the cycle of a result's last issue to the cycle in which it is written. */
  readonly writeCycles: number;
}

/** Cycles from a memory's address to its registered word. */
export const readCycles = ({ memoryRegister }: ArrayOptions): number => (memoryRegister ? 2 : 1);

/** Cycles that a weight memory's words come before their activations: as many as one of its engines wants. */
export const memoryLead = ({ engines }: WalkConfig, memory: string): 0 | 1 =>
  engines.some((engine) => memoryNameOf(engine) === memory && engine.unit.weightLeadCycles === 1) ? 1 : 0;

export interface PipelineContext extends WalkConfig {
  readonly features: Features;
  readonly options: ArrayOptions;
  readonly widths: Widths;
  readonly shiftMin: number;
  readonly shiftMax: number;
}

export const requantizeParams = (context: PipelineContext) => {
  const { widths, features, options, shiftMin, shiftMax, steps } = context;
  return {
    accWidth: Math.max(2, widths.acc),
    multiplierWidth: widths.multiplier,
    addendWidth: widths.addend,
    sumWidth: Math.max(widths.sum, shiftMax + 2),
    shiftMin,
    shiftMax,
    resultWidth: widths.result,
    ties: features.ties,
    pairs: features.add,
    pairDepth: steps,
    multiplier: options.multipliers ?? 'product',
    multiplierStages: options.multiplierStages,
  };
};

/** Registered levels of the greatest-of tree over the taps: one per level. */
export const maxTreeCycles = (taps: number): number => Math.max(1, Math.ceil(Math.log2(taps)));

export const pipelineOf = (context: PipelineContext): Pipeline => {
  const { engines, features, steps, interval, taps } = context;
  const engineCycles = Math.max(
    ...engines.map((engine) => engine.unit.latencyCycles),
    features.max ? maxTreeCycles(taps) : 1,
  );
  const requantizeCycles = requantizeShape(requantizeParams(context)).latencyCycles;
  const operandCycles = 2 + readCycles(context.options);
  const resultCycles = operandCycles + engineCycles + 1;
  // Hold, then one step per cycle, then the gathered word is written.
  const undelayed = resultCycles + 1 + (steps - 1) + requantizeCycles + 1;
  // Reads happen one cycle after their issue; with two cycles per issue, writes belong into the other one.
  const writeDelay = interval === 2 && (undelayed - 1) % 2 === 0 ? 1 : 0;
  return {
    operandCycles,
    engineCycles,
    resultCycles,
    requantizeCycles,
    writeDelay,
    writeCycles: undelayed + writeDelay,
  };
};
