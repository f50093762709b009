/** The vector of an index in the order of RFC 6716: an element's sign, its pulses and its end take a cycle each. */

import { addressWidth, bit, component, sint, uint, type ModuleBuilder, type UInt } from '../../hdl/index.js';
import {
  bitLength,
  positiveCounts,
  pyramidSize,
  signedWidth,
  unsignedWidth,
  type Pyramid,
} from '../../num/index.js';
import { requireInteger, UnitParameterError } from '../errors.js';

/** Elements and pulses of the vectors: both at least 1, an index of at most 64 bits, a table of at most 16384 counts. */
export type PvqDecoderParams = Pyramid;

/**
 * Takes `index`, 0 to V(N, K) - 1, where `start` and `ready` are 1, and gives the N elements of its vector (`pyramidVector`,
 * order rfc6716) in their order, each with `element_valid`. Ready for the next index `cycles` = 2 N + K + 1 cycles after
 * the one before. @throws UnitParameterError
 */
export const pvqDecoder = (params: PvqDecoderParams) => {
  const { length, pulses } = params;
  const indexWidth = checkPyramid(params);
  const elementWidth = signedWidth({ lo: BigInt(-pulses), hi: BigInt(pulses) });
  const unit = component(
    `pvq_decoder_n${length}_k${pulses}`,
    {
      in: { start: bit, index: uint(indexWidth) },
      out: { ready: bit, element: sint(elementWidth), elementValid: bit },
      parameters: { length, pulses },
    },
    ({ start, index }, m) => {
      const size = pyramidSize(params);
      const regs = m.regs({
        busy: bit,
        atMagnitude: bit,
        negative: bit,
        magnitude: uint(unsignedWidth(BigInt(pulses))),
        place: uint(addressWidth(length)),
        rest: uint(indexWidth),
      });
      const { busy, atMagnitude, negative, magnitude, place, rest } = regs;
      const ready = busy.not();
      if (size < 1n << BigInt(indexWidth))
        m.assert(start.and(ready).not().or(index.lt(size)), `the index is not below ${size}`);
      const hit = m.wires({ hit: bit }).hit;
      const count = counts(m, params, { busy, atMagnitude, hit });
      const left = rest.sub(count);
      hit.value = left.ge(0);
      const last = place.eq(length - 1);
      m.label({ count, left, last });

      m.when(busy, () => {
        m.when(hit, () => {
          rest.next = left.asUint().wrap(indexWidth);
        });
        m.when(atMagnitude.not(), () => {
          negative.next = hit;
          magnitude.next = 0;
          atMagnitude.next = 1;
        })
          .elseWhen(hit, () => {
            atMagnitude.next = 0;
            place.next = last.mux(m.constant(uint(place.width), 0), place.add(1).wrap(place.width));
            busy.next = last.not();
          })
          .otherwise(() => {
            magnitude.next = magnitude.add(1).wrap(magnitude.width);
          });
      }).elseWhen(start, () => {
        busy.next = 1;
        rest.next = index;
      });
      const value = magnitude.toSint();
      return {
        ready,
        element: m.pipe('element_q', negative.mux(value.neg(), value).wrap(elementWidth)),
        elementValid: m.pipe('element_valid_q', busy.and(atMagnitude).and(hit), { reset: 0 }),
      };
    },
  );
  return { component: unit, cycles: 2 * length + pulses + 1, indexWidth, elementWidth };
};

/** Bits of an index. @throws UnitParameterError */
const checkPyramid = ({ length, pulses }: Pyramid): number => {
  requireInteger('pvqDecoder', 'length', length, 1, 4096);
  requireInteger('pvqDecoder', 'pulses', pulses, 1, 4096);
  requireInteger('pvqDecoder', 'counts, length * (pulses + 2),', length * (pulses + 2), 1, 16_384);
  const indexWidth = bitLength(pyramidSize({ length, pulses }) - 1n);
  if (indexWidth > 64) {
    const detail = `need an index of ${indexWidth} bits, more than the 64 that there is hardware for`;
    throw new UnitParameterError('pvqDecoder', `length ${length} and pulses ${pulses}`, detail);
  }
  return indexWidth;
};

/**
 * U(n, k) for the present step. A step compares what is left of the index with the count and goes on to one of two counts:
 * both are read ahead. Row n of the table holds k = 0 to K + 1; k + 1 is for the sign of an element, k and less for its size.
 */
const counts = (
  m: ModuleBuilder,
  { length, pulses }: Pyramid,
  { busy, atMagnitude, hit }: { readonly busy: UInt; readonly atMagnitude: UInt; readonly hit: UInt },
): UInt => {
  const table = positiveCounts({ length, pulses }).slice(1).flat();
  const width = bitLength(table.at(-1) ?? 0n);
  // Counts beyond those that a valid index meets may be wider; they are never read.
  const rom = m.memory('counts', {
    word: uint(width),
    depth: table.length,
    init: [table.map((count) => BigInt.asUintN(width, count))],
    outOfRange: 'any', // of the two that are read ahead, one may not exist
  });
  const first = m.constant(uint(rom.addressWidth), table.length - 1);
  const { at } = m.regs({ at: uint(rom.addressWidth) }, { reset: table.length - 1 });
  // From the size of one element to the sign of the next: a row up, and one more pulse for the comparison.
  const following = at
    .sub(pulses + 1)
    .asUint()
    .wrap(at.width);
  const onHit = busy.mux(atMagnitude.mux(following, at.sub(1).asUint().wrap(at.width)), first);
  const onMiss = busy.mux(at.sub(1).asUint().wrap(at.width), first);
  at.next = hit.mux(onHit, onMiss);
  const wasHit = m.pipe('was_hit', hit);
  m.label({ onHit, onMiss });
  return wasHit.mux(rom.read(onHit), rom.read(onMiss));
};
