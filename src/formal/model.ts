/** A unit against its TypeScript model: by the model's whole truth table, or by a behavioural twin. */

import { createRandom, typeRange } from '../num/index.js';
import type { Design, Port } from '../hdl/index.js';
import type { EngineOptions } from './engine.js';
import { proveAllEquivalent, type EquivalenceTask } from './equivalence.js';
import { FormalError } from './errors.js';
import { inputsOf, outputsOf } from './harness.js';
import { bitsOf, careOutput, tableDesign, valuesAt, type Model, type Values } from './truth-table.js';
import { runVectors } from './vectors.js';
import type { Verdict, VerdictKind } from './verdict.js';

export interface ModelTask {
  readonly design: Design;
  /** Outputs for inputs, by flattened port name; undefined: inputs that must not occur. */
  readonly model: Model;
  /** Cycles from the inputs to the outputs; default 0. */
  readonly latencyCycles?: number;
  /** Inputs that enter this many cycles earlier than the others, by port. */
  readonly lead?: Readonly<Record<string, number>>;
  /** Inputs that do not change while the unit runs, by port. */
  readonly stable?: readonly string[];
  /** The same function in the same order of operations, needed above 16 input bits; same ports and latency. */
  readonly twin?: Design;
}

export interface ModelVerdict {
  /** `proved` from a `table` covers the model whole; from a `twin` it is about the twin, which was tested on the vectors. */
  readonly verdict: VerdictKind;
  readonly basis: 'table' | 'twin';
  readonly equivalence: Verdict;
  /** Inputs run through the compiled simulator: all of them with a table, random ones with a twin. */
  readonly vectors: number;
  /** The first of them where the Design (or twin) and the model disagree. */
  readonly mismatch?: { readonly inputs: Values; readonly expected: Values; readonly got: Values };
}

/** Input bits up to which a model is enumerated. */
export const tableBitLimit = 16;
const randomGroups = 16;
const vectorsPerGroup = 256;

/** @throws FormalError (TOO_MANY_INPUTS: more than 16 input bits and no twin), ToolMissing, ToolCrashed, ToolInterrupted */
export async function proveModel(task: ModelTask, options: EngineOptions = {}): Promise<ModelVerdict> {
  const [verdict] = await proveAllModels([task], options);
  if (verdict === undefined) throw new RangeError('one task has one verdict');
  return verdict;
}

/** As `proveModel` for many units in few runs of the tool. */
export async function proveAllModels(
  tasks: readonly ModelTask[],
  options: EngineOptions = {},
): Promise<readonly ModelVerdict[]> {
  const verdicts = await proveAllEquivalent(tasks.map(comparison), options);
  return verdicts.flatMap((equivalence, index) => {
    const task = tasks[index];
    return task === undefined ? [] : [judge(task, equivalence)];
  });
}

const isEnumerable = ({ design, twin }: ModelTask): boolean =>
  twin === undefined && bitsOf(inputsOf(design)) <= tableBitLimit;

function comparison(task: ModelTask): EquivalenceTask {
  const { design, twin, model, latencyCycles = 0, lead = {}, stable = [] } = task;
  const delay = (name: string): number => latencyCycles + (lead[name] ?? 0);
  const settleCycles = Math.max(latencyCycles, ...inputsOf(design).map(({ name }) => delay(name)));
  if (twin !== undefined) return { a: design, b: twin, settleCycles, stable };
  const bits = bitsOf(inputsOf(design));
  if (bits > tableBitLimit) {
    throw new FormalError(
      'TOO_MANY_INPUTS',
      `${design.name} has ${bits} input bits; a model is enumerated up to ${tableBitLimit}: use smaller parameters or pass a twin`,
    );
  }
  const delays = Object.fromEntries(inputsOf(design).map(({ name }) => [name, delay(name)]));
  const table = tableDesign(design, model, delays);
  return { a: design, b: table, settleCycles, stable, care: careOutput };
}

function judge(task: ModelTask, equivalence: Verdict): ModelVerdict {
  const basis = isEnumerable(task) ? 'table' : 'twin';
  const groups = basis === 'table' ? allVectors(task) : randomVectors(task);
  const simulated = task.twin ?? task.design;
  let vectors = 0;
  for (const group of groups) {
    const results = runVectors(simulated, group, task);
    for (const [index, inputs] of group.entries()) {
      const [expected, got] = [task.model(inputs), results[index]];
      vectors++;
      if (expected === undefined || got === undefined || agree(simulated, expected, got)) continue;
      const mismatch = { inputs, expected, got };
      return { verdict: 'refuted', basis, equivalence, vectors, mismatch };
    }
  }
  return { verdict: equivalence.verdict, basis, equivalence, vectors };
}

const agree = (design: Design, expected: Values, got: Values): boolean =>
  outputsOf(design).every(({ name }) => expected[name] === got[name]);

/** Every input that may occur, in groups of equal values at the stable ports. */
function allVectors({ design, model, stable = [] }: ModelTask): readonly (readonly Values[])[] {
  const ports = inputsOf(design);
  const groups = new Map<string, Values[]>();
  for (let address = 0; address < 2 ** bitsOf(ports); address++) {
    const values = valuesAt(ports, address);
    if (model(values) === undefined) continue;
    const key = stable.map((name) => values[name]).join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [values]);
    else group.push(values);
  }
  return [...groups.values()];
}

/** Random inputs that may occur, the ends of each range often. */
function randomVectors({ design, model, stable = [] }: ModelTask): readonly (readonly Values[])[] {
  const random = createRandom(1);
  const draw = ({ type: { signed, width } }: Port): bigint => {
    const { lo, hi } = typeRange(signed, width);
    if (random.chance(0.25)) return [lo, hi, 0n, hi >> 1n][random.integer(0, 3)] ?? 0n;
    let pattern = 0n;
    for (let bits = 0; bits < width; bits += 32) pattern = (pattern << 32n) | BigInt(random.uint32());
    return signed ? BigInt.asIntN(width, pattern) : BigInt.asUintN(width, pattern);
  };
  const vector = (held: Values): Values =>
    Object.fromEntries(inputsOf(design).map((port) => [port.name, held[port.name] ?? draw(port)]));
  return Array.from({ length: randomGroups }, () => {
    const held = Object.fromEntries(
      inputsOf(design)
        .filter(({ name }) => stable.includes(name))
        .map((port) => [port.name, draw(port)]),
    );
    return Array.from({ length: vectorsPerGroup }, () => vector(held)).filter(
      (values) => model(values) !== undefined,
    );
  });
}
