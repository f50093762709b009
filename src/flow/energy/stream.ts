/** Operands as a PE of the array sees them, cycle by cycle: a layer's own activations and weights in the array's order. */

import { createRandom } from '../../num/index.js';
import { operationsPerResult, type MappedLayer } from './layer.js';

/** One entry per cycle, by the ports of `macDesign`; signed operands as numbers. */
export type OperandStream = Readonly<Record<'act' | 'code' | 'first' | 'next_plane', Int32Array>>;

/** Consecutive operations between two jumps to another place: one change in so many is not the array's. */
const STRETCH = 128;

/**
 * `operations` cycles: stretches of consecutive operations, each of a PE, a picture and a start drawn at random.
 * `activations`: the layer's input tensor of each picture. The first operation starts a result.
 */
export function operandStream(
  mapped: MappedLayer,
  activations: readonly Int32Array[],
  operations: number,
  seed: number,
): OperandStream {
  const { walk } = mapped;
  const random = createRandom(seed);
  const perResult = operationsPerResult(walk);
  const perPe = walk.pixels * walk.tiles * perResult;
  const stream = {
    act: new Int32Array(operations),
    code: new Int32Array(operations),
    first: new Int32Array(operations),
    next_plane: new Int32Array(operations),
  };
  for (let from = 0; from < operations; from += STRETCH) {
    const picture = activations[random.integer(0, activations.length - 1)] ?? new Int32Array();
    const pe = { row: random.integer(0, walk.rows - 1), column: random.integer(0, walk.columns - 1) };
    const drawn = random.integer(0, perPe - 1);
    const start = from === 0 ? drawn - (drawn % perResult) : drawn;
    for (let i = 0; i < Math.min(STRETCH, operations - from); i++) {
      const at = (start + i) % perPe;
      const { act, code } = operandsAt(mapped, picture, pe, at);
      const issue = at % perResult;
      const inPlane = issue % (walk.taps * walk.groups);
      stream.act[from + i] = act;
      stream.code[from + i] = code;
      stream.first[from + i] = issue === 0 ? 1 : 0;
      stream.next_plane[from + i] = inPlane === 0 && issue > 0 ? 1 : 0;
    }
  }
  return stream;
}

interface Pe {
  readonly row: number;
  readonly column: number;
}

/** Operation `at` of a PE, counted from the start of a picture. */
function operandsAt(
  { layer, input, output, coded, walk }: MappedLayer,
  picture: Int32Array,
  { row, column }: Pe,
  at: number,
): { readonly act: number; readonly code: number } {
  const perResult = operationsPerResult(walk);
  const [issue, result] = [at % perResult, Math.floor(at / perResult)];
  const [tile, pixel] = [result % walk.tiles, Math.floor(result / walk.tiles)];
  const [group, rest] = [issue % walk.groups, Math.floor(issue / walk.groups)];
  const [tap, plane] = [rest % walk.taps, Math.floor(rest / walk.taps)];
  const outChannel = tile * walk.columns + column;
  const channel = layer.depthwise ? outChannel : group * walk.rows + row;
  const [height, width, channels] = input.shape;
  const [, outWidth, outChannels] = output.shape;
  const y =
    Math.floor(pixel / outWidth) * layer.stride[0] - layer.padding.top + Math.floor(tap / layer.kernel[1]);
  const x = (pixel % outWidth) * layer.stride[1] - layer.padding.left + (tap % layer.kernel[1]);
  const inside = y >= 0 && y < height && x >= 0 && x < width;
  // Words are filled up with zeros behind the last channel, and have no weights there.
  const act = !inside
    ? input.zeroPoint
    : channel < channels
      ? (picture[(y * width + x) * channels + channel] ?? 0)
      : 0;
  if (outChannel >= outChannels || channel >= channels) return { act, code: 0 };
  const index = layer.depthwise
    ? outChannel * walk.taps + tap
    : (outChannel * walk.taps + tap) * channels + channel;
  return { act, code: coded.planes[plane]?.[index] ?? 0 };
}
