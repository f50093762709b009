/** A command line whose verbs are replaced by a fake flow, with everything it printed. */
import { Writable } from 'node:stream';
import type { Flow, FlowResult } from '../../flow/index.js';
import { exampleReport } from '../../report/testing/example.js';
import { runCli } from '../index.js';

export const exampleResult: FlowResult = {
  out: 'result',
  files: ['report.json', 'report.html'],
  report: exampleReport,
  problems: [],
};

/** A flow of which every verb fails the test, except those given. */
export function fakeFlow(given: Partial<Flow>): Flow {
  const unexpected = (verb: string) => () =>
    Promise.reject(new Error(`the test did not expect ${verb} to run`));
  return {
    emit: unexpected('emit'),
    sim: unexpected('sim'),
    synth: unexpected('synth'),
    build: unexpected('build'),
    prove: unexpected('prove'),
    cmvm: unexpected('cmvm'),
    quantize: unexpected('quantize'),
    report: unexpected('report'),
    check: unexpected('check'),
    doctor: unexpected('doctor'),
    ...given,
  };
}

export interface Printed {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface FakeOptions {
  readonly flow?: Partial<Flow>;
  readonly terminal?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export async function runFake(words: readonly string[], options: FakeOptions = {}): Promise<Printed> {
  const stdout = new Collector();
  const stderr = new Collector(options.terminal ?? false);
  const exitCode = await runCli(words, {
    flow: fakeFlow(options.flow ?? {}),
    version: '1.2.3',
    stdout,
    stderr,
    env: options.env ?? {},
    signal: options.signal ?? new AbortController().signal,
  });
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

class Collector extends Writable {
  text = '';

  constructor(readonly isTTY = false) {
    super();
  }

  override _write(chunk: Buffer | string, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
