/** The run-time image: what `--reloadable` hardware takes over its configuration stream, as 16-bit beats. */

import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { requantizeShape } from '../../units/index.js';
import { AccelError } from '../errors.js';
import type { ArrayPlan } from './config.js';
import { descriptorWordBits } from './descriptor.js';
import { descriptorTable } from './images.js';
import { requantizeParams } from './pipeline.js';
import type { WeightMemory } from './weights.js';

/** Values of the `cfg_status` port. */
export const configStatus = { initial: 0, loading: 1, loaded: 2, refused: 3, damaged: 4 } as const;

const magic = 0x4d4e;
const version = 1;
const beatBits = 16;

export interface ImageTarget {
  readonly name: string;
  readonly depth: number;
  /** Beats per word. */
  readonly beats: number;
}

export interface ImageLayout {
  /** Magic, version, shape hash low and high half. */
  readonly header: readonly number[];
  readonly targets: readonly ImageTarget[];
}

/** A memory's words as unsigned patterns. */
interface Content {
  readonly name: ImageTarget['name'];
  readonly wordBits: number;
  readonly words: readonly bigint[];
}

/** Header and sizes of the images that a plan's hardware accepts. */
export const imageLayout = (plan: ArrayPlan): ImageLayout => {
  const hash = shapeHash(plan);
  return {
    header: [magic, version, hash & 0xffff, hash >>> 16],
    targets: contents(plan).map(({ name, wordBits, words }) => ({
      name,
      depth: words.length,
      beats: Math.ceil(wordBits / beatBits),
    })),
  };
};

/**
 * The image that makes `hardware` compute `plan`'s network.
 * @throws AccelError ACC005 when the two do not have the same shape.
 */
export const makeImage = (plan: ArrayPlan, hardware: ArrayPlan = plan): Uint16Array => {
  if (shapeHash(plan) !== shapeHash(hardware)) {
    throw new AccelError(
      'ACC005',
      `network ${plan.network.name} does not fit the accelerator of ${hardware.network.name}: layers, sizes, bits and array options must be equal; build it anew`,
    );
  }
  const beats = [...imageLayout(plan).header];
  for (const { wordBits, words } of contents(plan)) {
    for (const word of words) {
      for (let low = 0; low < wordBits; low += beatBits) beats.push(Number((word >> BigInt(low)) & 0xffffn));
    }
  }
  const bytes = Uint8Array.from(beats.flatMap((beat) => [beat & 0xff, beat >>> 8]));
  const sum = crc32(bytes);
  return Uint16Array.from([...beats, sum & 0xffff, sum >>> 16]);
};

/** 32 bits of a hash over everything that two exchangeable networks share. */
export const shapeHash = ({ config, jobs, layout }: ArrayPlan): number => {
  const {
    geometry,
    engines,
    taps,
    products,
    steps,
    widths,
    fields,
    shiftMin,
    shiftMax,
    features,
    options,
    input,
    output,
  } = config;
  const tensor = ({ shape, bits, signed }: typeof input): unknown => ({ shape, bits, signed });
  const shape = {
    geometry, engines: engines.map(({ name, codeWidth }) => ({ name, codeWidth })), taps, products, steps, widths, fields, shiftMin, shiftMax, features, options,
    input: tensor(input),
    output: tensor(output),
    layers: jobs.map((job) => ({ ...job, layer: undefined })),
    tensors: [...layout.tensors.values()].map((region) => ({ ...tensor2(region), tensor: tensor(region.tensor) })),
  }; // prettier-ignore
  return createHash('sha256').update(JSON.stringify(shape)).digest().readUInt32LE(0);
};

const tensor2 = ({
  base,
  words,
}: {
  readonly base: number;
  readonly words: number;
}): { readonly base: number; readonly words: number } => ({ base, words });

const contents = (plan: ArrayPlan): readonly Content[] => {
  const { config, weights, parameters } = plan;
  const { multiplier, addend } = config.widths;
  const { shiftWidth } = requantizeShape(requantizeParams(config));
  const lane = [multiplier, addend, shiftWidth];
  return [
    { name: 'descriptors', wordBits: descriptorWordBits, words: descriptorTable(plan).map(BigInt) },
    ...weights.memories.map(weightContent),
    {
      name: 'parameters',
      wordBits: lane.reduce((a, b) => a + b, 0) * config.requantizers,
      words: parameters.map((channels) =>
        packFields(
          channels.flatMap((channel) => [
            channel.multiplier,
            channel.addend,
            BigInt(channel.shift - config.shiftMin),
          ]),
          channels.flatMap(() => lane),
        ),
      ),
    },
  ];
};

const weightContent = ({ name, codeWidth, fields, depth }: WeightMemory): Content => ({
  name,
  wordBits: fields.length * codeWidth,
  words: Array.from({ length: depth }, (_, address) =>
    packFields(
      fields.map((field) => BigInt(field[address] ?? 0)),
      fields.map(() => codeWidth),
    ),
  ),
});

/** First value in the lowest bits. */
const packFields = (values: readonly bigint[], widths: readonly number[]): bigint => {
  let word = 0n;
  let position = 0n;
  values.forEach((value, index) => {
    const width = widths[index] ?? 0;
    word |= BigInt.asUintN(width, value) << position;
    position += BigInt(width);
  });
  return word;
};
