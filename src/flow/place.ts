/** Synthesis, place and route, and what to say when a design is too large or too slow. */

import { AccelError } from '../accel/index.js';
import {
  checkFits,
  DoesNotFit,
  formatCriticalPath,
  placeAndRoute,
  synthesize,
  type Device,
  type PlaceAndRouteResult,
  type Shortage,
  type SynthResult,
} from '../synth/index.js';
import type { IntegerNetwork } from '../nn/index.js';
import { findTool, ToolTimeout, type FindOptions } from '../tools/index.js';
import { FlowError } from './errors.js';
import { makeHardware, multiplierModules, type Hardware } from './hardware.js';
import { largestThatFits, sizeName, smallerSizes, type ArraySize, type Found } from './nearest-size.js';
import type { FlowHooks, Problem, SynthOptions } from './options.js';

/** What placing needs beside the hardware. */
export interface PlaceContext {
  readonly network: IntegerNetwork;
  readonly options: SynthOptions;
  readonly tools: FindOptions;
  readonly hooks: FlowHooks;
}

/** What the user allows one run of a tool; undefined: the default of each. */
export const timeLimitMs = ({ timeLimit }: SynthOptions): number | undefined =>
  timeLimit === undefined ? undefined : timeLimit * 60_000;

/** Finds every tool of the family before anything long begins. @throws ToolMissing */
export const requireTools = async ({ family }: Device, tools: FindOptions): Promise<void> => {
  await findTool('yosys', tools);
  await findTool(family === 'ice40' ? 'nextpnr-ice40' : 'nextpnr-ecp5', tools);
  await findTool(family === 'ice40' ? 'icepack' : 'ecppack', tools);
};

/** The mapped netlist of an accelerator, with the flags that suit it. */
export const map = async (
  hardware: Hardware,
  tools: FindOptions,
  hooks: FlowHooks,
  {
    stage = 'synthesis',
    timeoutMs,
  }: { readonly stage?: string; readonly timeoutMs?: number | undefined } = {},
): Promise<SynthResult> => {
  hooks.progress?.(stage, 0, 1);
  const { profile, plan } = hardware;
  const result = await synthesize({
    verilogFiles: hardware.verilog,
    hexFiles: hardware.memoryImages,
    top: plan.config.name,
    device: profile.device,
    options: { dsp: profile.dsp, keepHierarchy: multiplierModules(hardware) },
    tools,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(hooks.signal === undefined ? {} : { signal: hooks.signal }),
  });
  hooks.progress?.(stage, 1, 1);
  return result;
};

/**
 * Refuses a design that is too large, with the nearest smaller array that fits (found by synthesis, not by guess).
 * @throws FlowError DOES_NOT_FIT
 */
export const requireFits = async (
  hardware: Hardware,
  synth: SynthResult,
  context: PlaceContext,
): Promise<void> => {
  const shortage = shortageOf(synth, hardware.profile.device);
  if (shortage !== undefined) await refuse(shortage, hardware.profile.device, context);
};

const shortageOf = ({ counts }: SynthResult, device: Device): DoesNotFit | undefined => {
  try {
    checkFits(counts, device);
    return undefined;
  } catch (error) {
    if (error instanceof DoesNotFit) return error;
    throw error;
  }
};

/** Says what is short and which size would fit a part with the resources of `device`. */
const refuse = async (shortage: DoesNotFit, device: Device, context: PlaceContext): Promise<never> => {
  const asked = `${shortage.message} with --array ${sizeName(context.options.array)}`;
  throw new FlowError('DOES_NOT_FIT', `${asked}; ${await advice(shortage, device, context)}`);
};

/** Resources that every array of a network needs alike. */
const isFixed = ({ resource }: Shortage): boolean => resource === 'pins' || resource === 'SPRAMs';

const advice = async (shortage: DoesNotFit, device: Device, context: PlaceContext): Promise<string> => {
  if (shortage.shortages.some(isFixed)) return 'no array size changes that; choose a larger device';
  const { size, complete } = await nearestFit(shortage, device, context);
  const minutes = `${searchLimitMs / 60_000} minutes`;
  if (size === undefined && complete) return 'no smaller array fits either; choose a larger device';
  if (size === undefined)
    return `no size that fits was found within ${minutes}; choose a much smaller --array or a larger device`;
  if (!complete) return `--array ${sizeName(size)} fits (the search for a larger one ended after ${minutes})`;
  return `--array ${sizeName(size)} is the nearest size that fits`;
};

/** For the whole search, whatever the network. */
const searchLimitMs = 10 * 60 * 1000;

const nearestFit = (shortage: DoesNotFit, device: Device, context: PlaceContext): Promise<Found> => {
  const { network, options, tools, hooks } = context;
  const end = performance.now() + searchLimitMs;
  const fits = async (array: ArraySize): Promise<boolean | undefined> => {
    const left = end - performance.now();
    if (left <= 0) return undefined;
    try {
      const smaller = makeHardware(network, { ...options, array });
      const stage = `too large; trying ${sizeName(array)}`;
      return shortageOf(await map(smaller, tools, hooks, { stage, timeoutMs: left }), device) === undefined;
    } catch (error) {
      if (error instanceof ToolTimeout) return undefined;
      // Not every size can run every network.
      if (error instanceof AccelError) return false;
      throw error;
    }
  };
  return largestThatFits(smallerSizes(options.array), shortage.available / shortage.needed, fits);
};

/** Places and routes. @throws FlowError DOES_NOT_FIT when packing needs more cells than counting them promised */
export const place = async (
  hardware: Hardware,
  synth: SynthResult,
  context: PlaceContext,
): Promise<PlaceAndRouteResult> => {
  const { options, tools, hooks } = context;
  const { device, targetMHz } = hardware.profile;
  hooks.progress?.('place and route', 0, 1);
  const constraintsFile = options.pcf ?? options.lpf;
  const limit = timeLimitMs(options);
  try {
    const result = await placeAndRoute({
      synth,
      device,
      clockMHz: options.clock ?? targetMHz,
      seed: options.seed,
      ...(limit === undefined ? {} : { timeoutMs: limit }),
      tools,
      ...(constraintsFile === undefined ? {} : { constraintsFile }),
      ...(hooks.signal === undefined ? {} : { signal: hooks.signal }),
    });
    hooks.progress?.('place and route', 1, 1);
    return result;
  } catch (error) {
    if (error instanceof DoesNotFit) return await refuse(error, packedDevice(device, synth, error), context);
    throw error;
  }
};

/** The device with as few lookup tables as packing made of them for this design. */
const packedDevice = (device: Device, { counts }: SynthResult, { shortages }: DoesNotFit): Device => {
  const logic = shortages.find(({ resource }) => resource === 'logic cells' || resource === 'LUTs');
  if (logic === undefined) return device;
  return { ...device, luts: Math.floor((counts.luts * logic.available) / logic.needed) };
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
