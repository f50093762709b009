/** Gate-level energy of a network's products and sums, from real operands (docs/energy.md). */

import {
  prepareReference,
  type ConvLayer,
  type IntegerNetwork,
  type QuantizedSamples,
} from '../../nn/index.js';
import { mapAllToGates, type Energy, type Library } from '../../synth/index.js';
import type { FindOptions, ToolVersion } from '../../tools/index.js';
import { FlowError } from '../errors.js';
import { mapLayer, operationsOf, type MappedLayer, type PeGrid } from './layer.js';
import { macDesign } from './mac.js';
import { measureMac, type MeasuredMac } from './measure.js';
import { operationEnergyPj } from './model.js';
import { operandStream } from './stream.js';

export interface NetworkEnergyOptions {
  readonly library: Library;
  /** The array whose order of operands and idle PEs count. Default 1 x 1: each operation is a MAC of the network. */
  readonly array?: PeGrid;
  /** Pictures that operands are drawn from, the first ones of `samples`; default 8. */
  readonly pictures?: number;
  /** Operations of each layer that are simulated; default 4096. */
  readonly operations?: number;
  /** Time of one operation; only leakage depends on it. Default 10 ns. */
  readonly operationNs?: number;
  /** Where tools are looked for. */
  readonly tools?: FindOptions;
  readonly signal?: AbortSignal;
  /** Wall-clock limit of Yosys; default an hour. */
  readonly timeoutMs?: number;
  /** Cache root, default NOMUL_CACHE or `.cache`. */
  readonly cache?: string;
}

/** Plain data: energies of one layer's PEs. */
export interface LayerEnergy {
  readonly layer: string;
  /** As in reports: `int8`, `ternary`, `powerOfTwo`, `pvq`, `table`. */
  readonly pe: string;
  readonly operandBits: number;
  readonly accumulatorBits: number;
  /** Of one PE, in um2. */
  readonly areaUm2: number;
  /** Of the network, for one picture. */
  readonly macs: number;
  /** Of the PEs, for one picture: a MAC takes one for each plane of its weight; PEs without a weight work too. */
  readonly operations: number;
  /** Of one operation, in fJ, by cause. */
  readonly operationFj: Energy;
  /** What of it the clock and leakage take, in fJ: an operation whose operands stay as they were. */
  readonly idleFj: number;
  readonly pjPerOperation: number;
  readonly pjPerPicture: number;
  /** By the published energies per operation. */
  readonly modelPjPerPicture: number;
}

export interface NetworkEnergy {
  readonly layers: readonly LayerEnergy[];
  readonly macs: number;
  readonly operations: number;
  readonly pjPerPicture: number;
  readonly modelPjPerPicture: number;
  /** Under which conditions: the library's name and supply, what was drawn. */
  readonly conditions: {
    readonly library: string;
    readonly voltage: number | null;
    readonly operationNs: number;
    readonly array: PeGrid;
    readonly pictures: number;
    readonly sampledOperations: number;
    readonly tool: ToolVersion | null;
  };
}

const defaults = { pictures: 8, operations: 4096, operationNs: 10, array: { rows: 1, columns: 1 } };

/**
 * Every convolution's PE (product, accumulator) in the gates of a library, each driven with the layer's own activations and
 * weights in the array's order. Pooling, additions, requantizers, memories and control are not in it. Mapped and measured
 * PEs are cached; deterministic up to the PEs that other runs left there, mapped beside others (docs/energy.md).
 * @throws FlowError NO_CIRCUIT, NO_SAMPLES; UnusableNetlist for a library without supply voltage; AccelError; errors of src/tools
 */
export async function networkEnergy(
  network: IntegerNetwork,
  samples: QuantizedSamples,
  options: NetworkEnergyOptions,
): Promise<NetworkEnergy> {
  const { library, pictures, operations, operationNs, array, ...rest } = { ...defaults, ...options };
  const convs = network.layers.filter((layer) => layer.kind === 'conv');
  const mapped = convs.map((layer) => mapLayer(network, layer, array));
  const traces = tracesOf(network, samples, pictures);
  const designs = mapped.map((each) => macDesign({ ...each, planes: each.walk.planes }));
  const mappings = await mapAllToGates(designs, { library, ...rest });
  const conditions = { operationNs, inputSlewNs: 0.05, outputLoadFf: 0 };
  const layers: LayerEnergy[] = [];
  for (const [index, each] of mapped.entries()) {
    const [design, mapping] = [designs[index], mappings[index]];
    if (design === undefined || mapping === undefined) continue;
    const activations = traces.map((trace) => trace[each.layer.input] ?? new Int32Array());
    const stream = operandStream(each, activations, operations, index + 1);
    const run = { mapped: each, design, mapping, stream };
    const measured = await measureMac(run, library, conditions, options.cache);
    layers.push(layerEnergy(network, each, measured));
  }
  const total = (key: 'macs' | 'operations' | 'pjPerPicture' | 'modelPjPerPicture'): number =>
    layers.reduce((sum, layer) => sum + layer[key], 0);
  return {
    layers,
    macs: total('macs'),
    operations: total('operations'),
    pjPerPicture: total('pjPerPicture'),
    modelPjPerPicture: total('modelPjPerPicture'),
    conditions: {
      library: library.name,
      voltage: library.voltage ?? null,
      operationNs,
      array,
      pictures: traces.length,
      sampledOperations: operations,
      tool: mappings[0]?.tool ?? null,
    },
  };
}

function tracesOf(network: IntegerNetwork, { count, values }: QuantizedSamples, pictures: number) {
  if (count === 0) throw new FlowError('NO_SAMPLES', 'energy needs pictures to draw operands from; give one');
  const runner = prepareReference(network);
  return Array.from({ length: Math.min(count, pictures) }, (_, picture) =>
    runner.trace(values.subarray(picture * runner.inputLength, (picture + 1) * runner.inputLength)),
  );
}

function layerEnergy(
  network: IntegerNetwork,
  mapped: MappedLayer,
  { area, energy, idle }: MeasuredMac,
): LayerEnergy {
  const { layer, walk, actWidth, accWidth } = mapped;
  const operations = operationsOf(walk);
  return {
    layer: layer.name,
    pe: peOf(layer),
    operandBits: actWidth,
    accumulatorBits: accWidth,
    areaUm2: area,
    macs: walk.pixels * layer.weights.length,
    operations,
    operationFj: energy,
    idleFj: idle.total,
    pjPerOperation: energy.total / 1000,
    pjPerPicture: (energy.total / 1000) * operations,
    modelPjPerPicture: operationEnergyPj(network, layer),
  };
}

const peOf = ({ product, weightFormat, weightBits, depthwise }: ConvLayer): string => {
  if (product !== 'exact') return 'table';
  return depthwise || weightFormat === 'int' ? `int${String(weightBits)}` : weightFormat;
};
