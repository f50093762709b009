/** Reads the values of options: text in, number or size out. A wrong value throws commander's InvalidArgumentError. */
import { InvalidArgumentError } from 'commander';

export interface ArraySize {
  readonly rows: number;
  readonly columns: number;
}

/** `8x16`: rows x columns. */
export function arraySize(text: string): ArraySize {
  const [, rows, columns] = /^([1-9]\d{0,3})[x×]([1-9]\d{0,3})$/i.exec(text) ?? [];
  if (rows === undefined || columns === undefined) {
    throw new InvalidArgumentError('Expected ROWSxCOLUMNS, for example 8x8.');
  }
  return { rows: Number(rows), columns: Number(columns) };
}

/** `1/256` or `0.00390625`; greater than 0. */
export function positiveFraction(text: string): number {
  const [numerator, denominator, ...rest] = text.split('/').map(decimal);
  const value = denominator === undefined ? numerator : (numerator ?? NaN) / denominator;
  if (value === undefined || rest.length > 0 || !Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError('Expected a number above 0 or a fraction of two, for example 1/256.');
  }
  return value;
}

/** A decimal number above 0. */
export function positiveNumber(text: string): number {
  const value = decimal(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('Expected a number above 0.');
  return value;
}

/** A decimal number, 0 or more. */
export function numberFromZero(text: string): number {
  const value = decimal(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError('Expected a number, 0 or more.');
  return value;
}

/** A whole number, 0 .. 2^31 - 1. */
export function wholeNumber(text: string): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (!(value < 2 ** 31)) throw new InvalidArgumentError('Expected a whole number, 0 or more.');
  return value;
}

/** NaN for anything but plain decimal notation (so no hexadecimal, no blanks, no empty text). */
function decimal(text: string): number {
  return /^\d*\.?\d+(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
}

/** `4`: four inputs per cycle; `4:outputs`: four outputs. */
export function foldOf(text: string): { readonly side: 'inputs' | 'outputs'; readonly perCycle: number } {
  const [, perCycle, side = 'inputs'] = /^([1-9]\d{0,3})(?::(inputs|outputs))?$/.exec(text) ?? [];
  if (perCycle === undefined) throw new InvalidArgumentError('Expected a number of inputs, or N:outputs.');
  return { side: side === 'outputs' ? 'outputs' : 'inputs', perCycle: Number(perCycle) };
}

/** `2/8`: the second of eight parts. */
export function shardOf(text: string): { readonly shard: number; readonly of: number } {
  const [, shard, of] = /^([1-9]\d{0,4})\/([1-9]\d{0,4})$/.exec(text) ?? [];
  if (shard === undefined || of === undefined)
    throw new InvalidArgumentError('Expected I/N, for example 2/8.');
  return { shard: Number(shard), of: Number(of) };
}
