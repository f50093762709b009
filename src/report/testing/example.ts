/** A report with every field filled, as a build of a small network would give it. */
import type { Report, ReportLayer } from '../schema.js';

const layer = (
  name: string,
  kind: string,
  peKind: string,
  shapes: Pick<ReportLayer, 'inputShape' | 'outputShape'>,
  numbers: Pick<ReportLayer, 'macs' | 'cycles' | 'weightBits'>,
): ReportLayer => ({
  name,
  kind,
  peKind,
  ...shapes,
  ...numbers,
  idealCycles: numbers.macs / 16,
  utilization: Math.min(1, numbers.macs / 16 / numbers.cycles),
  basis: 'simulated',
});

export const exampleReport: Report = {
  schemaVersion: 1,
  generator: { name: 'nomul', version: '0.1.0' },
  verb: 'build',
  options: {
    model: 'digits.onnx',
    device: 'hx8k',
    array: '4x4',
    seed: 1,
    clock: 24,
    reloadable: false,
    pcf: null,
  },
  inputs: [
    { role: 'model', file: 'digits.onnx', sha256: 'ab'.repeat(32) },
    { role: 'samples', file: 'digits-images.idx3-ubyte.gz', sha256: 'cd'.repeat(32) },
  ],
  tools: [
    { tool: 'yosys', origin: 'npm', version: '0.55' },
    { tool: 'nextpnr-ice40', origin: 'npm', version: '0.8' },
  ],
  network: {
    name: 'digits',
    inputShape: [16, 16, 1],
    outputCount: 10,
    macs: 28224,
    weights: 1248,
    weightBits: 6144,
  },
  array: { rows: 4, columns: 4, peKind: 'ternary', unitsBeside: [{ kind: 'int8 multiplier', count: 4 }] },
  roundedWeights: [],
  layers: [
    layer(
      'stem.conv',
      '3x3 convolution',
      'int8',
      { inputShape: [16, 16, 1], outputShape: [8, 8, 8] },
      { macs: 4608, cycles: 1320, weightBits: 8 },
    ),
    layer(
      'depthwise1.conv',
      'depthwise 3x3',
      'int8',
      { inputShape: [8, 8, 8], outputShape: [8, 8, 8] },
      { macs: 4608, cycles: 1300, weightBits: 8 },
    ),
    layer(
      'pointwise1.conv',
      'pointwise',
      'ternary',
      { inputShape: [8, 8, 8], outputShape: [8, 8, 16] },
      { macs: 8192, cycles: 580, weightBits: 1.6 },
    ),
    layer(
      'pool',
      'average pool',
      'pool',
      { inputShape: [4, 4, 32], outputShape: [1, 1, 32] },
      { macs: 512, cycles: 600, weightBits: 0 },
    ),
  ],
  accuracy: { top1: 0.982, pictures: 1000 },
  equality: [
    { simulator: 'nomul simulator', pictures: 100, cycles: 412345, mismatches: 0 },
    { simulator: 'verilator', pictures: 20, cycles: 82469, mismatches: 0 },
  ],
  netlist: { simulator: 'Icarus with the mapped netlist', pictures: 1, cycles: 4123, mismatches: 0 },
  activity: {
    cells: [
      { cell: 'LUT', count: 4000, toggles: 1_234_567.5 },
      { cell: 'register', count: 3000, toggles: 765_432 },
    ],
    ...{ cyclesPerPicture: 3917, pictures: 2, simulator: 'verilator' },
  },
  device: {
    name: 'hx8k',
    luts: 3210,
    registers: 1400,
    blockRams: 18,
    dsps: 0,
    basis: 'placed',
    fmaxMHz: 47.31,
    available: { luts: 7680, registers: 7680, blockRams: 32, dsps: 0 },
  },
  clock: {
    requestedMHz: 24,
    met: true,
    criticalPath: {
      delayNs: 21.14,
      steps: [
        { signal: 'array.pe_0_0.sum', kind: 'register', delayNs: 0.54 },
        { signal: 'array.pe_0_0.addend', kind: 'logic', delayNs: 20.6 },
      ],
    },
  },
  latencyCycles: { predicted: 4123, simulated: 4123 },
  initiationInterval: { predicted: 4123, simulated: 4123 },
  inferencesPerSecond: 11474,
  inferencesPerSecondBasis: 'placed',
  problems: [],
};
