/**
 * `make fuzz FUZZ_DESIGNS=10000`: random Designs in the compiled simulator, Verilator and Icarus, resumable. The state and
 * the failures lie in generated/fuzz. `npx tsx test/fuzz/run.ts --replay SEED:INDEX` runs one program again.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { emitVerilog } from '../../src/hdl/index.js';
import { elaborateProgram } from './elaborate.js';
import { failuresOfProgram, programsOf, trial, type Failure, type TrialOptions } from './trial.js';

const batchSize = 100;
const folder = join('generated', 'fuzz');
const stateFile = join(folder, 'state.json');

interface State {
  /** Seed of the next batch. */
  readonly seed: number;
  readonly designs: number;
  readonly failures: number;
  /** CPU-independent: the time that passed while batches ran. */
  readonly seconds: number;
}

const { values } = parseArgs({
  options: {
    designs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    'yosys-every': { type: 'string', default: '1' },
    replay: { type: 'string' },
  },
});

function loadState(): State {
  try {
    const { seed, designs, failures, seconds } = JSON.parse(readFileSync(stateFile, 'utf8')) as State;
    return { seed, designs, failures, seconds };
  } catch {
    return { seed: Number(values.seed), designs: 0, failures: 0, seconds: 0 };
  }
}

function saveState(state: State): void {
  writeFileSync(`${stateFile}.new`, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(`${stateFile}.new`, stateFile);
}

function saveFailure({ program, seed, index, stage, message }: Failure): void {
  const own = join(folder, `failure-${seed}-${index}-${stage}`);
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, 'program.json'), `${JSON.stringify(program, null, 2)}\n`);
  writeFileSync(join(own, 'message.txt'), `${message}\n`);
  if (stage !== 'elaborate')
    for (const { name, text } of emitVerilog(elaborateProgram(program, 'f0').design).files)
      writeFileSync(join(own, name), text);
  console.log(`FAILED ${stage}: ${message.split('\n')[0] ?? ''}`);
  console.log(`  ${own}; again: npx tsx test/fuzz/run.ts --replay ${seed}:${index}`);
}

const optionsOf = (seed: number): TrialOptions => ({
  cycles: 60,
  yosys: seed % Number(values['yosys-every']) === 0,
  // Batches never come back, so their builds are not kept.
  cache: join(folder, 'cache'),
});

async function run(wanted: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  let state = loadState();
  while (state.designs < wanted) {
    const start = performance.now();
    const count = Math.min(batchSize, wanted - state.designs);
    const failures = await trial(state.seed, count, optionsOf(state.seed));
    for (const failure of failures) saveFailure(failure);
    for (const stage of ['verilator', 'icarus'])
      rmSync(join(folder, 'cache', stage), { recursive: true, force: true });
    const seconds = (performance.now() - start) / 1000;
    state = {
      seed: state.seed + 1,
      designs: state.designs + count,
      failures: state.failures + failures.length,
      seconds: state.seconds + seconds,
    };
    saveState(state);
    const rate = Math.round((60 * state.designs) / state.seconds);
    console.log(
      `seed ${state.seed - 1}: ${state.designs} Designs, ${state.failures} failures, ${rate} Designs per minute`,
    );
  }
  process.exitCode = state.failures === 0 ? 0 : 1;
}

async function replay(text: string): Promise<void> {
  const [seed = 0, index = 0] = text.split(':').map(Number);
  const [program] = programsOf(seed, index + 1).slice(index);
  if (program === undefined) throw new RangeError(`no program ${text}`);
  const failures = await failuresOfProgram(program, optionsOf(0));
  for (const failure of failures) saveFailure({ ...failure, seed, index });
  if (failures.length === 0) console.log('all simulators agree and no linter complains');
  process.exitCode = failures.length === 0 ? 0 : 1;
}

await (values.replay === undefined ? run(Number(values.designs)) : replay(values.replay));
