/**
 * The file a training run goes on from: "NOMULCKP", the length of a JSON header, the header, then float32 arrays, all
 * little-endian, and the SHA-256 of everything before it. Written whole to the disk, then renamed.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { QuantError } from '../errors.js';

const MAGIC = 'NOMULCKP';
const VERSION = 2;
const DIGEST_BYTES = 32;

const grid = z.object({ bits: z.number(), signed: z.boolean(), scale: z.number() });

/** Everything of a run but the arrays. */
const progressSchema = z.object({
  /** Complete epochs. */
  epoch: z.number(),
  /** Steps made in the epoch at hand, the sum of their losses and the seconds they took. */
  step: z.number(),
  lossSum: z.number(),
  seconds: z.number(),
  /** Mean loss of the first epoch so far: what a diverging loss is measured by. */
  first: z.object({ sum: z.number(), count: z.number() }),
  history: z.array(z.object({ loss: z.number(), accuracy: z.number().exactOptional(), seconds: z.number() })),
  powers: z.tuple([z.number(), z.number()]),
  bestAccuracy: z.number().exactOptional(),
  /** The grids at the moment, which `beforeEpoch` may have set. */
  grids: z.object({ input: grid.exactOptional(), activations: z.record(z.string(), grid).exactOptional() }),
});

export type RunProgress = z.infer<typeof progressSchema>;

/** Float arrays by name: values, statistics, first, second, bestValues, bestStatistics. */
export type Arrays = Readonly<Record<string, Float32Array>>;

export interface Checkpoint {
  readonly progress: RunProgress;
  readonly arrays: Arrays;
}

const headerSchema = z.object({
  version: z.literal(VERSION),
  key: z.string(),
  progress: progressSchema,
  arrays: z.array(z.object({ name: z.string(), length: z.number() })),
});

/** @throws QuantError QT103 when the disk does not take it; an older file of that name stays */
export function writeCheckpoint(path: string, key: string, { progress, arrays }: Checkpoint): void {
  const header: z.infer<typeof headerSchema> = {
    version: VERSION,
    key,
    progress,
    arrays: Object.entries(arrays).map(([name, { length }]) => ({ name, length })),
  };
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(text.length);
  const parts = [Buffer.from(MAGIC), size, text, ...Object.values(arrays).map(bytesOf)];
  const content = Buffer.concat(parts);
  writeWhole(path, Buffer.concat([content, digestOf(content)]));
}

const digestOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

function writeWhole(path: string, bytes: Uint8Array): void {
  const unfinished = `${path}.${process.pid}.part`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(unfinished, bytes, { flush: true });
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw refused(path, `cannot be written (${reasonOf(error)}). Make room for it, or name another file`);
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer =>
  Buffer.from(new Uint8Array(buffer, byteOffset, byteLength));

/** The checkpoint of the run with that key, or undefined where there is no file. @throws QuantError QT103 */
export function readCheckpoint(path: string, key: string): Checkpoint | undefined {
  if (!existsSync(path)) return undefined;
  const bytes = bytesAt(path);
  const start = MAGIC.length + 4;
  if (bytes.length < start + DIGEST_BYTES || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC)
    throw refused(path, 'is no checkpoint of the training engine. Name another file');
  const content = bytes.subarray(0, -DIGEST_BYTES);
  if (!digestOf(content).equals(bytes.subarray(-DIGEST_BYTES)))
    throw refused(path, 'is damaged or of another version. Delete it to start anew');
  const end = start + bytes.readUInt32LE(MAGIC.length);
  const header = parsed(path, content.toString('utf8', start, end));
  if (header.key !== key)
    throw refused(
      path,
      'belongs to another run: network, starting weights, data or recipe differ. Delete it to start anew, or name another file',
    );
  const body = content.subarray(end);
  let at = 0;
  const arrays = header.arrays.map(({ name, length }): readonly [string, Float32Array] => {
    const values = new Float32Array(Uint8Array.from(body.subarray(at, at + 4 * length)).buffer);
    at += 4 * length;
    return [name, values];
  });
  return { progress: header.progress, arrays: Object.fromEntries(arrays) };
}

function bytesAt(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw refused(path, `cannot be read (${reasonOf(error)}). Name another file`);
  }
}

function parsed(path: string, text: string): z.infer<typeof headerSchema> {
  try {
    return headerSchema.parse(JSON.parse(text));
  } catch {
    throw refused(path, 'is damaged or of another version. Delete it to start anew');
  }
}

const refused = (path: string, problem: string): QuantError =>
  new QuantError('QT103', `checkpoint "${path}" ${problem}.`);
