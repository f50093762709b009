/** One wrong bit in the hardware is found by comparing with the reference. */

import { describe, expect, it } from 'vitest';
import { arrayTop, planArray, type ArrayOptions } from '../../src/accel/index.js';
import type { Node, OpNode } from '../../src/hdl/index.js';
import type { IntegerNetwork } from '../../src/nn/index.js';
import { createRandom } from '../../src/num/index.js';
import {
  idleSimulation,
  expectedOutputs,
  outputComplaint,
  randomPictures,
  runPictures,
} from './helpers/pictures.js';
import {
  invertBit,
  invertInitial,
  memoryOf,
  nodesOf,
  opsOf,
  replaceOp,
  swapArms,
  valuesOf,
  withFault,
  type Modules,
} from './helpers/faults.js';
import { familyFaultNetwork, faultNetwork } from './helpers/fault-network.js';

/** A small accelerator, and what is wrong with it once it has been sabotaged; undefined: nothing. */
const faultyArray = (network: IntegerNetwork) => {
  const plan = planArray(network, options);
  const { design } = arrayTop(plan);
  const pictures = randomPictures(network, 2);
  const expected = expectedOutputs(network, pictures);
  const complaintAbout = (sabotage?: (modules: Modules) => void): string | undefined => {
    const simulation = idleSimulation(sabotage === undefined ? design : withFault(design, sabotage));
    const { beats } = runPictures(plan, simulation, pictures, { maxCycles: 20_000 });
    return outputComplaint(plan, beats, expected);
  };
  return { plan, complaintAbout };
};

const options: ArrayOptions = {
  rows: 4,
  columns: 4,
  taps: 2,
  requantizers: 2,
  activationMemory: 'block',
  multiplierStages: 1,
  memoryRegister: false,
  reloadable: false,
};

const first = <T>(items: readonly T[], what: string): T => {
  const [item] = items;
  if (item === undefined) throw new Error(`the hardware has no ${what}`);
  return item;
};

/** A comparison with 0, as the padding condition makes it for rows and columns. */
const comparesWithZero = (node: { readonly args: readonly Node[] }): boolean =>
  node.args[1]?.kind === 'const' && node.args[1].value === 0n;

const choosesComplement = (node: OpNode): boolean =>
  node.args.some((arg) => arg.kind === 'op' && arg.op === 'not');

/** Single bits of weights, ten random ones of each memory, that nobody notices. */
const undetectedWeights = ({ plan, complaintAbout }: ReturnType<typeof faultyArray>): readonly string[] => {
  const random = createRandom(5);
  return plan.weights.memories.flatMap((weights) => {
    // Weights that are 0 may belong to channels that no layer has; the others all count.
    const used = weights.fields.flatMap((values, field) =>
      values.flatMap((value, address) => (value === 0 ? [] : [{ field, address }])),
    );
    const module = `${weights.name}_weights`;
    return Array.from({ length: 10 }, () => {
      const at = used[random.integer(0, used.length - 1)];
      if (at === undefined) throw new Error(`${module} is empty`);
      const complaint = complaintAbout((modules) => {
        invertInitial(memoryOf(modules.named(module)), { ...at, bit: 0 });
      });
      return complaint === undefined ? [`${module} field ${at.field} address ${at.address}`] : [];
    }).flat();
  });
};

/** Chooses between twice the accumulator and the accumulator. */
const doubles = (node: OpNode): boolean =>
  node.op === 'mux' && node.args.some((arg) => contains(arg, (inner) => inner.op === 'shl'));

const contains = (node: Node, wanted: (node: OpNode) => boolean): boolean =>
  node.kind === 'op' &&
  (wanted(node) || (node.op === 'cast' && node.args.some((arg) => contains(arg, wanted))));

describe('faults in units for tables, powers of two and PVQ', () => {
  const array = faultyArray(familyFaultNetwork());

  it('without one, all is right', () => {
    expect(array.complaintAbout()).toBeUndefined();
  });

  it.each<readonly [string, (modules: Modules) => void]>([
    [
      'power-of-two PE: one bit of a term',
      (modules) => invertBit(first(valuesOf(modules.named('power_of_two_dot'), 'term_0'), 'term'), 2),
    ],
    [
      'planes of weights: the next one does not count less',
      (modules) => swapArms(first(opsOf(modules.named('compute_array'), 'mux').filter(doubles), 'doubling')),
    ],
    [
      'planes of weights: counter',
      (modules) => invertBit(first(valuesOf(modules.named('sequencer'), 'plane'), 'counter'), 0),
    ],
    [
      'choice of the unit',
      (modules) => invertBit(first(valuesOf(modules.named('compute_array'), 'engine_late'), 'mark'), 0),
    ],
  ])('%s', (_name, sabotage) => {
    expect(array.complaintAbout(sabotage)).toBeDefined();
  });

  it('one bit of one weight, ten random ones of each memory', () => {
    expect(undetectedWeights(array)).toEqual([]);
  });
});

describe('faults', () => {
  const array = faultyArray(faultNetwork());
  const { plan, complaintAbout } = array;

  it('without one, all is right', () => {
    expect(complaintAbout()).toBeUndefined();
    expect(complaintAbout(() => undefined)).toBeUndefined();
  });

  it.each<readonly [string, (modules: Modules) => void]>([
    [
      'ternary PE: select of add or subtract',
      (modules) =>
        swapArms(first(opsOf(modules.named('ternary_dot'), 'mux').filter(choosesComplement), 'select')),
    ],
    [
      'ternary PE: adder becomes or',
      (modules) => replaceOp(first(opsOf(modules.named('ternary_dot'), 'add'), 'adder'), 'or'),
    ],
    [
      'integer product: one bit',
      (modules) => invertBit(first(opsOf(modules.named('int_product'), 'mul'), 'product'), 3),
    ],
    [
      'accumulator: lowest bit',
      (modules) => invertBit(first(valuesOf(modules.named('compute_array'), 'kept_0'), 'sum'), 0),
    ],
    [
      'write address: word counter',
      (modules) => invertBit(first(valuesOf(modules.named('write_side'), 'pixel_at'), 'counter'), 0),
    ],
    [
      'write side: row counter',
      (modules) => invertBit(first(valuesOf(modules.named('write_side'), 'row_at'), 'counter'), 0),
    ],
    [
      'padding: >= 0 becomes > 0',
      (modules) =>
        opsOf(modules.named('sequencer'), 'ge')
          .filter(comparesWithZero)
          .forEach((node) => replaceOp(node, 'gt')),
    ],
    [
      'read address: off by one bit',
      (modules) => invertBit(first(valuesOf(modules.named('sequencer'), 'tap_row_address'), 'address'), 0),
    ],
    [
      'output queue: read pointer',
      (modules) => invertBit(first(valuesOf(modules.named('output_queue'), 'read_at'), 'pointer'), 0),
    ],
  ])('%s', (_name, sabotage) => {
    expect(complaintAbout(sabotage)).toBeDefined();
  });

  it('one bit of one weight, ten random ones of each memory', () => {
    expect(undetectedWeights(array)).toEqual([]);
  });

  it('the lowest bit of one operation: at least 15 of 20 random ones of the units that compute', () => {
    const random = createRandom(6);
    const undetected: string[] = [];
    for (let attempt = 0; attempt < 20; attempt++) {
      const unit =
        ['ternary_dot', 'int_dot', 'int_product', 'requantize', 'operand_select'][attempt % 5] ?? '';
      let what = '';
      const complaint = complaintAbout((modules) => {
        const nodes = nodesOf(modules.named(unit)).filter((node): node is OpNode => node.kind === 'op');
        const node = nodes[random.integer(0, nodes.length - 1)];
        if (node === undefined) throw new Error(`${unit} has no operations`);
        what = `${unit} ${node.op} ${node.id}`;
        invertBit(node, 0);
      });
      if (complaint === undefined) undetected.push(what);
    }
    // Some cannot be seen: the shifter's arms for shifts that no layer of this network has, values that are always even.
    expect(undetected.length, undetected.join(', ')).toBeLessThanOrEqual(5);
  });

  it('one step in the addend of one channel, each layer', () => {
    plan.descriptors.forEach(({ parameterBase }, index) => {
      const word = plan.parameters[parameterBase]?.[0];
      if (word === undefined) throw new Error(`layer ${index} has no parameters`);
      // Fields of a lane: multiplier, addend, shift.
      const fault = { field: 1, address: parameterBase, bit: word.shift };
      const complaint = complaintAbout((modules) => {
        invertInitial(memoryOf(modules.named('write_side')), fault);
      });
      expect(complaint, plan.jobs[index]?.layer.name).toBeDefined();
    });
  });
});
