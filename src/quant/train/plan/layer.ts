/** What one node does on the kernels' memory. All addresses are byte offsets; 0 stands for "not wanted". */
import type { Shape } from '../../../nn/index.js';
import type { Kernels, WindowSizes } from '../../kernels/kernels.js';

export interface Layer {
  /** Called after the parameters have changed. */
  readonly prepare?: () => void;
  forward(count: number, training: boolean): void;
  /** From the gradient of the output to those of the inputs and the parameters; all are overwritten. */
  backward(count: number, training: boolean): void;
  /** This layer and a ReLU that works in place on its output and gradient, as one. */
  readonly rectified?: (max: number) => Layer;
}

export interface LayerContext {
  readonly kernels: Kernels;
  /** Address of memory of the layer's own, in 32-bit numbers. */
  readonly allocate: (count: number) => number;
  /** Address of memory that every layer uses and none keeps. */
  readonly scratch: () => number;
  /** Copies numbers inside the memory. */
  readonly copy: (from: number, to: number, count: number) => void;
  readonly clear: (address: number, count: number) => void;
  /** Greatest number of pictures. */
  readonly capacity: number;
  readonly inputShape: Shape;
  readonly shape: Shape;
  readonly x: readonly number[];
  readonly y: number;
  readonly dy: number;
  readonly dx: readonly number[];
  /** Addresses of the node's parameters and of their gradients. */
  readonly parameter: (kind: 'weights' | 'bias' | 'gamma' | 'beta') => Slot;
  /** Addresses of the statistics of a batch normalization. */
  readonly statistics: () => { readonly running: Moments; readonly batch: Moments };
}

export interface Slot {
  readonly value: number;
  readonly gradient: number;
}

export interface Moments {
  readonly mean: number;
  readonly variance: number;
}

export const sizeOf = ([height, width, channels]: Shape): number => height * width * channels;

interface Window {
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [y: number, x: number];
  readonly padding: { readonly top: number; readonly left: number };
}

/** The window of a node for any number of pictures. */
export function windowOf(node: Window, input: Shape, output: Shape): (batch: number) => WindowSizes {
  const window = {
    height: input[0],
    width: input[1],
    channels: input[2],
    kernelHeight: node.kernel[0],
    kernelWidth: node.kernel[1],
    strideY: node.stride[0],
    strideX: node.stride[1],
    top: node.padding.top,
    left: node.padding.left,
    outHeight: output[0],
    outWidth: output[1],
  };
  return (batch) => ({ batch, ...window });
}
