/**
 * Distorted seven-segment digits, 16 x 16 pixels, 8-bit grey: the demo's own data set, drawn from a seed.
 *
 * Only additions, multiplications, divisions and square roots are used, so every machine draws the same bytes.
 */
import type { Random } from '../src/num/index.js';
import { createRandom } from '../src/num/index.js';

export const pictureSize = 16;
export const pixelCount = pictureSize * pictureSize;

/** `pixels` holds `count` pictures one after another, row by row, 0 (black) .. 255; `labels` one digit 0 .. 9 each. */
export interface DigitSet {
  readonly count: number;
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

/** Draws `count` pictures from `seed`, every digit equally likely. */
export function drawDigits(seed: number, count: number): DigitSet {
  const random = createRandom(seed);
  const pixels = new Uint8Array(count * pixelCount);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const digit = random.integer(0, 9);
    labels[i] = digit;
    pixels.set(drawDigit(random, digit), i * pixelCount);
  }
  return { count, pixels, labels };
}

/** One picture of `digit` (0 .. 9): `pixelCount` grey values, row by row. */
export function drawDigit(random: Random, digit: number): Uint8Array {
  return paint(random, distort(random, chooseStrokes(random, digit)));
}

interface Point {
  readonly x: number;
  readonly y: number;
}
/** A straight line with round ends; `brightness` 0 .. 1. */
interface Stroke {
  readonly from: Point;
  readonly to: Point;
  readonly brightness: number;
}

/** Corners of the digit, centred on (0, 0), 2 wide and 4 high; y grows downwards. */
const corners = {
  topLeft: { x: -1, y: -2 },
  topRight: { x: 1, y: -2 },
  middleLeft: { x: -1, y: 0 },
  middleRight: { x: 1, y: 0 },
  bottomLeft: { x: -1, y: 2 },
  bottomRight: { x: 1, y: 2 },
} satisfies Record<string, Point>;

const { topLeft, topRight, middleLeft, middleRight, bottomLeft, bottomRight } = corners;
const segments: Readonly<Record<string, readonly [Point, Point]>> = {
  a: [topLeft, topRight],
  b: [topRight, middleRight],
  c: [middleRight, bottomRight],
  d: [bottomLeft, bottomRight],
  e: [middleLeft, bottomLeft],
  f: [topLeft, middleLeft],
  g: [middleLeft, middleRight],
};

/** The ways people light each digit: with and without the tails of 6, 7 and 9. */
const glyphs: readonly (readonly string[])[] = [
  ['abcdef'],
  ['bc'],
  ['abdeg'],
  ['abcdg'],
  ['bcfg'],
  ['acdfg'],
  ['acdefg', 'cdefg'],
  ['abc', 'abcf'],
  ['abcdefg'],
  ['abcdfg', 'abcfg'],
];

/** The lit segments, with the faults of a bad display: dim, dark and glowing segments, and scratches. */
function chooseStrokes(random: Random, digit: number): Stroke[] {
  const styles = glyphs[digit];
  if (styles === undefined) throw new RangeError(`drawDigit: no digit ${digit}`);
  const lit = styles[random.integer(0, styles.length - 1)] ?? '';
  const strokes: Stroke[] = [];
  for (const [name, [from, to]] of Object.entries(segments)) {
    const brightness = lit.includes(name) ? litBrightness(random) : ghostBrightness(random);
    if (brightness > 0) strokes.push({ from: jitter(random, from), to: jitter(random, to), brightness });
  }
  if (random.chance(0.12)) strokes.push(scratch(random));
  return strokes;
}

function litBrightness(random: Random): number {
  if (random.chance(0.001)) return 0;
  return random.chance(0.12) ? random.between(0.4, 0.75) : random.between(0.75, 1);
}

function ghostBrightness(random: Random): number {
  return random.chance(0.1) ? random.between(0.05, 0.25) : 0;
}

function jitter(random: Random, { x, y }: Point): Point {
  return { x: x + random.between(-0.16, 0.16), y: y + random.between(-0.2, 0.2) };
}

function scratch(random: Random): Stroke {
  const from = { x: random.between(-1.8, 1.8), y: random.between(-2.6, 2.6) };
  const to = { x: from.x + random.between(-1.2, 1.2), y: from.y + random.between(-1.2, 1.2) };
  return { from, to, brightness: random.between(0.3, 0.8) };
}

/** Moves the strokes into pixel coordinates by a random scale, slant, turn and shift. */
function distort(random: Random, strokes: readonly Stroke[]): Stroke[] {
  const scaleX = random.between(1.9, 3);
  const scaleY = random.between(2.1, 3);
  const slant = random.between(-0.25, 0.25);
  // A turn by an angle of tangent 2t / (1 - t^2), written without sine and cosine.
  const t = random.between(-0.1, 0.1);
  const cosine = (1 - t * t) / (1 + t * t);
  const sine = (2 * t) / (1 + t * t);
  const centre = { x: 7.5 + random.between(-1.5, 1.5), y: 7.5 + random.between(-1.2, 1.2) };
  const move = ({ x, y }: Point): Point => {
    const slanted = { x: scaleX * x - slant * scaleY * y, y: scaleY * y };
    return {
      x: centre.x + cosine * slanted.x - sine * slanted.y,
      y: centre.y + sine * slanted.x + cosine * slanted.y,
    };
  };
  return strokes.map(({ from, to, brightness }) => ({ from: move(from), to: move(to), brightness }));
}

/** Strokes of one random width on a slightly uneven background, with noise, as an 8-bit camera sees them. */
function paint(random: Random, strokes: readonly Stroke[]): Uint8Array {
  const halfWidth = random.between(0.5, 1.1);
  const contrast = random.between(110, 240);
  const background = random.between(-10, 8);
  const slopeX = random.between(-1.2, 1.2);
  const slopeY = random.between(-1.2, 1.2);
  const noise = random.between(1, 14);
  const picture = new Uint8Array(pixelCount);
  for (let y = 0; y < pictureSize; y++) {
    for (let x = 0; x < pictureSize; x++) {
      let light = 0;
      for (const stroke of strokes) light = Math.max(light, coverage(stroke, x, y, halfWidth));
      const clean = background + slopeX * (x - 7.5) + slopeY * (y - 7.5) + contrast * light;
      picture[y * pictureSize + x] = Math.min(255, Math.max(0, Math.round(clean + noise * bell(random))));
    }
  }
  return picture;
}

/** How much of the pixel at (x, y) the stroke lights, 0 .. its brightness, with an edge one pixel soft. */
function coverage({ from, to, brightness }: Stroke, x: number, y: number, halfWidth: number): number {
  const along = { x: to.x - from.x, y: to.y - from.y };
  const lengthSquared = along.x * along.x + along.y * along.y;
  const projected = ((x - from.x) * along.x + (y - from.y) * along.y) / Math.max(lengthSquared, 1e-9);
  const nearest = Math.min(1, Math.max(0, projected));
  const awayX = x - from.x - nearest * along.x;
  const awayY = y - from.y - nearest * along.y;
  const distance = Math.sqrt(awayX * awayX + awayY * awayY);
  return brightness * Math.min(1, Math.max(0, halfWidth + 0.5 - distance));
}

/** Nearly normal, mean 0, deviation 1: the sum of three uniform numbers. */
function bell(random: Random): number {
  return 2 * (random.unit() + random.unit() + random.unit()) - 3;
}
