/** An integer network whose convolutions look their products up, with tables that can be replaced at any time. */
import {
  elementCount,
  prepareLayer,
  tensorRanges,
  verifyNetwork,
  type IntegerLayer,
  type IntegerNetwork,
  type LayerContext,
} from '../../../nn/index.js';
import { QuantError } from '../../errors.js';
import { createTableKernels } from '../../kernels/create.js';
import { productLayers, type ProductLayer } from '../layers.js';
import { CHUNK, createConvolution, type Convolution, type Substitution, type Visit } from './convolution.js';
import { createArena, kernelPlace, plainPlace } from './places.js';

/** Holds every tensor of the pictures it works on: not re-entrant. */
export interface TableNetwork {
  readonly network: IntegerNetwork;
  /** Its convolutions, in execution order. */
  readonly layers: readonly ProductLayer[];
  /** Replaces a layer's products (undefined: its own again). @throws QuantError QT503 */
  substitute(layer: string, substitution: Substitution | undefined): void;
  /** Takes in `count` pictures, one after another, as the network's input integers. */
  load(inputs: ArrayLike<number>, count: number): void;
  /**
   * Computes layers on the pictures taken in, in execution order; tensors before `from` are those of the last time.
   * Default: all layers.
   */
  compute(part?: Part, visit?: Visit): void;
  /** The output tensor's integers, one picture after another. Valid until the next use. */
  outputs(): Int32Array;
  /** `load`, `compute` and `outputs` for any number of pictures. Bit-exact with src/nn's reference. */
  run(inputs: ArrayLike<number>, count: number, visit?: Visit): Int32Array;
}

/** Layers of any kind: from one (or from behind one) through another. */
export interface Part {
  readonly from?: string;
  readonly after?: string | undefined;
  readonly to?: string;
}

/** Pictures at a time of `run`: bounds the memory. */
const BLOCK = 64;

/** @throws NnError for a wrong network, QuantError QT503 for convolutions that tables cannot express */
export function createTableNetwork(network: IntegerNetwork): TableNetwork {
  verifyNetwork(network);
  const layers = productLayers(network);
  const arena = createArena(createTableKernels());
  const convolutions = new Map(
    layers.map((of): [string, Convolution] => {
      const place = of.layer.depthwise ? plainPlace(of, CHUNK) : kernelPlace(of, CHUNK, arena);
      return [of.name, createConvolution(of, place)];
    }),
  );
  const tensors = createTensors(network);
  const context = { network, ranges: tensorRanges(network) };
  const steps = network.layers.map((layer): Step => {
    const convolution = convolutions.get(layer.name);
    if (layer.kind !== 'conv' || convolution === undefined) return pictureStep(context, layer, tensors);
    return (visit) =>
      convolution.run(tensors.of(layer.input), tensors.of(layer.output), tensors.count(), visit);
  });
  const indexOf = (name: string): number => network.layers.findIndex((layer) => layer.name === name);

  const running: TableNetwork = {
    network,
    layers,
    substitute: (name, substitution) => {
      const convolution = convolutions.get(name);
      if (convolution === undefined) {
        const known = layers.map((layer) => layer.name).join(', ');
        throw new QuantError(
          'QT503',
          `there is no convolution "${name}" to substitute. There are: ${known}.`,
        );
      }
      convolution.substitute(substitution);
    },
    load: (inputs, count) => tensors.load(inputs, count),
    compute: ({ from, after, to } = {}, visit) => {
      const first = from !== undefined ? indexOf(from) : after === undefined ? 0 : indexOf(after) + 1;
      const end = to === undefined ? steps.length : indexOf(to) + 1;
      for (const step of steps.slice(first, end)) step(visit);
    },
    outputs: () => tensors.of(network.output).subarray(0, tensors.count() * tensors.size(network.output)),
    run: (inputs, count, visit) => {
      const [inputSize, outputSize] = [tensors.size(network.input), tensors.size(network.output)];
      const results = new Int32Array(count * outputSize);
      const values = Int32Array.from(inputs);
      for (let first = 0; first < count; first += BLOCK) {
        const end = Math.min(count, first + BLOCK);
        running.load(values.subarray(first * inputSize, end * inputSize), end - first);
        running.compute({}, visit && ((layer, columns, at, sums) => visit(layer, columns, first + at, sums)));
        results.set(running.outputs(), first * outputSize);
      }
      return results;
    },
  };
  return running;
}

type Step = (visit?: Visit) => void;

/** Every tensor of the pictures taken in: [picture][y][x][channel]. */
interface Tensors {
  load(inputs: ArrayLike<number>, count: number): void;
  of(name: string): Int32Array;
  /** Values per picture. */
  size(name: string): number;
  count(): number;
}

function createTensors(network: IntegerNetwork): Tensors {
  const sizes = new Map(Object.values(network.tensors).map(({ name, shape }) => [name, elementCount(shape)]));
  const sizeOf = (name: string): number => sizes.get(name) ?? 0;
  let [room, loaded] = [0, 0];
  let tensors = new Map<string, Int32Array>();
  const tensorOf = (name: string): Int32Array => tensors.get(name) ?? new Int32Array();
  return {
    of: tensorOf,
    size: sizeOf,
    count: () => loaded,
    load: (inputs, count) => {
      if (count > room) {
        tensors = new Map([...sizes].map(([name, size]) => [name, new Int32Array(count * size)]));
        room = count;
      }
      loaded = count;
      const input = tensorOf(network.input);
      for (let i = 0; i < count * sizeOf(network.input); i++) input[i] = inputs[i] ?? 0;
    },
  };
}

/** Any other layer, picture by picture as the reference computes it. */
function pictureStep(context: LayerContext, layer: IntegerLayer, tensors: Tensors): Step {
  const kernel = prepareLayer(context, layer);
  const names = 'inputs' in layer ? layer.inputs : [layer.input];
  const part = (name: string, picture: number): Int32Array =>
    tensors.of(name).subarray(picture * tensors.size(name), (picture + 1) * tensors.size(name));
  return () => {
    for (let picture = 0; picture < tensors.count(); picture++) {
      kernel(
        names.map((name) => part(name, picture)),
        part(layer.output, picture),
      );
    }
  };
}
