/** Layer tables of the ImageNet networks of the papers, generated from their definitions; no weights. */
import type { CountedLayer } from './layers.js';

interface Step {
  readonly name: string;
  readonly outChannels: number;
  readonly kernel?: number;
  readonly stride?: number;
  readonly depthwise?: boolean;
  readonly normalized?: boolean;
}

/** Where the table is written to, and the tensor that the next layer reads. */
interface Builder {
  readonly layers: CountedLayer[];
  size: number;
  channels: number;
}

/** Square kernel, padded so that stride 1 keeps the size. The last layer of all is a fully connected one with bias. */
function append(builder: Builder, step: Step): void {
  const { name, outChannels, kernel = 1, stride = 1, depthwise = false, normalized = true } = step;
  const padding = Math.floor(kernel / 2);
  const { size, channels } = builder;
  const out = Math.floor((size + 2 * padding - kernel) / stride) + 1;
  builder.layers.push({
    name,
    kind: kindOf(depthwise, kernel, size),
    inChannels: channels,
    outChannels,
    kernel: [kernel, kernel],
    inputSize: [size, size],
    outputSize: [out, out],
    bias: !normalized,
    normalized,
  });
  builder.size = out;
  builder.channels = outChannels;
}

function kindOf(depthwise: boolean, kernel: number, size: number): CountedLayer['kind'] {
  if (depthwise) return 'depthwise';
  if (kernel === size) return 'fullyConnected';
  return kernel === 1 ? 'pointwise' : 'conv';
}

/** Rounded to a multiple of 8, by at most 10 % down: how MobileNets scale their widths. */
function widthOf(channels: number, multiplier: number): number {
  const scaled = channels * multiplier;
  const rounded = Math.max(8, Math.floor((scaled + 4) / 8) * 8);
  return rounded < 0.9 * scaled ? rounded + 8 : rounded;
}

/** Expansion, channels, repetitions, stride (arXiv 1801.04381, table 2). */
const mobileNetV2Blocks = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/** MobileNetV2 for square pictures of 3 channels (arXiv 1801.04381): 53 layers. */
export function mobileNetV2(width = 1, size = 224, classes = 1000): readonly CountedLayer[] {
  const builder: Builder = { layers: [], size, channels: 3 };
  append(builder, { name: 'stem', outChannels: widthOf(32, width), kernel: 3, stride: 2 });
  for (const [block, [expansion, channels, repetitions, firstStride]] of mobileNetV2Blocks.entries()) {
    for (let i = 0; i < repetitions; i++) {
      const name = `block${block + 1}.${i}`;
      const inner = builder.channels * expansion;
      if (expansion > 1) append(builder, { name: `${name}.expand`, outChannels: inner });
      const stride = i === 0 ? firstStride : 1;
      append(builder, { name: `${name}.depthwise`, outChannels: inner, kernel: 3, stride, depthwise: true });
      append(builder, { name: `${name}.project`, outChannels: widthOf(channels, width) });
    }
  }
  append(builder, { name: 'head', outChannels: widthOf(1280, Math.max(1, width)) });
  builder.size = 1;
  append(builder, { name: 'classifier', outChannels: classes, normalized: false });
  return builder.layers;
}

/** ResNet-18 for square pictures of 3 channels (arXiv 1512.03385), projection shortcuts where the shape changes. */
export function resNet18(size = 224, classes = 1000): readonly CountedLayer[] {
  const builder: Builder = { layers: [], size, channels: 3 };
  append(builder, { name: 'conv1', outChannels: 64, kernel: 7, stride: 2 });
  // Max pooling, 3 x 3 with stride 2 and padding 1.
  builder.size = Math.floor((builder.size + 2 - 3) / 2) + 1;
  for (const [stage, outChannels] of [64, 128, 256, 512].entries()) {
    for (const block of [0, 1]) {
      const name = `layer${stage + 1}.${block}`;
      const before = { size: builder.size, channels: builder.channels };
      const stride = stage > 0 && block === 0 ? 2 : 1;
      append(builder, { name: `${name}.conv1`, outChannels, kernel: 3, stride });
      append(builder, { name: `${name}.conv2`, outChannels, kernel: 3 });
      if (stride === 1) continue;
      Object.assign(builder, before);
      append(builder, { name: `${name}.downsample`, outChannels, stride });
    }
  }
  builder.size = 1;
  append(builder, { name: 'fc', outChannels: classes, normalized: false });
  return builder.layers;
}
