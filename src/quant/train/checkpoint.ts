/**
 * The file a training run goes on from: "NOMULCKP", the length of a JSON header, the header, then float32 arrays, all
 * little-endian. Written whole, then renamed.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { QuantError } from '../errors.js';

const MAGIC = 'NOMULCKP';
const VERSION = 1;

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
  sha256: z.string(),
});

export function writeCheckpoint(path: string, key: string, { progress, arrays }: Checkpoint): void {
  const body = Buffer.concat(Object.values(arrays).map(bytesOf));
  const header: z.infer<typeof headerSchema> = {
    version: VERSION,
    key,
    progress,
    arrays: Object.entries(arrays).map(([name, { length }]) => ({ name, length })),
    sha256: createHash('sha256').update(body).digest('hex'),
  };
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(text.length);
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}.part`;
  writeFileSync(unfinished, Buffer.concat([Buffer.from(MAGIC), size, text, body]));
  renameSync(unfinished, path);
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer =>
  Buffer.from(new Uint8Array(buffer, byteOffset, byteLength));

/** The checkpoint of the run with that key, or undefined where there is no file. @throws QuantError QT103 */
export function readCheckpoint(path: string, key: string): Checkpoint | undefined {
  if (!existsSync(path)) return undefined;
  const bytes = readFileSync(path);
  const start = MAGIC.length + 4;
  if (bytes.length < start || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC)
    throw refused(path, 'is no checkpoint of the training engine. Name another file');
  const end = start + bytes.readUInt32LE(MAGIC.length);
  const header = parsed(path, bytes.toString('utf8', start, end));
  if (header.key !== key)
    throw refused(
      path,
      'belongs to another run: network, starting weights, data or recipe differ. Delete it to start anew, or name another file',
    );
  const body = bytes.subarray(end);
  if (createHash('sha256').update(body).digest('hex') !== header.sha256)
    throw refused(path, 'is damaged. Delete it to start anew');
  let at = 0;
  const arrays = header.arrays.map(({ name, length }): readonly [string, Float32Array] => {
    const values = new Float32Array(Uint8Array.from(body.subarray(at, at + 4 * length)).buffer);
    at += 4 * length;
    return [name, values];
  });
  return { progress: header.progress, arrays: Object.fromEntries(arrays) };
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
