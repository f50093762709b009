/** Pyramid units at small widths: the tree equals its model, the serial units equal twins that multiply. */
import { describe, expect, it } from 'vitest';
import { proveAllEquivalent, proveAllModels, type ModelTask, type Values } from '../../src/formal/index.js';
import { array, bit, component, sint, uint, type Design, type SInt } from '../../src/hdl/index.js';
import { pyramidOf } from '../../src/num/index.js';
import { pvqBitLayer, pvqPulse, pvqTree, pvqTreeModel } from '../../src/units/index.js';

const sampleWidth = 2;

describe('pyramid units', () => {
  it('of a tree equal the model for every input, in every cycle', async () => {
    const tasks = {
      'with both signs': treeTask([2, -1, 1], 3, 3, 1),
      'of negative weights': treeTask([-1, -2], 4, 3, 1),
      'without registers inside': treeTask([1, 0, -3], 3, 3, 0),
    };
    const verdicts = await proveAllModels(Object.values(tasks), { timeLimitMs: 120_000 });
    expect(verdicts.map(({ verdict, basis }) => [verdict, basis])).toEqual(
      Object.keys(tasks).map(() => ['proved', 'table']),
    );
  }, 600_000);

  // While samples are written and none is added, induction would need to be told that both sides hold the same samples.
  it('that are serial equal a multiplication, for all time or (pulses) two results long', async () => {
    const tasks = [
      bitLayerTask([3, -1], 1),
      bitLayerTask([1, -2], 2),
      pulseTask([
        [2, -1],
        [-3, 0],
      ]),
    ];
    const verdicts = await proveAllEquivalent(
      tasks.map((task) => ({ ...task, resets: 'once' as const, depth: 24 })),
      { timeLimitMs: 120_000 },
    );
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['proved', 'proved', 'bounded']);
  }, 600_000);

  it('with another weight are told apart', async () => {
    const { a } = bitLayerTask([3, -1], 1);
    const { b } = bitLayerTask([3, 1], 1);
    const [verdict] = await proveAllEquivalent([{ a, b, resets: 'once', depth: 24 }], {
      timeLimitMs: 120_000,
    });
    expect([verdict?.verdict, verdict?.counterexample?.confirmed]).toEqual(['refuted', true]);
  }, 600_000);
});

function treeTask(
  weights: readonly number[],
  actWidth: number,
  scaleWidth: number,
  levelsPerStage: number,
): ModelTask {
  const params = { name: 'tree', weights, ...pyramidOf(weights), actWidth, scaleWidth, levelsPerStage };
  const { component: unit, latencyCycles } = pvqTree(params);
  const model = (v: Values) => ({
    product: pvqTreeModel(params, {
      act: weights.map((_, i) => v[`act_${i}`] ?? 0n),
      scale: v['scale'] ?? 0n,
    }),
  });
  return { design: unit.design, latencyCycles, stable: ['scale'], model };
}

interface Pair {
  readonly a: Design;
  readonly b: Design;
}

const dot = (weights: readonly number[], samples: readonly SInt[]): SInt =>
  samples.map((sample, i) => sample.mul(weights[i] ?? 0)).reduce((sum, product) => sum.add(product));

/** The result where it is valid, else 0: what it is in between is nobody's business. */
function bitLayerTask(weights: readonly number[], samplesPerResult: number): Pair {
  const unit = pvqBitLayer({ name: 'bits', weights, sampleWidth, samplesPerResult });
  const face = {
    in: { sample: sint(sampleWidth), sampleValid: bit },
    out: { ready: bit, shown: sint(unit.resultWidth), valid: bit },
  };
  const a = component('serial', face, (inputs) => {
    const { sampleReady, result, resultValid } = unit.component('unit', inputs);
    return { ready: sampleReady, shown: resultValid.mux(result, 0), valid: resultValid };
  });
  const b = component('multiplying', face, ({ sample, sampleValid }, m) => {
    const { fetched, position } = m.regs({ fetched: bit, position: uint(8) });
    fetched.next = 1;
    const history = m.regs(
      { history: array(weights.length, sint(sampleWidth)) },
      { reset: false, powerUp: 0 },
    );
    const ready = fetched.and(position.lt(samplesPerResult));
    const taken = ready.and(sampleValid);
    m.when(taken, () => {
      history.history.forEach((register, i) => {
        register.next = history.history[i + 1] ?? sample;
      });
    });
    m.when(fetched.and(ready.not()).or(taken), () => {
      position.next = position.eq(unit.cycles - 1).mux(m.constant(uint(8), 0), position.add(1).wrap(8));
    });
    const complete = m.pipe('complete', taken.and(position.eq(samplesPerResult - 1)), { reset: 0 });
    const stages = unit.latencyCycles - 1;
    const shown = complete.mux(dot(weights, history.history), 0).wrap(unit.resultWidth);
    return {
      ready,
      shown: m.pipe('shown_q', shown, { stages, reset: 0 }),
      valid: m.pipe('valid_q', complete, { stages, reset: 0 }),
    };
  });
  return { a: a.design, b: b.design };
}

function pulseTask(rows: readonly (readonly number[])[]): Pair {
  const { pulses } = pyramidOf(rows[0] ?? []);
  const unit = pvqPulse({ name: 'pulses', rows, pulses, sampleWidth });
  const face = {
    in: { sampleWrite: bit, sampleAddress: uint(1), sample: sint(sampleWidth), start: bit },
    out: { ready: bit, shown: sint(unit.resultWidth), valid: bit },
  };
  const a = component('serial', face, (inputs) => {
    const { ready, result, resultValid } = unit.component('unit', inputs);
    return { ready, shown: resultValid.mux(result, 0), valid: resultValid };
  });
  const b = component('multiplying', face, ({ sampleWrite, sampleAddress, sample, start }, m) => {
    const { cycle } = m.regs({ cycle: uint(8) });
    const { samples } = m.regs({ samples: array(2, sint(sampleWidth)) }, { reset: false, powerUp: 0 });
    const ready = cycle.eq(0);
    const last = cycle.eq(rows.length * pulses + 1);
    m.when(ready.and(start).or(ready.or(last).not()), () => {
      cycle.next = cycle.add(1).wrap(8);
    }).elseWhen(last, () => {
      cycle.next = 0;
    });
    samples.forEach((register, i) => {
      m.when(ready.and(sampleWrite).and(sampleAddress.eq(i)), () => {
        register.next = sample;
      });
    });
    const shown = rows
      .map((row, i) => cycle.eq((i + 1) * pulses).mux(dot(row, samples), 0))
      .reduce((sum, row) => sum.add(row));
    const valid = rows.map((_, i) => cycle.eq((i + 1) * pulses)).reduce((any, row) => any.or(row));
    return {
      ready,
      shown: m.pipe('shown_q', shown.wrap(unit.resultWidth), { stages: 4, reset: 0 }),
      valid: m.pipe('valid_q', valid, { stages: 4, reset: 0 }),
    };
  });
  return { a: a.design, b: b.design };
}
