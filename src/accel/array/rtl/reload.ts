/** Run-time loading of memories: 16-bit beats are gathered into a word beside each memory, then written. */

import {
  array,
  bit,
  cat,
  uint,
  type MemoryBuilder,
  type ModuleBuilder,
  type Shape,
  type SignalOf,
  type SInt,
  type UInt,
  type UIntType,
} from '../../../hdl/index.js';
import type { ArrayConfig } from '../config.js';
import { signedBits } from './bits.js';

/** The memories that an image fills, in the order of the image. */
export const reloadTargets = ({ weightMemories }: Pick<ArrayConfig, 'weightMemories'>): readonly string[] => [
  'descriptors',
  ...weightMemories.map(({ name }) => name),
  'parameters',
];

export const beatBits = 16;

/** Bus from the configuration loader to every memory. */
export const reloadShape = (targets: number, addressBits: number) =>
  ({
    data: uint(beatBits),
    /** One bit per target: take a beat. */
    shift: array(targets, bit),
    /** One bit per target: write the gathered word. */
    commit: array(targets, bit),
    address: uint(addressBits),
  }) as const;

export type ReloadBus = SignalOf<ReturnType<typeof reloadShape>>;

/** Beats per word of a memory. */
export const beatsPerWord = (wordBits: number): number => Math.ceil(wordBits / beatBits);

/** Which strobes of the bus belong to a memory. */
export interface ReloadPlace {
  readonly bus: ReloadBus;
  readonly config: Pick<ArrayConfig, 'weightMemories'>;
  readonly target: string;
}

/** A field of a gathered word. */
export type PackedType = UIntType | { readonly signed: true; readonly width: number };

/**
 * Gathers beats (low bits first) and writes a word on commit. `rebuild` turns the fields, in order, into the shape of the
 * memory's word.
 */
export const attachReload = <S extends Shape>(
  m: ModuleBuilder,
  memory: MemoryBuilder<S>,
  fields: readonly PackedType[],
  { bus, config, target }: ReloadPlace,
  rebuild: (values: readonly (UInt | SInt)[]) => Parameters<MemoryBuilder<S>['write']>[1],
): void => {
  // Every memory gets the whole bus and reads only its own strobes.
  m.unused(bus);
  const index = reloadTargets(config).indexOf(target);
  const shift = bus.shift[index];
  const commit = bus.commit[index];
  if (shift === undefined || commit === undefined) throw new RangeError(`no reload target ${target}`);
  const beats = beatsPerWord(fields.reduce((sum, { width }) => sum + width, 0));
  const name = `${memory.name}_beats`;
  const { [name]: staged } = m.regs({ [name]: array(beats, uint(beatBits)) }, { reset: false });
  if (staged === undefined) throw new RangeError('no staging registers');
  m.when(shift, () => {
    staged.forEach((beat, position) => {
      beat.next = staged[position + 1] ?? bus.data;
    });
  });
  const width = Math.min(bus.address.width, memory.addressWidth);
  memory.write(bus.address.wrap(width), rebuild(unpackFields(staged, fields)), { enable: commit });
};

/** Cuts consecutive fields out of 16-bit words, first field in the lowest bits. */
export const unpackFields = (
  words: readonly UInt[],
  fields: readonly PackedType[],
): readonly (UInt | SInt)[] => {
  let position = 0;
  return fields.map(({ signed, width }) => {
    const pattern = bitsAcross(words, position, width);
    position += width;
    return signed ? signedBits(pattern) : pattern;
  });
};

const bitsAcross = (words: readonly UInt[], position: number, width: number): UInt => {
  const first = Math.floor(position / beatBits);
  const last = Math.floor((position + width - 1) / beatBits);
  const [highest, ...lower] = words.slice(first, last + 1).reverse();
  if (highest === undefined) throw new RangeError(`no word ${last}`);
  const spanned = lower.length === 0 ? highest : cat(highest, ...lower);
  const low = position - first * beatBits;
  return spanned.bits(low + width - 1, low);
};
