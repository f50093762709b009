/** Runs the command line with the real flow, in this process or as a program, and looks at what it leaves. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, expect, vi } from 'vitest';
import { z } from 'zod';
import { runCli } from '../../src/cli/index.js';
import * as flow from '../../src/flow/index.js';
import { PACKAGE_ROOT } from '../../src/tools/index.js';

/** A folder for one test file, with a cache of its own; removed afterwards. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nomul-flow-'));
  vi.stubEnv('NOMUL_CACHE', join(folder, 'cache'));
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `nomul` with these words, in this process; Ctrl-C as soon as it has printed `interruptAt`. */
export async function nomul(words: readonly string[], interruptAt?: string): Promise<Ended> {
  const interruption = new AbortController();
  const stdout = new Collector();
  const stderr = new Collector((text) => {
    if (interruptAt !== undefined && text.includes(interruptAt)) interruption.abort();
  });
  const { signal } = interruption;
  const exitCode = await runCli(words, { flow, version: '0', stdout, stderr, env: {}, signal });
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

class Collector extends Writable {
  text = '';

  constructor(private readonly seen: (text: string) => void = () => undefined) {
    super();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    this.seen(this.text);
    done();
  }
}

const fromSource = ['--import', 'tsx', join(PACKAGE_ROOT, 'src/cli/main.ts')];

export interface ProgramOptions {
  /** Called again and again while it runs; sends signals. */
  readonly meanwhile?: (send: (signal: NodeJS.Signals) => void) => void;
  readonly program?: readonly string[];
  readonly cwd?: string;
}

/** `nomul` as a program of its own. */
export function nomulProcess(words: readonly string[], options: ProgramOptions = {}): Promise<Ended> {
  const { meanwhile = () => undefined, program = fromSource, cwd = PACKAGE_ROOT } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...program, ...words], { cwd, env: process.env });
    const timer = setInterval(() => meanwhile((signal) => child.kill(signal)), 50);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (exitCode) => {
      clearInterval(timer);
      resolve({ exitCode, stdout, stderr });
    });
  });
}

const envelopeSchema = z.strictObject({
  schemaVersion: z.literal(1),
  verb: z.string().nullable(),
  ok: z.boolean(),
  exitCode: z.int(),
  result: z.unknown(),
  problems: z.array(z.strictObject({ code: z.string(), message: z.string() })),
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
});
export const envelopeOf = ({ stdout }: Ended): z.output<typeof envelopeSchema> =>
  envelopeSchema.parse(JSON.parse(stdout));

/** A folder with executable shell scripts. */
export function fakeTools(parent: string, scripts: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(parent, 'tools-'));
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

/** Scripts that answer the question for their version, so that tools are found, and otherwise do `then`. */
export const answering = {
  yosys: (then: string): string => `if [ "$1" = -V ]; then echo "Yosys 0.55 (fake)"; exit 0; fi\n${then}`,
  'nextpnr-ice40': (then: string): string =>
    `if [ "$1" = --version ]; then echo "nextpnr-ice40 -- (Version nextpnr-0.8)"; exit 0; fi\n${then}`,
  icepack: (then: string): string =>
    `if [ "$1" = -h ]; then echo "Usage: icepack [options]"; exit 1; fi\n${then}`,
} as const;

/** Every path below a folder with the hash of its content. */
export function hashesBelow(folder: string): Readonly<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    hashes[path.slice(folder.length + 1)] = createHash('sha256').update(readFileSync(path)).digest('hex');
  }
  return hashes;
}

/** Names beside `out` that begin with a dot: unfinished work. */
export const leftovers = (parent: string): readonly string[] =>
  readdirSync(parent).filter((name) => name.startsWith('.'));

/** What holds for every expected failure: one message, no stack trace, no mention of a mistake of nomul. */
export function expectClearFailure({ stderr }: Ended): void {
  expect(stderr).toMatch(/^error .+/m);
  expect(stderr.match(/^error /gm)).toHaveLength(1);
  expect(stderr).not.toMatch(/\n\s+at .+:\d+/);
  expect(stderr).not.toContain('this is a mistake of nomul');
}

export const emptyFolder = (parent: string, name: string): string => {
  mkdirSync(join(parent, name), { recursive: true });
  return join(parent, name);
};
