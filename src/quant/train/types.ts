/** What the training engine is asked and what it answers. */
import type { Dataset } from '../../nn/index.js';
import type { ActivationGrid, FloatModel } from '../model/index.js';

/** Straight-through projection of one layer's latent weights: writes the weights that the forward pass uses. */
export type Projection = (latent: Float32Array, used: Float32Array) => void;

/** How the network is quantized while it trains and when it is evaluated. All maps are by node name. */
export interface Quantizers {
  readonly input?: ActivationGrid;
  /** Fake quantization of a node's output, straight through inside the range, no gradient outside. */
  readonly activations?: Readonly<Record<string, ActivationGrid>>;
  /** Called before every forward pass that follows a change of weights; gradients pass to the latent weights unchanged. */
  readonly projections?: Readonly<Record<string, Projection>>;
}

/** Weights that no longer change: 1 stops gradient, momentum and weight decay of that weight. By conv node. */
export type FrozenWeights = Readonly<Record<string, Uint8Array>>;

export type Optimizer =
  | { readonly kind: 'sgd'; readonly momentum: number; readonly weightDecay: number }
  | {
      readonly kind: 'adam';
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
      readonly weightDecay: number;
    };

/** Learning rate by progress (0 .. 1 of all steps). */
export type Schedule =
  | { readonly kind: 'constant'; readonly rate: number }
  /** From `rate` down to `rate * floor` in half a cosine, after `warmup` (a fraction of all steps) rising linearly. */
  | { readonly kind: 'cosine'; readonly rate: number; readonly warmup?: number; readonly floor?: number }
  /** Multiplied by `factor` at each fraction of `at`. */
  | {
      readonly kind: 'steps';
      readonly rate: number;
      readonly at: readonly number[];
      readonly factor: number;
    };

export interface Augmentation {
  readonly flip: boolean;
  /** Greatest shift in pixels, each direction; what enters is 0. */
  readonly shift: number;
}

export interface Recipe {
  readonly epochs: number;
  readonly batch: number;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  readonly augmentation?: Augmentation;
  readonly seed: number;
  /**
   * Parts of a batch that are computed independently (own batch-normalization statistics) and summed in this order. Part of
   * the recipe, because it changes the result; the number of threads does not. Default 2.
   */
  readonly shards?: number;
}

export interface Progress {
  readonly phase: string;
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  /** On validation pictures, after re-estimated statistics; undefined inside an epoch. */
  readonly accuracy?: number;
  readonly secondsLeft: number;
}

export interface Evaluation {
  readonly loss: number;
  /** 0 .. 1. */
  readonly accuracy: number;
}

/** Where a parameter lies in the arena. */
export interface Parameter {
  readonly node: string;
  readonly kind: 'weights' | 'bias' | 'gamma' | 'beta';
  readonly offset: number;
  readonly length: number;
}

/** One forward and backward pass without update. */
export interface Gradients {
  readonly loss: number;
  /** As the arena: dLoss/dParameter, loss = mean over the pictures. */
  readonly values: Float32Array;
  /** dLoss/dOutput (loss = mean over the pictures) of the nodes asked for, [picture][y][x][channel]. */
  readonly taps: Readonly<Record<string, Float32Array>>;
}

/**
 * A network on the engine. Quantizers and frozen weights may change between steps. Everything is deterministic: equal
 * calls give equal bits, on any number of threads.
 */
export interface Trainer {
  readonly parameters: readonly Parameter[];
  /** The latent parameters, one arena; may be read and written between calls. */
  readonly values: Float32Array;
  /** View into `values`. */
  weights(node: string): Float32Array;
  setQuantizers(quantizers: Quantizers): void;
  setFrozen(frozen: FrozenWeights): void;
  /** Train-mode normalization. Taps: names of nodes. */
  gradients(
    data: Dataset,
    pictures: readonly number[],
    taps?: readonly string[],
    mode?: 'train' | 'evaluate',
  ): Promise<Gradients>;
  /**
   * Trains by the recipe; re-estimates statistics and evaluates after each epoch when `validation` is given. Writes a
   * checkpoint after each epoch and goes on from it exactly when it is there.
   * @throws QuantError QT101 when the loss is not finite or has exploded: names the step, says what to try
   */
  train(data: Dataset, recipe: Recipe, options?: TrainOptions): Promise<TrainSummary>;
  /** Statistics of every batch normalization anew: mean and variance over `batches` batches of the data. */
  reestimate(data: Dataset, batches?: number, seed?: number): Promise<void>;
  evaluate(data: Dataset): Promise<Evaluation>;
  /** Logits [picture][class], evaluation mode. */
  logits(data: Dataset, pictures: readonly number[]): Promise<Float32Array>;
  /** Outputs of nodes (before their own fake quantization), evaluation mode, [picture][y][x][channel]. */
  outputs(
    data: Dataset,
    pictures: readonly number[],
    nodes: readonly string[],
  ): Promise<Readonly<Record<string, Float32Array>>>;
  /** The network with its latent (`projected`: its projected) weights. */
  model(which?: 'latent' | 'projected'): FloatModel;
  close(): Promise<void>;
}

export interface TrainOptions {
  readonly phase?: string;
  readonly validation?: Dataset;
  readonly progress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
  /** File of the checkpoint, written whole. */
  readonly checkpoint?: string;
  /** Keep the weights of the best epoch by validation accuracy instead of the last. Default false. */
  readonly keepBest?: boolean;
  /** Called before each epoch, e.g. to calibrate activation grids anew. */
  readonly beforeEpoch?: (epoch: number, trainer: Trainer) => Promise<void>;
}

export interface TrainSummary {
  readonly epochs: readonly { readonly loss: number; readonly accuracy?: number; readonly seconds: number }[];
  /** Stopped by the signal; the checkpoint holds the state. */
  readonly stopped: boolean;
}
