import { UnitParameterError } from '../errors.js';
import { typeRange } from '../../num/index.js';
import {
  inputsForContract,
  requantizeModel,
  type RequantizeContract,
  type RequantizeInputs,
} from '../requantize/model.js';
import type { RequantizeSerialParams } from './unit.js';

type SerialInputs = Omit<RequantizeInputs, 'kept'>;

/** What `requantizeSerial` gives for a start: `requantizeModel` of a sum of unlimited width. */
export const requantizeSerialModel = (params: RequantizeSerialParams, inputs: SerialInputs): bigint =>
  requantizeModel(
    { ...params, sumWidth: 256, shiftMin: 0, shiftMax: 127, pairs: false, multiplierStages: 1 },
    inputs,
  );

/** Cycles from `start` to `done`, whose value belongs to it. */
export const requantizeSerialCycles = (shift: bigint): number => Number(shift) + 4;

/**
 * The unit's inputs that make it compute `requantizeByContract`: multiplier, addend and shift are scaled up by a power of two
 * where the shift would be less than multiplierWidth. @throws UnitParameterError when the multiplier has no bits left for that
 */
export const serialInputsForContract = (
  { multiplierWidth }: Pick<RequantizeSerialParams, 'multiplierWidth'>,
  acc: bigint,
  scale: RequantizeContract,
): SerialInputs => {
  const up = scale.shift < BigInt(multiplierWidth) ? BigInt(multiplierWidth) - scale.shift : 0n;
  const { lo, hi } = typeRange(true, multiplierWidth);
  const multiplier = scale.multiplier << up;
  if (multiplier < lo || multiplier > hi)
    throw new UnitParameterError(
      'requantizeSerial',
      'multiplier',
      `${scale.multiplier} with shift ${scale.shift} is too great for ${multiplierWidth} bits: |factor| must be below 1/2`,
    );
  const scaled = { ...scale, multiplier, addend: scale.addend << up, shift: scale.shift + up };
  return inputsForContract({ multiplierWidth, shiftMin: 0 }, acc, scaled);
};
