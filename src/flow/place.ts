/** Synthesis, place and route, and what to say when a design is too large or too slow. */

import {
  checkFits,
  DoesNotFit,
  formatCriticalPath,
  placeAndRoute,
  synthesize,
  type PlaceAndRouteResult,
  type SynthResult,
} from '../synth/index.js';
import type { IntegerNetwork } from '../nn/index.js';
import type { FindOptions } from '../tools/index.js';
import { FlowError } from './errors.js';
import { makeHardware, multiplierModules, type Hardware } from './hardware.js';
import type { FlowHooks, Problem, SynthOptions } from './options.js';

export const map = async (hardware: Hardware, tools: FindOptions, hooks: FlowHooks): Promise<SynthResult> => {
  hooks.progress?.('synthesis', 0, 1);
  const { profile, plan } = hardware;
  const result = await synthesize({
    verilogFiles: hardware.verilog,
    hexFiles: hardware.memoryImages,
    top: plan.config.name,
    device: profile.device,
    options: { dsp: profile.dsp, keepHierarchy: multiplierModules(hardware) },
    tools,
    ...(hooks.signal === undefined ? {} : { signal: hooks.signal }),
  });
  hooks.progress?.('synthesis', 1, 1);
  return result;
};

/**
 * Refuses a design that is too large, with the nearest smaller array that fits (found by synthesis, not by guess).
 * @throws FlowError NO_ARRAY_FITS
 */
export const requireFits = async (
  network: IntegerNetwork,
  hardware: Hardware,
  synth: SynthResult,
  options: SynthOptions,
  tools: FindOptions,
  hooks: FlowHooks,
): Promise<void> => {
  const shortage = shortageOf(hardware, synth);
  if (shortage === undefined) return;
  const nearest = await nearestFit(network, options, tools, hooks);
  const { rows, columns } = options.array;
  const advice =
    nearest === undefined
      ? `no smaller array fits either; choose a larger device`
      : `--array ${nearest} is the nearest size that fits`;
  throw new FlowError('NO_ARRAY_FITS', `${shortage.message} with --array ${rows}x${columns}; ${advice}`);
};

const shortageOf = (hardware: Hardware, synth: SynthResult): DoesNotFit | undefined => {
  try {
    checkFits(synth.counts, hardware.profile.device);
    return undefined;
  } catch (error) {
    if (error instanceof DoesNotFit) return error;
    throw error;
  }
};

/** Halves the larger side until a synthesized design fits. */
const nearestFit = async (
  network: IntegerNetwork,
  options: SynthOptions,
  tools: FindOptions,
  hooks: FlowHooks,
): Promise<string | undefined> => {
  let { rows, columns } = options.array;
  while (rows * columns > 1) {
    if (rows >= columns) rows = Math.ceil(rows / 2);
    else columns = Math.ceil(columns / 2);
    const smaller = makeHardware(network, { ...options, array: { rows, columns } });
    const synth = await map(smaller, tools, hooks);
    if (shortageOf(smaller, synth) === undefined) return `${rows}x${columns}`;
  }
  return undefined;
};

export const place = async (
  hardware: Hardware,
  synth: SynthResult,
  options: SynthOptions,
  tools: FindOptions,
  hooks: FlowHooks,
): Promise<PlaceAndRouteResult> => {
  hooks.progress?.('place and route', 0, 1);
  const constraintsFile = options.pcf ?? options.lpf;
  const result = await placeAndRoute({
    synth,
    device: hardware.profile.device,
    clockMHz: options.clock ?? hardware.profile.targetMHz,
    seed: options.seed,
    tools,
    ...(constraintsFile === undefined ? {} : { constraintsFile }),
    ...(hooks.signal === undefined ? {} : { signal: hooks.signal }),
  });
  hooks.progress?.('place and route', 1, 1);
  return result;
};

/** The clock the user asked for was missed: what limits it, in the user's names. */
export const timingProblem = (
  placed: PlaceAndRouteResult,
  clock: number | undefined,
): Problem | undefined => {
  if (clock === undefined || placed.timingMet) return undefined;
  const path = placed.criticalPath === undefined ? '' : `\n${formatCriticalPath(placed.criticalPath)}`;
  const reached = placed.fmaxMHz === undefined ? 'nothing' : `${placed.fmaxMHz.toFixed(1)} MHz`;
  return {
    code: 'TIMING_FAILED',
    message: `the clock of ${clock} MHz is missed: ${reached} reached; the bitstream is kept, marked timing-failed. Lower --clock or choose a smaller array. Critical path:${path}`,
  };
};
