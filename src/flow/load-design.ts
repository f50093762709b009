/** What a user's module exports, as something to prove: `FILE#export`. */

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { EquivalenceOptions, ModelTask } from '../formal/index.js';
import type { Design } from '../hdl/index.js';
import { FlowError } from './errors.js';

/** A Design, and how a test finds it again. */
export interface Loaded {
  readonly design: Design;
  /** Absolute path of the module, and the expression over its namespace `m`. */
  readonly file: string;
  readonly expression: string;
  /** Of units, which say so. */
  readonly latencyCycles?: number;
}

/** What an export means. */
export type Provable =
  | { readonly kind: 'design'; readonly loaded: Loaded }
  | {
      readonly kind: 'equivalence';
      readonly a: Loaded;
      readonly b: Loaded;
      readonly options: EquivalenceOptions;
    }
  | { readonly kind: 'model'; readonly task: ModelTask };

const portNames = z.array(z.string());
const equivalenceFields = z.object({
  settleCycles: z.int().min(0).exactOptional(),
  stable: portNames.exactOptional(),
  depth: z.int().min(1).exactOptional(),
  resets: z.enum(['once', 'any']).exactOptional(),
});
const modelFields = z.object({
  latencyCycles: z.int().min(0).exactOptional(),
  lead: z.record(z.string(), z.int().min(0)).exactOptional(),
  stable: portNames.exactOptional(),
});

/** Loads an export. @throws FlowError UNREADABLE_FILE, NO_LOADER, NOT_A_DESIGN; HdlError of the module's own components */
export async function loadProvable(reference: string): Promise<Provable> {
  const mark = reference.lastIndexOf('#');
  const [path, name] =
    mark < 0 ? [reference, 'default'] : [reference.slice(0, mark), reference.slice(mark + 1)];
  const file = resolve(path);
  if (!existsSync(file)) throw new FlowError('UNREADABLE_FILE', `${path}: no such file`);
  const namespace = await importModule(file, path);
  const value: unknown = Reflect.get(namespace, name);
  if (value === undefined) {
    const known = Object.keys(namespace).sort().join(', ');
    throw new FlowError(
      'NOT_A_DESIGN',
      `${path} exports no ${name}; write FILE#NAME with one of its exports: ${known === '' ? '(none)' : known}`,
    );
  }
  const provable = asProvable(value, file, `m.${name}`);
  if (provable !== undefined) return provable;
  throw new FlowError(
    'NOT_A_DESIGN',
    `${name} of ${path} is neither a component nor a Design, a unit or a proof ({ a, b } or { design, model }); ` +
      'functions that make components must be called: export their result',
  );
}

/** TypeScript goes through tsx, which the user's project or this one has; without it Node may still know the language. */
export async function importModule(file: string, shown: string): Promise<object> {
  // Before the first try: Node remembers a module that could not be loaded.
  if (['.ts', '.mts'].includes(extname(file))) await registerTypeScript(file);
  try {
    return await importObject(pathToFileURL(file).href);
  } catch (error) {
    throw explained(error, shown);
  }
}

async function importObject(url: string): Promise<object> {
  const namespace: unknown = await import(url);
  return typeof namespace === 'object' && namespace !== null ? namespace : {};
}

async function registerTypeScript(file: string): Promise<void> {
  for (const from of [file, import.meta.url]) {
    try {
      const register: unknown = Reflect.get(await importObject(tsxApi(from)), 'register');
      if (isCallable(register)) {
        register();
        return;
      }
    } catch (error) {
      if (codeOf(error) !== 'MODULE_NOT_FOUND') throw explained(error, 'tsx');
    }
  }
}

const tsxManifest = z.object({
  exports: z.object({ './esm/api': z.object({ import: z.object({ default: z.string() }) }) }),
});

/** The ESM form of tsx's interface as seen from a module; `require.resolve` would give the other one, which cannot register. */
function tsxApi(from: string): string {
  const manifest = createRequire(from).resolve('tsx/package.json');
  const { exports } = tsxManifest.parse(JSON.parse(readFileSync(manifest, 'utf8')));
  return new URL(exports['./esm/api'].import.default, pathToFileURL(manifest)).href;
}

const isCallable = (value: unknown): value is () => unknown => typeof value === 'function';

/** Expected errors (with a code of ours) stay; everything else is a module that cannot be loaded. */
function explained(error: unknown, shown: string): Error {
  if (error instanceof Error && /^(HDL|UNIT|MEM|SIM)\d+$/.test(codeOf(error) ?? '')) return error;
  if (codeOf(error) === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.m?ts$/.test(shown))
    return new FlowError(
      'NO_LOADER',
      `${shown} is TypeScript and tsx, which loads it, is not installed; run \`npm install --save-dev tsx\` or give a .js file`,
    );
  const message = error instanceof Error ? error.message : String(error);
  return new FlowError('UNREADABLE_FILE', `${shown} cannot be loaded: ${message}`);
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

function asProvable(value: unknown, file: string, expression: string): Provable | undefined {
  const loaded = asLoaded(value, file, expression);
  if (loaded !== undefined) return { kind: 'design', loaded };
  if (typeof value !== 'object' || value === null) return undefined;
  if (isModelTask(value)) {
    fieldsOf(modelFields, value, expression);
    return { kind: 'model', task: value };
  }
  const a = asLoaded(Reflect.get(value, 'a'), file, `${expression}.a`);
  const b = asLoaded(Reflect.get(value, 'b'), file, `${expression}.b`);
  if (a === undefined || b === undefined) return undefined;
  return { kind: 'equivalence', a, b, options: fieldsOf(equivalenceFields, value, expression) };
}

/** The checked options of a proof, and nothing else of it. */
function fieldsOf<S extends z.ZodType>(schema: S, value: object, expression: string): z.output<S> {
  const { data, error } = schema.safeParse(value);
  if (error === undefined) return data;
  const issues = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new FlowError('NOT_A_DESIGN', `the proof ${expression.slice(2)} has a wrong option: ${issues}`);
}

function asLoaded(value: unknown, file: string, expression: string): Loaded | undefined {
  if (isDesign(value)) return { design: value, file, expression };
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  const component: unknown = Reflect.get(value, 'component');
  if (component !== undefined) {
    const inner = asLoaded(component, file, `${expression}.component`);
    const latency: unknown = Reflect.get(value, 'latencyCycles');
    return inner === undefined || typeof latency !== 'number' ? inner : { ...inner, latencyCycles: latency };
  }
  if ('model' in value) return undefined;
  const design: unknown = Reflect.get(value, 'design');
  return isDesign(design) ? { design, file, expression: `${expression}.design` } : undefined;
}

const isDesign = (value: unknown): value is Design =>
  typeof value === 'object' &&
  value !== null &&
  Reflect.get(value, 'kind') === 'design' &&
  Array.isArray(Reflect.get(value, 'ports')) &&
  Array.isArray(Reflect.get(value, 'statements'));

const isModelTask = (value: object): value is ModelTask =>
  isDesign(Reflect.get(value, 'design')) && typeof Reflect.get(value, 'model') === 'function';
