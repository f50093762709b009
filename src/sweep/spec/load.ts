/** Reads a sweep file, JSON or TypeScript, and hashes every file that it names. */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { z } from 'zod';
import { loadModule } from '../../flow/index.js';
import { readLiberty } from '../../synth/index.js';
import { hashOf, sha256 } from '../canonical.js';
import { SweepError } from '../errors.js';
import type { FileRef, PointModel } from './points.js';
import { sweepFileSchema, type SweepFile, type SweepSpec } from './schema.js';
import { makeSweep, type Sweep, type SweepFiles } from './sweep.js';
import type { Where } from './where.js';

export interface LoadOptions {
  /** More points than this are refused; default 100,000. */
  readonly pointsLimit?: number | undefined;
}

/**
 * Reads `file`: JSON, or a TypeScript or JavaScript module whose default export is the same object and may have a function
 * `where`. Paths in it are relative to its folder.
 * @throws SweepError BAD_SWEEP_FILE, NO_POINTS, TOO_MANY_POINTS, CONTRADICTION
 */
export const loadSweep = async (file: string, { pointsLimit }: LoadOptions = {}): Promise<Sweep> => {
  const { where, ...written } = await readWritten(file);
  const spec = parseSpec(written, file);
  const files = hashFiles(spec, dirname(resolve(file)));
  return makeSweep(spec, files, {
    where: whereOf(where, file),
    ...(pointsLimit === undefined ? {} : { pointsLimit }),
  });
};

/** A sweep from an object, for programs; paths are relative to `folder`. @throws as loadSweep */
export const defineSweep = (
  written: SweepFile,
  { folder = '.', where, ...limit }: LoadOptions & { readonly folder?: string; readonly where?: Where } = {},
): Sweep => {
  const spec = parseSpec(written, 'the sweep');
  const { pointsLimit } = limit;
  return makeSweep(spec, hashFiles(spec, resolve(folder)), {
    where,
    ...(pointsLimit === undefined ? {} : { pointsLimit }),
  });
};

const bad = (message: string): SweepError => new SweepError('BAD_SWEEP_FILE', message);

const readWritten = async (file: string): Promise<Readonly<Record<string, unknown>>> => {
  const value: unknown =
    extname(file) === '.json'
      ? parseJson(file)
      : Reflect.get(await loadModule(resolve(file), file), 'default');
  const object = z.record(z.string(), z.unknown()).safeParse(value);
  if (object.success) return object.data;
  throw bad(
    `${file}: expected ${extname(file) === '.json' ? 'a JSON object' : 'an object as default export'}`,
  );
};

const parseJson = (file: string): unknown => {
  const text = new TextDecoder().decode(readBytes(file, 'sweep file'));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw bad(`${file} is no JSON (${reasonOf(error)})`);
  }
};

const parseSpec = (written: unknown, where: string): SweepSpec => {
  const result = sweepFileSchema.safeParse(written);
  if (result.success) return result.data;
  throw bad(`${where}:\n${z.prettifyError(result.error)}`);
};

const isRule = (value: unknown): value is Where => typeof value === 'function';

const whereOf = (value: unknown, file: string): Where | undefined => {
  if (value === undefined || isRule(value)) return value;
  throw bad(`${file}: where must be a function of a point that answers true or false`);
};

const hashFiles = (spec: SweepSpec, folder: string): SweepFiles => {
  const names = spec.models.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw bad(`two models are named "${twice}"; give each a name of its own`);
  const quantizing = spec.methods.some(({ method }) => method !== 'as it came');
  const measuring = spec.energy !== undefined || spec.activity !== undefined;
  return {
    liberty: spec.energy === undefined ? null : libertyRef(resolve(folder, spec.energy.liberty)),
    models: spec.models.map((model): PointModel => {
      if (quantizing && model.data === undefined)
        throw bad(`model "${model.name}" needs data (FOLDER or FOLDER:PREFIX) for the methods`);
      if (model.labels !== undefined && model.samples === undefined)
        throw bad(`model "${model.name}" has labels without samples`);
      if (measuring && model.samples === undefined && model.data === undefined)
        throw bad(`model "${model.name}" needs pictures (samples or data) for energy and activity`);
      const ref = (path: string | undefined, role: string): FileRef | null =>
        path === undefined ? null : fileRef(resolve(folder, path), role);
      return {
        name: model.name,
        inputScale: model.inputScale ?? null,
        model: fileRef(resolve(folder, model.model), `model "${model.name}"`),
        samples: ref(model.samples, `samples of "${model.name}"`),
        labels: ref(model.labels, `labels of "${model.name}"`),
        data: model.data === undefined ? null : dataRef(resolve(folder, model.data)),
      };
    }),
    pins: Object.fromEntries(
      Object.entries(spec.pins).map(([device, path]) => [
        device,
        fileRef(resolve(folder, path), `pins of ${device}`),
      ]),
    ),
  };
};

const fileRef = (path: string, role: string): FileRef => ({ path, sha256: sha256(readBytes(path, role)) });

/** Read here too: a wrong library should be known before anything starts. @throws SweepError BAD_SWEEP_FILE, BadLiberty */
const libertyRef = (path: string): FileRef => {
  const ref = fileRef(path, 'Liberty file');
  if (readLiberty(path).voltage === undefined)
    throw bad(`${path} states no supply voltage (nom_voltage), so it tells no energy; take another library`);
  return ref;
};

const readBytes = (path: string, role: string): Uint8Array => {
  try {
    return readFileSync(path);
  } catch (error) {
    throw bad(`cannot read the ${role}: ${path} (${reasonOf(error)})`);
  }
};

/** The files of a data set as one: their names and contents. @throws SweepError BAD_SWEEP_FILE */
export const dataRef = (path: string): FileRef => {
  const [, folder = path, prefix = ''] = /^(.*):([^/\\:]+)$/.exec(path) ?? [];
  const files = listed(folder)
    .filter((name) => isOfDataset(name, prefix))
    .sort();
  if (files.length === 0) throw bad(`${path} holds no data set (IDX files or optdigits CSV files)`);
  const hashes = files.map((name) => [name, sha256(readBytes(join(folder, name), 'data'))]);
  return { path, sha256: hashOf(hashes) };
};

const isOfDataset = (name: string, prefix: string): boolean =>
  (name.startsWith(prefix) &&
    /^(train|t10k)-(images-idx3|labels-idx1)-ubyte(\.gz)?$/.test(name.slice(prefix.length))) ||
  (/^(optdigits\.?)?$/.test(prefix) && /^optdigits\.(tra|tes)\.csv(\.gz)?$/.test(name));

const listed = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw bad(`cannot read the data folder ${folder} (${reasonOf(error)})`);
  }
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
