/** How often the cells of a placed design's netlist change while it computes real pictures. */

import type { IntegerNetwork, QuantizedSamples } from '../../nn/index.js';
import { runVerilatorStreams, sourceOf, type StreamBench, type StreamResult } from '../../sim/index.js';
import { instrumentedNetlist, type InstrumentedNetlist, type SynthResult } from '../../synth/index.js';
import type { FindOptions } from '../../tools/index.js';
import { FlowError } from '../errors.js';
import { makeHardware, type Hardware } from '../hardware.js';
import type { EmitOptions, FlowHooks } from '../options.js';
import { map } from '../place.js';
import { benchOf, countMismatches, expectationOf, withCellModels, type Expectation } from '../verify.js';

export interface ActivityOptions extends Pick<EmitOptions, 'device' | 'array'> {
  readonly reloadable?: boolean;
  /** Pictures, back to back, at least 2: changes are counted from the end of the first to the end of the last. Default 3. */
  readonly pictures?: number;
  /** Where tools are looked for. */
  readonly tools?: FindOptions;
  readonly signal?: AbortSignal;
  /** For synthesis, and for building and running the simulation, each. Default an hour. */
  readonly timeoutMs?: number;
  /** Folder of cached builds of the simulation; default NOMUL_CACHE or `.cache`. */
  readonly cache?: string;
}

/** Plain data. Activity is not energy: what a change costs depends on wires that no tool here knows. */
export interface Activity {
  /** By kind of cell: how many there are, and how often their outputs change for one picture. */
  readonly cells: readonly { readonly cell: string; readonly count: number; readonly toggles: number }[];
  /** Between the ends of two pictures. */
  readonly cyclesPerPicture: number;
  /** Over which the means were taken. */
  readonly pictures: number;
  readonly simulator: 'verilator';
}

/**
 * Changes per picture of the mapped netlist's cells, which are those that place and route places: zero delay, one count per
 * clock cycle at most, no glitches. The outputs are compared with the reference on the way.
 * @throws FlowError NO_SAMPLES (fewer than 2), NETLIST_DIFFERS; errors of src/accel and src/tools
 */
export async function activityOf(
  network: IntegerNetwork,
  samples: QuantizedSamples,
  options: ActivityOptions,
): Promise<Activity> {
  const { reloadable = false, tools = {}, signal } = options;
  const hooks: FlowHooks = signal === undefined ? {} : { signal };
  const hardware = makeHardware(network, { ...options, reloadable });
  const mapped = await map(hardware, tools, hooks, { timeoutMs: options.timeoutMs });
  return mappedActivity(hardware, mapped, samples, options);
}

/** The same for a design that is mapped already. */
export async function mappedActivity(
  hardware: Hardware,
  mapped: Pick<SynthResult, 'netlistJson'>,
  samples: QuantizedSamples,
  options: Pick<ActivityOptions, 'pictures' | 'tools' | 'signal' | 'timeoutMs' | 'cache'>,
): Promise<Activity> {
  const pictures = Math.min(samples.count, options.pictures ?? DEFAULT_PICTURES);
  requirePictures(pictures);
  const { network } = hardware.plan;
  const expectation = await expectationOf(network, { ...samples, count: pictures }, {});
  const netlist = instrumentedNetlist(mapped.netlistJson, hardware.design.name);
  const bench = benchOf(expectation, 0, pictures, hardware);
  const { tools = {}, signal, timeoutMs = DEFAULT_LIMIT_MS, cache } = options;
  const result = await runVerilatorStreams(
    instrumentedSource(hardware, netlist),
    withCounters(bench, netlist),
    {
      ...{ tools, timeoutMs, favour: 'build' },
      ...(signal === undefined ? {} : { signal }),
      ...(cache === undefined ? {} : { cache }),
    },
  );
  requireEqual(expectation, result, pictures, hardware);
  return meanOf(result, netlist, pictures);
}

/** @throws FlowError NO_SAMPLES when there are fewer than two */
export function requirePictures(pictures: number): void {
  if (pictures >= 2) return;
  throw new FlowError(
    'NO_SAMPLES',
    'activity is counted from one picture to the next; give at least 2 pictures',
  );
}

const DEFAULT_PICTURES = 3;
const DEFAULT_LIMIT_MS = 60 * 60 * 1000;

function instrumentedSource({ design, profile }: Hardware, { text, counters }: InstrumentedNetlist) {
  const source = sourceOf(design);
  const ports = counters.map(({ port, width }) => ({
    ...{ name: port, direction: 'out' as const },
    type: { signed: false, width },
  }));
  return withCellModels(
    { ...source, files: [{ name: 'netlist.v', text }], ports: [...source.ports, ...ports] },
    profile.device,
    true,
  );
}

/** Counters are read with every output beat. */
const withCounters = (bench: StreamBench, { counters }: InstrumentedNetlist): StreamBench => ({
  ...bench,
  output: { ...bench.output, payload: [...bench.output.payload, ...counters.map(({ port }) => port)] },
});

function requireEqual(
  expectation: Expectation,
  result: StreamResult,
  pictures: number,
  { design }: Hardware,
): void {
  const mismatches = countMismatches(expectation, 0, pictures, result);
  if (mismatches === 0) return;
  throw new FlowError(
    'NETLIST_DIFFERS',
    `${String(mismatches)} outputs of the mapped netlist of ${design.name} differ from the reference in Verilator, so its activity says nothing; nomul build compares them in Icarus too`,
    1,
  );
}

function meanOf({ beats }: StreamResult, { counters }: InstrumentedNetlist, pictures: number): Activity {
  const ends = beats.filter(({ last }) => last);
  const [first, final] = [ends[0], ends[pictures - 1]];
  const intervals = pictures - 1;
  return {
    cells: counters.map(({ kind, cells }, index) => ({
      cell: kind,
      count: cells,
      toggles: Number((final?.values[index + 1] ?? 0n) - (first?.values[index + 1] ?? 0n)) / intervals,
    })),
    cyclesPerPicture: ((final?.cycle ?? 0) - (first?.cycle ?? 0)) / intervals,
    pictures: intervals,
    simulator: 'verilator',
  };
}
