/** Dot products with pyramid weights, a pulse per cycle: one addition or subtraction of the sample that the pulse names. */

import {
  addressWidth,
  bit,
  cat,
  component,
  sint,
  uint,
  type ModuleBuilder,
  type SInt,
  type UInt,
} from '../../hdl/index.js';
import { signedWidth } from '../../num/index.js';
import { requireInteger } from '../errors.js';
import { requirePyramidRow } from '../pvq-code/pyramid-row.js';

export interface PvqPulseParams {
  readonly name: string;
  /** `rows[result][sample]`: 1 to 1024 rows of as many integers, the magnitudes of each sum to `pulses`. */
  readonly rows: readonly (readonly number[])[];
  /** K, 1 to 1024. */
  readonly pulses: number;
  /** Bits of a sample, two's complement, 2 to 32. */
  readonly sampleWidth: number;
}

/** Cycles from the start to the first result, beyond the K pulses. */
const pipelineCycles = 4;

/**
 * result = Σ row[i] * sample[i] for one row after the other, K cycles each, `result_valid` for the first cycle of each; it
 * holds until the next. Samples, 0 at first, are written while `ready` is 1, which `start` (in such a cycle) ends until all pulses have
 * been added. The first result comes `latencyCycles` after the start. @throws UnitParameterError
 */
export const pvqPulse = (params: PvqPulseParams) => {
  const { name, rows, pulses, sampleWidth } = params;
  const samples = checkRows(params);
  requireInteger('pvqPulse', 'sampleWidth', sampleWidth, 2, 32);
  // K times the most negative sample, subtracted.
  const resultWidth = signedWidth({ lo: 0n, hi: BigInt(pulses) << BigInt(sampleWidth - 1) });
  const unit = component(
    name,
    {
      in: {
        sampleWrite: bit,
        sampleAddress: uint(addressWidth(samples)),
        sample: sint(sampleWidth),
        start: bit,
      },
      out: { ready: bit, result: sint(resultWidth), resultValid: bit },
      parameters: { samples, rows: rows.length, pulses, sampleWidth },
    },
    ({ sampleWrite, sampleAddress, sample, start }, m) => {
      const { pulse, isPulse, ready } = pulseReader(m, rows, start);
      const memory = m.memory('samples', {
        word: sint(sampleWidth),
        depth: samples,
        init: [[]],
        readDuringWrite: 'any', // what is read while samples are written belongs to no pulse
        outOfRange: 'any', // a pulse that was never fetched may name any sample
      });
      memory.write(sampleAddress, sample, { enable: sampleWrite.and(ready) });
      const addend = m.pipe('addend', memory.read(pulse.sample));
      const late = m.pipe('late', { subtract: pulse.subtract }, { stages: 2 });
      const last = m.pipe('last', isPulse.and(pulse.last), { stages: 2, reset: 0 });
      const idle = m.pipe('idle', isPulse.not(), { stages: 2, reset: 1 });
      return { ready, ...accumulator(m, { addend, subtract: late.subtract, last, idle }, resultWidth) };
    },
  );
  return { component: unit, latencyCycles: pulses + pipelineCycles, cyclesPerResult: pulses, resultWidth };
};

/** The samples of a row. @throws UnitParameterError */
const checkRows = ({ rows, pulses }: PvqPulseParams): number => {
  requireInteger('pvqPulse', 'number of rows', rows.length, 1, 1024);
  const samples = rows[0]?.length ?? 0;
  rows.forEach((row, i) => {
    requirePyramidRow('pvqPulse', `rows[${i}]`, row, pulses);
    requireInteger('pvqPulse', `length of rows[${i}]`, row.length, samples, samples);
  });
  return samples;
};

/** Pulses in the order of the rows: sample, sign, last of its row; from the lowest bit. */
const pulseWords = (rows: PvqPulseParams['rows'], sampleBits: number): readonly number[] =>
  rows.flatMap((row) => {
    const words = row.flatMap((value, sample) =>
      Array.from({ length: Math.abs(value) }, () => sample + (value < 0 ? 2 ** sampleBits : 0)),
    );
    return words.map((word, i) => (i === words.length - 1 ? word + 2 ** (sampleBits + 1) : word));
  });

/** From the start on one pulse after the other, until the last of the last row. */
const pulseReader = (m: ModuleBuilder, rows: PvqPulseParams['rows'], start: UInt) => {
  const bits = addressWidth(rows[0]?.length ?? 1);
  const words = pulseWords(rows, bits);
  const { next, fetching } = m.regs({ next: uint(addressWidth(words.length)), fetching: bit });
  const isPulse = m.pipe('is_pulse', fetching, { reset: 0 });
  // The last pulse's sample is read while `is_pulse` is 1.
  const ready = fetching.or(isPulse).not();
  const atEnd = next.eq(words.length - 1);
  m.when(fetching, () => {
    m.when(atEnd, () => {
      next.next = 0;
      fetching.next = 0;
    }).otherwise(() => {
      next.next = next.add(1).wrap(next.width);
    });
  }).elseWhen(ready.and(start), () => {
    fetching.next = 1;
  });
  const word = m.rom('pulses', uint(bits + 2), words).read(next);
  const pulse = { sample: word.bits(bits - 1, 0), subtract: word.bit(bits), last: word.bit(bits + 1) };
  m.label({ pulse, atEnd });
  return { pulse, isPulse, ready };
};

interface Addition {
  readonly addend: SInt;
  readonly subtract: UInt;
  readonly last: UInt;
  readonly idle: UInt;
}

/** The last pulse of a row goes into the result, and the accumulator starts again from 0. */
const accumulator = (m: ModuleBuilder, { addend, subtract, last, idle }: Addition, width: number) => {
  const { acc, held } = m.regs({ acc: sint(width), held: sint(width) }, { reset: false });
  // acc + addend or acc + ~addend + 1, the 1 being the carry into the lowest bit.
  const term = subtract.mux(addend.not(), addend);
  const sum = acc.shl(1).or(1).add(cat(term, subtract).asSint()).shr(1).wrap(width);
  m.label({ term, sum });
  m.when(last.or(idle), () => {
    acc.next = 0;
  }).otherwise(() => {
    acc.next = sum;
  });
  m.when(last, () => {
    held.next = sum;
  });
  return { result: held, resultValid: m.pipe('result_valid_q', last, { reset: 0 }) };
};
