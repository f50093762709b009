/** Small constant matrices, proved in Yosys against the integer function. */
import { expect, it } from 'vitest';
import { proveAllModels, type ModelTask, type Values } from '../../src/formal/index.js';
import { cmvm, cmvmModel, type CmvmParams } from '../../src/units/index.js';

const matrix = [
  [3, -5],
  [-1, -2],
  [0, 7],
];

const taskOf = (params: Omit<CmvmParams, 'name' | 'matrix' | 'effort'>): ModelTask => {
  const { inputWidth, inputSigned, target, levelsPerStage = 1 } = params;
  const name = `cmvm_${target}_${inputWidth}_${inputSigned ? 's' : 'u'}_${levelsPerStage}`;
  const unit = cmvm({ name, matrix, effort: 1, ...params });
  const signed = (value: bigint): number =>
    Number(inputSigned ? BigInt.asIntN(inputWidth, value) : BigInt.asUintN(inputWidth, value));
  const model = (values: Values) => {
    const x = [0, 1].map((input) => signed(values[`x_${input}`] ?? 0n));
    return Object.fromEntries(cmvmModel(matrix, x).map((value, output) => [`y_${output}`, BigInt(value)]));
  };
  return { design: unit.component.design, latencyCycles: unit.latencyCycles, model };
};

it('cmvm equals the matrix product, on both targets, pipelined or not', async () => {
  const tasks = (['ice40', 'ecp5'] as const).flatMap((target) => [
    taskOf({ target, inputWidth: 4, inputSigned: true }),
    taskOf({ target, inputWidth: 3, inputSigned: false, levelsPerStage: 2 }),
    taskOf({ target, inputWidth: 4, inputSigned: true, levelsPerStage: 0 }),
  ]);
  const verdicts = await proveAllModels(tasks, { timeLimitMs: 120_000 });
  expect(verdicts.map(({ verdict, basis }) => [verdict, basis])).toEqual(
    tasks.map(() => ['proved', 'table']),
  );
}, 600_000);
