/** A dot product in signed-digit planes, one addition per cycle: samples and the code of the weights lie in memories. */

import {
  addressWidth,
  bit,
  cat,
  component,
  sint,
  uint,
  type ModuleBuilder,
  type SInt,
  type SIntType,
  type UInt,
  type UIntType,
} from '../../hdl/index.js';
import { signedWidth, typeRange } from '../../num/index.js';
import { requireInteger } from '../errors.js';
import {
  bitLayerCode,
  codeWidth,
  operations,
  packedCode,
  sampleDepth,
  type BitLayerWeights,
} from './code.js';
import { sequencer, type Step } from './sequencer.js';

export interface PvqBitLayerParams extends BitLayerWeights {
  readonly name: string;
  /** Bits of a sample, two's complement, 2 to 32. */
  readonly sampleWidth: number;
  /** Makes the code memory writable, for other weights of as many taps; `weights` are those at power-up. */
  readonly reload?: {
    /** Words of the code memory, at least those of `weights`, at most 65536. */
    readonly codeWords: number;
    /** Bits of a result, at least those that `weights` need, at most 96. Results that need more wrap. */
    readonly resultWidth: number;
  };
}

type Inputs = {
  readonly sample: SIntType;
  readonly sampleValid: UIntType;
  readonly codeWrite?: UIntType;
  readonly codeAddress?: UIntType;
  readonly codeWord?: UIntType;
};

/** Cycles from carrying out a word of the code to its effect on the accumulator. */
const pipelineCycles = 3;

/**
 * result = Σ weights[i] * (i-th oldest of the last samples), exact, with `result_valid` for one cycle. A sample is taken
 * where `sample_valid` and `sample_ready` are 1; a result takes `cycles` cycles, and the next one's samples are taken without
 * a pause. Before the first samples it sees zeros (a reset keeps the samples). The code memory is written under reset.
 * @throws UnitParameterError
 */
export const pvqBitLayer = (params: PvqBitLayerParams) => {
  const { weights, sampleWidth, samplesPerResult = 1, reload } = params;
  const code = bitLayerCode(params);
  const taps = weights.length;
  requireInteger('pvqBitLayer', 'sampleWidth', sampleWidth, 2, 32);
  const exactWidth = exactResultWidth(weights, sampleWidth);
  const { codeWords, resultWidth } = reload ?? { codeWords: code.length, resultWidth: exactWidth };
  requireInteger('pvqBitLayer', 'reload.codeWords', codeWords, code.length, 65_536);
  requireInteger('pvqBitLayer', 'reload.resultWidth', resultWidth, exactWidth, 96);
  const ports: Inputs = {
    sample: sint(sampleWidth),
    sampleValid: bit,
    ...(reload === undefined
      ? {}
      : { codeWrite: bit, codeAddress: uint(addressWidth(codeWords)), codeWord: uint(codeWidth(taps)) }),
  };
  const unit = component(
    params.name,
    {
      in: ports,
      out: { sampleReady: bit, result: sint(resultWidth), resultValid: bit },
      parameters: { taps, sampleWidth, samplesPerResult, codeWords, resultWidth },
    },
    ({ sample, sampleValid, codeWrite: enable, codeAddress: address, codeWord: word }, m) => {
      const write =
        enable === undefined || address === undefined || word === undefined
          ? {}
          : { write: { enable, address, word } };
      const contents = packedCode(code, taps);
      const step = sequencer(m, { contents, words: codeWords, taps, ...write }, sampleValid);
      const addend = m.pipe('addend', sampleRead(m, sample, taps, step));
      return { sampleReady: step.ready, ...accumulator(m, addend, step, resultWidth) };
    },
  );
  const latencyCycles = code.length - samplesPerResult + pipelineCycles;
  return { component: unit, cycles: code.length, latencyCycles, resultWidth };
};

const exactResultWidth = (weights: readonly number[], sampleWidth: number): number => {
  const { lo, hi } = typeRange(true, sampleWidth);
  const sum = (sample: bigint, opposite: bigint): bigint =>
    weights.reduce((total, weight) => total + BigInt(weight) * (weight > 0 ? sample : opposite), 0n);
  return signedWidth({ lo: sum(lo, hi), hi: sum(hi, lo) });
};

/** The sample that a word of the code asks for, two cycles later. */
const sampleRead = (m: ModuleBuilder, sample: SInt, taps: number, { executed, take, gap }: Step): SInt => {
  const depth = sampleDepth(taps);
  const samples = m.memory('samples', {
    word: sint(sample.width),
    depth,
    init: [[]],
    // In the cycle of a write the pointer is at the written word, but the accumulator takes nothing of what is read then.
    readDuringWrite: 'any',
  });
  const { pointer } = m.regs({ pointer: uint(addressWidth(depth)) }, { reset: false, powerUp: 0 });
  samples.write(pointer, sample, { enable: executed.and(take) });
  m.when(executed, () => {
    pointer.next = pointer.add(gap).wrap(pointer.width);
  });
  return samples.read(pointer);
};

const accumulator = (
  m: ModuleBuilder,
  addend: SInt,
  step: Step,
  width: number,
): { readonly result: SInt; readonly resultValid: UInt } => {
  const stages = pipelineCycles;
  const finish = step.executed.and(step.operation.eq(operations.finish));
  const operation = m.pipe('operation_q', step.operation, { stages });
  const resultValid = m.pipe('finish', finish, { stages, reset: 0 });
  // While a sample is waited for the accumulator is 0 and may as well be cleared: so it needs no enable.
  const clear = m.pipe('clear', step.executed.not().or(finish), { stages, reset: 1 });

  const { acc } = m.regs({ acc: sint(width) }, { reset: false });
  // acc + acc, acc + addend or acc + ~addend + 1: a LUT per bit chooses, one adds.
  const double = operation.bit(1);
  const subtract = operation.bit(0);
  const wide = m.wires({ term: sint(width) }).term;
  wide.value = double.mux(acc, subtract.mux(addend.not(), addend).wrap(width));
  const carry = cat(wide, subtract).asSint();
  const sum = acc.shl(1).or(1).add(carry).shr(1).wrap(width);
  m.when(clear, () => {
    acc.next = 0;
  }).otherwise(() => {
    acc.next = sum;
  });
  return { result: acc, resultValid };
};
