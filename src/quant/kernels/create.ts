/** The kernels in WebAssembly: compiles the carried module and gives it the shape of `Kernels`. */
import { kernelsWasm } from './kernels-wasm.js';
import type { KernelInstance, Kernels, WindowSizes } from './kernels.js';
import type { TableKernelInstance } from './table-kernels.js';
import { wasmFunctions, type WasmFunctions } from './wasm.js';

/** Kernel positions of a depthwise convolution for which the scratch memory suffices. */
const depthwisePositions = 4096;

/** A fresh instance with its own memory (a few pages: the caller grows it); milliseconds. */
export function createKernels(): KernelInstance {
  const { call, memory } = wasmFunctions(kernelsWasm);
  return { memory, heapBase: call('heapBase'), kernels: kernelsOf(call, memory) };
}

/** Arguments in the order of `Kernels`; a window goes through memory, as twelve int32. */
function kernelsOf(call: WasmFunctions['call'], memory: WebAssembly.Memory): Kernels {
  const place = call('windowPlace');
  const plain =
    (name: string) =>
    (...args: readonly (number | boolean)[]): void =>
      void call(name, ...args.map(Number));
  const setWindow = (w: WindowSizes): void => {
    new Int32Array(memory.buffer, place, 12).set([
      ...[w.batch, w.height, w.width, w.channels, w.kernelHeight, w.kernelWidth],
      ...[w.strideY, w.strideX, w.top, w.left, w.outHeight, w.outWidth],
    ]);
  };
  const windowed = (name: string, window: WindowSizes, ...pointers: readonly number[]): void => {
    setWindow(window);
    call(name, ...pointers);
  };
  const checkDepthwise = (w: WindowSizes): void => {
    if (w.kernelHeight * w.kernelWidth > depthwisePositions) {
      throw new RangeError(`depthwise kernel of more than ${depthwisePositions} positions`);
    }
  };
  return {
    matmul: plain('matmul'),
    matmulTransposedA: plain('matmulTransposedA'),
    transpose: plain('transpose'),
    im2col: (x, columns, window) => windowed('im2col', window, x, columns),
    col2im: (columns, dx, window) => windowed('col2im', window, columns, dx),
    depthwise: (x, weights, y, window) => {
      checkDepthwise(window);
      windowed('depthwise', window, x, weights, y);
    },
    depthwiseBackward: (x, weights, dy, dx, dWeights, window) => {
      checkDepthwise(window);
      if (dx !== 0) windowed('depthwiseInputGradient', window, weights, dy, dx);
      windowed('depthwiseWeightGradient', window, x, dy, dWeights);
    },
    addBias: plain('addBias'),
    sumRows: plain('sumRows'),
    statistics: plain('statistics'),
    normalize: plain('normalize'),
    normalizeRelu: plain('normalizeRelu'),
    normalizeBackward: plain('normalizeBackward'),
    normalizeReluBackward: plain('normalizeReluBackward'),
    relu: plain('relu'),
    reluBackward: plain('reluBackward'),
    fakeQuantize: plain('fakeQuantize'),
    fakeQuantizeBackward: plain('fakeQuantizeBackward'),
    maxPool: (x, y, argmax, window) => windowed('maxPool', window, x, y, argmax),
    maxPoolBackward: plain('maxPoolBackward'),
    avgPool: (x, y, window) => windowed('avgPool', window, x, y),
    avgPoolBackward: (dy, dx, window) => windowed('avgPoolBackward', window, dy, dx),
    addInto: plain('addInto'),
    crossEntropy: (...args) => call('crossEntropy', ...args),
    countCorrect: (...args) => call('countCorrect', ...args),
  };
}

/** A fresh instance of the integer kernels with its own memory. */
export function createTableKernels(): TableKernelInstance {
  const { call, memory } = wasmFunctions(kernelsWasm);
  return {
    memory,
    heapBase: call('heapBase'),
    kernels: {
      tableMatmul8: (...args) => void call('tableMatmul8', ...args),
      tableMatmul4: (acts, weights, table, sums, m, k, n, actBits, weightBits) => {
        if (Math.max(actBits, weightBits) > 4)
          throw new RangeError('tableMatmul4: codes of more than 4 bits');
        call('tableMatmul4', acts, weights, table, sums, m, k, n, actBits, weightBits);
      },
      intMatmul: (acts, weights, sums, m, k, n) => {
        if (k % 2 !== 0) throw new RangeError('intMatmul: k is odd; append a zero to every row');
        call('intMatmul', acts, weights, sums, m, k, n);
      },
    },
  };
}
