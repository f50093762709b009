/** What the five methods and the uniform baselines have in common: what they are given, what they return. */
import type { Dataset } from '../nn/index.js';
import type { ActivationGrid, FloatModel, QuantizedModel } from './model/index.js';
import type { Augmentation, Progress } from './train/index.js';

/** The data of one run. The test set is not among them: nothing may be chosen by it. */
export interface MethodData {
  readonly train: Dataset;
  /** Pictures that training never sees; they choose hyper-parameters and the best checkpoint. */
  readonly validation: Dataset;
}

export interface MethodContext {
  readonly model: FloatModel;
  /** The grid of the network's input; usually the pictures' own integers. */
  readonly input: ActivationGrid;
  readonly data: MethodData;
  /** Training epochs the method may spend in all; 0: calibration only. */
  readonly epochs: number;
  readonly seed: number;
  /** What suits the data; a method's own configuration comes before it. Undefined: none. */
  readonly augmentation?: Augmentation;
  readonly progress?: (progress: Progress) => void;
  /** Aborted by Ctrl-C: the method stops after the current step, keeping its last checkpoint. */
  readonly signal?: AbortSignal;
  /** Folder of checkpoints; undefined: none are written. */
  readonly checkpoints?: string;
}

export interface MethodResult {
  readonly quantized: QuantizedModel;
  /** What the method wants in the report, as plain JSON: ranks, portions, choices ... */
  readonly details: Readonly<Record<string, unknown>>;
}

/** A method with its configuration bound. @throws QuantError */
export type Method = (context: MethodContext) => Promise<MethodResult>;
