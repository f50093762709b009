/** Runs one kernel of any instance on arrays and gives back every bit of the memory it could have touched. */
import { createRandom } from '../../../num/index.js';
import type { WindowSizes } from '../kernels.js';

/** Above the scratch memory of every instance. */
const base = 1 << 20;
const page = 65536;

export type NumberArray = Float32Array | Int32Array | Int16Array | Uint8Array;

export interface Run {
  /** What the kernel returned, NaN for nothing. */
  readonly result: number;
  /** The arrays with 16 guard bytes after each. */
  readonly memory: Uint8Array;
  /** Each array's bytes after the run. */
  readonly buffers: readonly ArrayBuffer[];
}

/** The arrays are laid out one after the other; the call gets their pointers. */
export function runKernel<Kernels>(
  { kernels, memory }: { readonly kernels: Kernels; readonly memory: WebAssembly.Memory },
  inputs: readonly NumberArray[],
  call: (kernels: Kernels, pointers: readonly number[]) => unknown,
): Run {
  const pointers: number[] = [];
  let end = base;
  for (const { byteLength } of inputs) {
    pointers.push(end);
    end += (byteLength + 31) & ~15;
  }
  const missing = end - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / page));
  const bytes = new Uint8Array(memory.buffer);
  bytes.fill(0xa5, base, end);
  inputs.forEach((input, i) =>
    bytes.set(new Uint8Array(input.buffer, input.byteOffset, input.byteLength), pointers[i]),
  );
  const returned = call(kernels, pointers);
  return {
    result: typeof returned === 'number' ? returned : NaN,
    memory: bytes.slice(base, end),
    buffers: inputs.map(
      ({ byteLength }, i) =>
        Uint8Array.from(bytes.subarray(pointers[i], (pointers[i] ?? 0) + byteLength)).buffer,
    ),
  };
}

/** Numbers of about [-2, 2]: among them equal ones, halves of whole numbers, and zeros of both signs. */
export function floats(seed: number, count: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: count }, () => {
    if (random.chance(0.5)) return random.between(-2, 2);
    const half = random.integer(-4, 4) / 2;
    return half === 0 && random.chance(0.5) ? -0 : half;
  });
}

/** Rubbish that a kernel which overwrites its output must not show. */
export const rubbish = (count: number): Float32Array => new Float32Array(count).fill(12345);

export const inputCount = (w: WindowSizes): number => w.batch * w.height * w.width * w.channels;
export const outputCount = (w: WindowSizes): number => w.batch * w.outHeight * w.outWidth * w.channels;
export const tapCount = (w: WindowSizes): number => w.kernelHeight * w.kernelWidth;
