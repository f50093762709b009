/** Plain data as one and only one text, so that equal values have equal hashes and equal bytes. */

import { createHash } from 'node:crypto';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/** JSON without spaces, names sorted. @throws TypeError for numbers that JSON cannot hold */
export const canonical = (value: Json): string => {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${value} is no JSON number`);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonical).join(',')}]`;
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name] ?? null)}`).join(',')}}`;
};

const isList = (value: readonly Json[] | JsonObject): value is readonly Json[] => Array.isArray(value);

/** SHA-256 of bytes or of UTF-8 text, in hexadecimal digits. */
export const sha256 = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex');

/** Hash of plain data, whatever the order of its names. */
export const hashOf = (value: Json): string => sha256(canonical(value));
