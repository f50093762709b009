/** The changing state of one trainer: arenas, quantizers, masks, and the threads that compute with them. */
import type { Dataset } from '../../nn/index.js';
import { QuantError } from '../errors.js';
import { convNodes, nodeShapes, verifyModel, type FloatModel } from '../model/index.js';
import { layoutOf, modelWith, parametersOf, statisticsOf, type Layout } from './parameters.js';
import type { Grids } from './plan/plan.js';
import type { ShardJob, ShardResult } from './shard.js';
import { openThreads, type Threads } from './threads.js';
import type { FrozenWeights, Parameter, Quantizers } from './types.js';

export interface Network {
  readonly source: FloatModel;
  readonly layout: Layout;
  readonly classes: number;
  readonly values: Float32Array;
  readonly statistics: Float32Array;
  /** As the arena; 1: frozen. */
  readonly frozen: Uint8Array;
  /** Data sets that fit. */
  readonly checked: WeakSet<Dataset>;
  readonly quantizers: () => Quantizers;
  readonly setQuantizers: (quantizers: Quantizers) => void;
  readonly setFrozen: (frozen: FrozenWeights) => void;
  readonly weights: (node: string) => Float32Array;
  /** Takes over what was written into `values` and `statistics`: projects the weights and tells the threads. */
  readonly refresh: () => void;
  readonly run: (jobs: readonly ShardJob[]) => Promise<readonly ShardResult[]>;
  /** @throws QuantError QT104 when a name is no node */
  readonly checkNodes: (names: readonly string[], use: string) => void;
  readonly model: (which: 'latent' | 'projected') => FloatModel;
  readonly close: () => Promise<void>;
}

/** @throws QuantError QT001 to QT004 when the model is wrong */
export async function openNetwork(source: FloatModel, threadCount: number): Promise<Network> {
  verifyModel(source);
  const shapes = nodeShapes(source);
  const layout = layoutOf(source);
  const values = parametersOf(source, layout);
  const used = values.slice();
  const statistics = statisticsOf(source, layout);
  const frozen = new Uint8Array(layout.parameterCount);
  const convs = new Set(convNodes(source).map(({ name }) => name));
  const threads: Threads = await openThreads({ model: source, shapes }, threadCount);
  let quantizers: Quantizers = {};
  let version = 0;

  const weightsOf = (node: string, use: string): Parameter => {
    const found = layout.parameters.find((one) => one.node === node && one.kind === 'weights');
    if (found !== undefined) return found;
    throw unknown(use, node, `its layers with weights are ${[...convs].join(', ')}`);
  };
  const unknown = (use: string, node: string, known: string): QuantError =>
    new QuantError(
      'QT104',
      `${use} name "${node}", which "${source.name}" does not have; ${known}. Correct the name.`,
    );
  const view = (arena: Float32Array, { offset, length }: Parameter): Float32Array =>
    arena.subarray(offset, offset + length);
  const checkNodes = (names: readonly string[], use: string): void => {
    const wrong = names.find((name) => !shapes.has(name));
    if (wrong !== undefined) throw unknown(use, wrong, `its nodes are ${[...shapes.keys()].join(', ')}`);
  };
  const project = (): void => {
    used.set(values);
    for (const [node, projection] of Object.entries(quantizers.projections ?? {})) {
      const parameter = weightsOf(node, 'projections');
      projection(view(values, parameter), view(used, parameter));
    }
  };
  const grids = (): Grids => ({
    ...(quantizers.input === undefined ? {} : { input: quantizers.input }),
    activations: quantizers.activations ?? {},
  });
  return {
    source,
    layout,
    classes: shapes.get(source.nodes.at(-1)?.name ?? '')?.[2] ?? 0,
    values,
    statistics,
    frozen,
    checked: new WeakSet(),
    quantizers: () => quantizers,
    setQuantizers: (next) => {
      checkNodes(Object.keys(next.activations ?? {}), 'activation grids');
      for (const node of Object.keys(next.projections ?? {})) weightsOf(node, 'projections');
      quantizers = next;
    },
    setFrozen: (masks) => {
      frozen.fill(0);
      for (const [node, mask] of Object.entries(masks)) {
        const { offset, length } = weightsOf(node, 'frozen weights');
        if (mask.length !== length)
          throw new QuantError(
            'QT104',
            `the mask of frozen weights of "${node}" has ${mask.length} entries, the layer ${length} weights. Give one per weight.`,
          );
        frozen.set(mask, offset);
      }
    },
    weights: (node) => view(values, weightsOf(node, 'weights')),
    refresh: () => {
      project();
      version++;
    },
    run: (jobs) => threads.run(jobs, { version, parameters: used, statistics, grids: grids() }),
    checkNodes,
    model: (which) => {
      if (which === 'projected') project();
      return modelWith(source, layout, which === 'latent' ? values : used, statistics);
    },
    close: () => threads.close(),
  };
}

/** Multiplications of one picture, a measure of the work of a step. */
export function workOf(model: FloatModel): number {
  const shapes = nodeShapes(model);
  return convNodes(model).reduce((sum, node) => {
    const [height, width] = shapes.get(node.name) ?? [0, 0];
    const perPixel = node.weights.length;
    return sum + height * width * perPixel;
  }, 0);
}
