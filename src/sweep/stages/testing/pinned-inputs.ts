/** Small sweeps that the project makes itself, the same every time: what the stages' outcomes are pinned for. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeTiny } from '../../../../test/flow/tiny-model.js';
import { writePictures } from '../../../../test/quantize/pictures.js';
import { quantizeMethods } from '../../../flow/index.js';
import { modelBuilder, writeFloat } from '../../../quant/index.js';
import { defineSweep, type Sweep, type SweepFile } from '../../spec/index.js';

/** A float network with a strided, a depthwise, a pointwise and a fully connected layer, and pictures to train it with. */
const writeFloatNetwork = (folder: string): void => {
  const data = join(folder, 'data');
  mkdirSync(data);
  writePictures(data, 'train', 64, 1);
  writePictures(data, 't10k', 20, 2);
  const builder = modelBuilder('net', [8, 8, 1]).conv(4, { stride: 2 }).batchNorm().relu();
  builder.depthwise().batchNorm().relu().pointwise(4).batchNorm().relu();
  const model = builder.globalAvgPool().fullyConnected(10).build();
  writeFileSync(join(folder, 'net.onnx'), writeFloat(model));
};

const gate = (name: string, area: number, pins: readonly string[], logic: string): string => {
  const inputs = pins.map((pin) => `pin (${pin}) { direction : input; capacitance : ${area}; }`);
  return `cell (${name}) { area : ${area}; ${inputs.join(' ')} pin (Y) { direction : output; function : "${logic}"; } }`;
};
const library = `library (few) { voltage_unit : "1V"; capacitive_load_unit (1, ff); nom_voltage : 1;
  ${gate('INV', 1, ['A'], '!A')} ${gate('NAND', 1.5, ['A', 'B'], '!(A B)')} ${gate('XOR', 3, ['A', 'B'], 'A^B')}
  cell (DFF) { area : 6; ff (IQ, IQN) { clocked_on : "CK"; next_state : "D"; }
    pin (CK) { direction : input; capacitance : 1; } pin (D) { direction : input; capacitance : 1; }
    pin (Q) { direction : output; function : "IQ"; } } }`;

type Method = Exclude<NonNullable<SweepFile['methods']>[number], { readonly method: 'as it came' }>['method'];
const trained = (methods: readonly Method[]): NonNullable<SweepFile['methods']> =>
  methods.map((method) => ({ method, epochs: 1, validation: 16 }));

/** Writes the files into an empty folder. */
export const pinnedSweeps = (folder: string): readonly Sweep[] => {
  writeFloatNetwork(folder);
  writeTiny(folder);
  writeFileSync(join(folder, 'few.lib'), library);
  const common = { title: 'pinned', arrays: ['2x2'], verify: 2 };
  const net = { name: 'net', model: 'net.onnx', data: 'data' };
  const tiny = { name: 'tiny', model: 'tiny.onnx', samples: 'pictures.idx', labels: 'labels.idx' };
  const files: readonly SweepFile[] = [
    {
      ...{ ...common, models: [net], methods: trained(quantizeMethods) },
      ...{ devices: ['hx8k', 'ecp5-25k'], reloadable: [false, true] },
      constraints: [{ exclude: { device: 'ecp5-25k', reloadable: true } }],
    },
    {
      ...{ ...common, models: [tiny], devices: ['hx8k'] },
      pe: [
        ...(['ternary', 'powerOfTwo'] as const).map((kind) => ({ kind, roundWeights: true })),
        { kind: 'pvq', roundWeights: true, pvqPulses: 1 },
        // What it does not represent is an outcome too.
        'ternary',
      ],
    },
    {
      ...{ ...common, models: [net], methods: trained(['prom', 'fames']), devices: ['hx8k'], tools: 'npm' },
      energy: { liberty: 'few.lib', pictures: 2, operations: 128 },
    },
  ];
  return files.map((file) => defineSweep(file, { folder }));
};
