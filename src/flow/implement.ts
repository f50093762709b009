/** One component on one device: emit, synthesize, place and route. */

import { emitVerilog, type Design } from '../hdl/index.js';
import {
  checkFits,
  findDevice,
  placeAndRoute,
  synthesize,
  type CellCounts,
  type PlaceAndRouteResult,
  type SynthOptions,
  type SynthResult,
} from '../synth/index.js';
import type { FindOptions } from '../tools/index.js';
import { unitSynthesis } from '../units/index.js';

export interface ImplementOptions {
  /** A name of `DEVICE_NAMES`. */
  readonly device: string;
  /** Constraint given to nextpnr for every clock. */
  readonly clockMHz: number;
  /** Seed of placement, default 1. */
  readonly seed?: number;
  /** Flags of the mapping; where one is left out, that which was measured as best for the unit, if it is one (docs/units). */
  readonly synthesis?: SynthOptions;
  readonly tools?: FindOptions;
  readonly signal?: AbortSignal;
}

export interface Implementation {
  /** Counted after synthesis. */
  readonly counts: CellCounts;
  readonly synthesis: SynthResult;
  /** `fmaxMHz`, `criticalPath`, `bitstream` and the rest. */
  readonly placed: PlaceAndRouteResult;
}

/**
 * The ports become pins, placed where nextpnr likes; a clock that is missed is a result (`placed.timingMet`), not an error.
 * @throws UnknownDevice; DoesNotFit; the errors of src/tools
 */
export async function implement(design: Design, options: ImplementOptions): Promise<Implementation> {
  const { clockMHz, seed = 1, signal, tools = {} } = options;
  const device = findDevice(options.device);
  const files = emitVerilog(design).files;
  const common = { device, tools, ...(signal === undefined ? {} : { signal }) };
  const synthesis = await synthesize({
    ...common,
    verilogFiles: files.filter(({ name }) => name.endsWith('.v')),
    hexFiles: files.filter(({ name }) => name.endsWith('.hex')),
    top: design.name,
    options: { ...unitSynthesis(design, device.family), ...options.synthesis },
  });
  checkFits(synthesis.counts, device);
  const placed = await placeAndRoute({ ...common, synth: synthesis, clockMHz, seed });
  return { counts: synthesis.counts, synthesis, placed };
}
