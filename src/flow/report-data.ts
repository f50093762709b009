/** Puts what a run measured into the form of `report.json`. */

import { layerTicks, type Engine, type Job } from '../accel/index.js';
import { elementCount, tensorOf, type IntegerNetwork } from '../nn/index.js';
import {
  reportSchemaVersion,
  type Report,
  type ReportDevice,
  type ReportEquality,
  type ReportLayer,
} from '../report/index.js';
import type { PlaceAndRouteResult, SynthResult } from '../synth/index.js';
import type { ToolVersion } from '../tools/index.js';
import type { Activity } from './energy/index.js';
import type { Hardware, PlannedHardware } from './hardware.js';
import type { Inputs } from './inputs.js';
import type { EmitOptions, Problem } from './options.js';
import type { InProcessResult } from './verify.js';
import { version } from './version.js';

export interface Measured {
  readonly verb: Report['verb'];
  readonly options: EmitOptions & { readonly clock?: number | undefined };
  readonly inputs: Inputs;
  readonly hardware: Hardware;
  readonly accuracy: Report['accuracy'];
  readonly inProcess: InProcessResult | undefined;
  readonly verilator: ReportEquality | undefined;
  readonly netlist: ReportEquality | undefined;
  readonly synth: SynthResult | undefined;
  readonly placed: PlaceAndRouteResult | undefined;
  readonly activity: Activity | null;
  /** Outside simulators that took part. */
  readonly simulators: readonly ToolVersion[];
  readonly problems: readonly Problem[];
}

export const reportOf = (measured: Measured): Report => {
  const { hardware, inputs, placed, inProcess, verilator } = measured;
  const { prediction } = hardware;
  const interval = inProcess?.initiationInterval ?? prediction.initiationInterval;
  const fmax = placed?.fmaxMHz;
  return {
    schemaVersion: reportSchemaVersion,
    generator: { name: 'nomul', version },
    verb: measured.verb,
    options: flatOptions(measured.options),
    inputs: inputs.files,
    tools: toolsOf(measured),
    network: networkOf(inputs.network),
    array: arrayOf(hardware),
    roundedWeights: inputs.rounded.map((layer) => ({ ...layer })),
    layers: [...layersOf(hardware)],
    accuracy: measured.accuracy,
    equality: [inProcess?.equality, verilator].filter((entry) => entry !== undefined),
    netlist: measured.netlist ?? null,
    activity: activityOf(measured),
    device: deviceOf(measured),
    clock: clockOf(measured),
    latencyCycles: { predicted: prediction.latencyCycles, simulated: inProcess?.latencyCycles ?? null },
    initiationInterval: {
      predicted: prediction.initiationInterval,
      simulated: inProcess?.initiationInterval ?? null,
    },
    inferencesPerSecond: fmax === undefined ? null : (fmax * 1e6) / interval,
    inferencesPerSecondBasis: fmax === undefined ? null : 'placed',
    problems: [...measured.problems],
  };
};

const activityOf = ({ activity }: Measured): Report['activity'] =>
  activity === null ? null : { ...activity, cells: activity.cells.map((each) => ({ ...each })) };

const flatOptions = (options: Measured['options']): Report['options'] =>
  Object.fromEntries(
    Object.entries(options).map(([name, value]) => {
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
        return [name, value];
      return [name, value === undefined ? null : `${value.rows}x${value.columns}`];
    }),
  );

const toolsOf = ({ synth, placed, simulators }: Measured): Report['tools'] => {
  const used = [...(synth === undefined ? [] : [synth.tool]), ...(placed?.tools ?? []), ...simulators];
  return used.map(({ tool, origin, version: toolVersion }) => ({ tool, origin, version: toolVersion }));
};

const networkOf = (network: IntegerNetwork): Report['network'] => {
  const input = tensorOf(network, network.input, network.name);
  const output = tensorOf(network, network.output, network.name);
  const convs = network.layers.filter((layer) => layer.kind === 'conv');
  return {
    name: network.name,
    inputShape: [...input.shape],
    outputCount: elementCount(output.shape),
    macs: convs.reduce((sum, layer) => sum + macsOf(network, layer.output, layer.weights.length), 0),
    weights: convs.reduce((sum, { weights }) => sum + weights.length, 0),
    weightBits: convs.reduce((sum, { weights, weightBits }) => sum + weights.length * weightBits, 0),
  };
};

/** Every weight is used once per output pixel. */
const macsOf = (network: IntegerNetwork, output: string, weights: number): number => {
  const [height, width] = tensorOf(network, output, network.name).shape;
  return height * width * weights;
};

/** What people call an engine: `ternary`, `int8`. */
const kindOfEngine = ({ kind, codeWidth }: Engine): string => (kind === 'int' ? `int${codeWidth}` : kind);

const arrayOf = (hardware: Hardware): Report['array'] => {
  const { config } = hardware.plan;
  const { geometry, engines, requantizers } = config;
  // Without dense engines the array itself is made of lanes.
  const [main, ...others] = [...engines].sort((a, b) => rank(a) - rank(b));
  const beside = others.map((engine) => ({
    kind: `${kindOfEngine(engine)} ${engine.operands === 'dense' ? 'PE' : 'MAC'}`,
    count: geometry.columns * engine.products,
  }));
  return {
    rows: geometry.rows,
    columns: geometry.columns,
    peKind: main === undefined ? 'comparator' : kindOfEngine(main),
    unitsBeside: [...beside, { kind: 'requantizer', count: requantizers }],
  };
};

const rank = ({ operands }: Engine): number => (operands === 'dense' ? 0 : 1);

/** What the report says of every layer, before anything is simulated. */
export const layersOf = (hardware: PlannedHardware): readonly ReportLayer[] =>
  hardware.plan.jobs.map((job, index) => layerOf(hardware, job, index));

const layerOf = (hardware: PlannedHardware, job: Job, index: number): ReportLayer => {
  const { plan, prediction } = hardware;
  const { config, network } = plan;
  const { rows, columns } = config.geometry;
  const cycles = prediction.layers[index]?.cycles ?? layerTicks(job);
  const engine = config.engines.find(({ name }) => name === job.engine);
  // Every plane of the weights takes a pass of its own.
  const units = (columns * (engine?.products ?? config.taps)) / job.planes;
  const inputName = job.layer.kind === 'add' ? job.layer.inputs[0] : job.layer.input;
  return {
    name: job.layer.name,
    kind: kindOf(job),
    peKind: peKindOf(job, engine),
    inputShape: [...tensorOf(network, inputName, job.layer.name).shape],
    outputShape: [...tensorOf(network, job.layer.output, job.layer.name).shape],
    macs: job.macs,
    idealCycles: job.macs / (rows * columns),
    cycles,
    utilization: Math.min(1, job.macs / (cycles * units)),
    weightBits: job.layer.kind === 'conv' ? (engine?.codeWidth ?? 0) * job.planes : 0,
    basis: 'estimated',
  };
};

const kindOf = ({ layer, rows, columns, padTop, padLeft }: Job): string => {
  if (layer.kind === 'add') return 'residual add';
  const size = `${layer.kernel[0]}x${layer.kernel[1]}`;
  if (layer.kind === 'maxPool') return `max pool ${size}`;
  if (layer.kind === 'avgPool') return size === '1x1' ? 'rescale' : `average pool ${size}`;
  if (layer.depthwise) return `depthwise ${size}`;
  if (rows * columns === 1 && padTop === 0 && padLeft === 0) return 'fully connected';
  return size === '1x1' ? 'pointwise' : `${size} convolution`;
};

const peKindOf = ({ mode, layer }: Job, engine: Engine | undefined): string => {
  if (engine === undefined) return 'comparator';
  if (mode === 'add') return 'requantizer';
  return layer.kind === 'conv' && mode === 'dense' && layer.weightFormat === 'pvq'
    ? 'pvq'
    : kindOfEngine(engine);
};

const deviceOf = ({ hardware, synth, placed }: Measured): ReportDevice | null => {
  if (synth === undefined) return null;
  const { device } = hardware.profile;
  const { luts, registers, blockRams, dsps } = synth.counts;
  return {
    name: device.name,
    luts,
    registers,
    blockRams,
    dsps,
    basis: 'synthesized',
    fmaxMHz: placed?.fmaxMHz ?? null,
    available: {
      luts: device.luts,
      registers: device.registers,
      blockRams: device.blockRams,
      dsps: device.dsps,
    },
  };
};

const clockOf = ({ options, placed }: Measured): Report['clock'] => {
  const path = placed?.criticalPath;
  return {
    requestedMHz: options.clock ?? null,
    met: placed === undefined || options.clock === undefined ? null : placed.timingMet,
    criticalPath:
      path === undefined
        ? null
        : {
            delayNs: path.delayNs,
            steps: path.hops.map(({ signal, kind, delayNs }) => ({ signal, kind, delayNs })),
          },
  };
};
