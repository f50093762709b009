/** The page docs/results/energy.md. */
import type { NetworkEnergy } from '../../src/flow/index.js';
import { energy45nm, integer45nm } from '../../src/quant/index.js';
import type { CellComparison } from './cells.js';
import type { MultiplierRow } from './multipliers.js';

export interface MacRow {
  readonly kind: string;
  readonly areaUm2: number;
  readonly accumulatorBits: readonly number[];
  /** Planes of PVQ weights; 1 for the others. */
  readonly operationsPerMac: number;
  /** fJ per operation, means over the layers; `idle`: of which with operands that do not change (clock, leakage). */
  readonly realFj: number;
  readonly idleFj: number;
  readonly randomFj: number;
  readonly randomIdleFj: number;
  /** pJ per MAC by the published energies per operation. */
  readonly modelPj: number;
}

export interface LibraryResults {
  readonly name: string;
  readonly voltage: number;
  readonly macs: readonly MacRow[];
  readonly multipliers: readonly MultiplierRow[];
  /** Absent where OpenSTA is not installed. */
  readonly openSta?: CellComparison;
}

export interface Results {
  readonly schemaVersion: 1;
  readonly libraries: readonly LibraryResults[];
  readonly networks: readonly { readonly model: string; readonly energy: NetworkEnergy }[];
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const digits = (value: number, count = 3): string => String(Number(value.toPrecision(count)));
const ratio = (values: readonly number[]): string => {
  const least = values.at(-1) ?? 1;
  return values.map((value) => (value / least).toFixed(2)).join(' : ');
};

const macRow = (row: MacRow): readonly string[] => [
  row.kind,
  digits(row.areaUm2, 4),
  row.accumulatorBits.join(', '),
  digits(row.operationsPerMac),
  digits(row.realFj * row.operationsPerMac, 4),
  digits((row.realFj - row.idleFj) * row.operationsPerMac, 4),
  digits(row.randomFj * row.operationsPerMac, 4),
  digits((row.randomFj - row.randomIdleFj) * row.operationsPerMac, 4),
  digits(1000 * row.modelPj),
];

const three = ['int8', 'powerOfTwo', 'ternary'] as const;

const ratioRows = ({ name, macs }: LibraryResults): readonly (readonly string[])[] => {
  const of = (value: (row: MacRow) => number): string =>
    ratio(three.map((kind) => macs.filter((row) => row.kind === kind).map(value)[0] ?? NaN));
  return [
    [`${name}, real operands`, of(({ realFj }) => realFj)],
    [`${name}, real, without clock and leakage`, of(({ realFj, idleFj }) => realFj - idleFj)],
    [`${name}, random operands`, of(({ randomFj }) => randomFj)],
    [
      `${name}, random, without clock and leakage`,
      of(({ randomFj, randomIdleFj }) => randomFj - randomIdleFj),
    ],
    [`${name}, area`, of(({ areaUm2 }) => areaUm2)],
  ];
};

const { multiply, add, shift } = energy45nm.int8;
const modelRatio = ratio([
  integer45nm.multiply(8, 8) + integer45nm.add,
  integer45nm.shift + integer45nm.add,
  integer45nm.add,
]);

const macPart = ({ libraries }: Results): readonly string[] => [
  '## int8 : power of two : ternary',
  '',
  table(
    ['figure', 'int8 : shift : ternary'],
    [
      [
        'published, 45 nm: multiply + add : shift + add : add, all 8 bit',
        ratio([multiply + add, shift + add, add]),
      ],
      ['published for our networks (`integer45nm`: additions of 16 bit)', modelRatio],
      ['osu018 at 0.5 activity, product without registers (research notes)', ratio([2.72, 1.11, 0.26])],
      ['osu018 at 0.5 activity, with output registers (research notes)', ratio([3.12, 1.59, 0.55])],
      ...libraries.flatMap(ratioRows),
    ],
  ),
  '',
  'MACs in gates, fJ per MAC; "changes": without what a cycle of unchanged operands takes (clock and leakage); model: published.',
  ...libraries.flatMap(({ name, voltage, macs }) => [
    '',
    `### ${name}, ${String(voltage)} V`,
    '',
    table(
      ['MAC', 'area um2', 'accumulators', 'operations', 'real', 'changes', 'random', 'changes', 'model'],
      macs.map(macRow),
    ),
  ]),
];

const multiplierPart = ({ libraries }: Results): readonly string[] => [
  '## Multipliers 8x8 : 4x4 : 2x2',
  '',
  'The smallest exact unsigned multiplier of three forms, without registers. Real operands: activations and magnitudes of int8',
  'weights of the first pointwise layer, the highest bits of each.',
  '',
  table(
    ['figure', '8x8 : 4x4 : 2x2'],
    [
      ['model: by the product of the widths', ratio([64, 16, 4])],
      ['osu018, 8x8 : 4x4 (research notes)', `${(2.72 / 0.48).toFixed(2)} : 1`],
      ...libraries.flatMap(({ name, multipliers }) => [
        [`${name}, random`, ratio(multipliers.map(({ uniformFj }) => uniformFj))],
        [`${name}, real`, ratio(multipliers.map(({ realFj }) => realFj))],
        [`${name}, area`, ratio(multipliers.map(({ areaUm2 }) => areaUm2))],
      ]),
    ],
  ),
  '',
  table(
    ['library', 'size', 'area um2', 'random fJ', 'real fJ'],
    libraries.flatMap(({ name, multipliers }) =>
      multipliers.map(({ bits, areaUm2, uniformFj, realFj }) => [
        name,
        `${String(bits)}x${String(bits)}`,
        digits(areaUm2, 4),
        digits(uniformFj, 4),
        digits(realFj, 4),
      ]),
    ),
  ),
];

const networkPart = ({ networks }: Results): readonly string[] => [
  '## Networks',
  '',
  ...networks.flatMap(({ model, energy: { layers, conditions, ...total } }) => [
    `### ${model}`,
    '',
    `${conditions.library}, ${String(conditions.array.rows)}x${String(conditions.array.columns)} PEs, operands drawn from ${String(conditions.pictures)} pictures, ${String(conditions.sampledOperations)} operations a layer.`,
    '',
    table(
      [
        'layer',
        'PE',
        'operand',
        'accumulator',
        'MACs',
        'operations',
        'pJ per operation',
        'nJ per picture',
        'model nJ',
      ],
      [
        ...layers.map((layer) => [
          layer.layer,
          layer.pe,
          String(layer.operandBits),
          String(layer.accumulatorBits),
          String(layer.macs),
          String(layer.operations),
          digits(layer.pjPerOperation),
          digits(layer.pjPerPicture / 1000, 4),
          digits(layer.modelPjPerPicture / 1000, 4),
        ]),
        [
          ...['total', '', '', '', String(total.macs), String(total.operations), ''],
          digits(total.pjPerPicture / 1000, 4),
          digits(total.modelPjPerPicture / 1000, 4),
        ],
      ],
    ),
    '',
  ]),
];

const staPart = ({ libraries }: Results): readonly string[] => [
  '## Cells beside OpenSTA',
  '',
  'One input of a cell changes in every operation, 10 fF at the output, 0.05 ns input slew. Energy inside the cell, summed over',
  "its inputs, against half of OpenSTA's (it adds the tables for rise and fall at every change); equal: within 1 %.",
  'docs/energy.md says where the others come from.',
  '',
  table(
    ['library', 'OpenSTA', 'inputs', 'cells', 'equal'],
    libraries.flatMap(({ name, openSta }) =>
      openSta === undefined
        ? [[name, 'not installed', '', '', '']]
        : openSta.byInputs.map(({ inputs, equal, cells }) => [
            name,
            openSta.version,
            inputs === 0 ? 'clock of flip-flops' : String(inputs),
            String(cells),
            String(equal),
          ]),
    ),
  ),
  '',
  ...libraries.flatMap(({ name, openSta }) =>
    openSta === undefined
      ? []
      : [
          `${name}: energy of charging the load is equal at ${String(openSta.arcs - openSta.switchingDiffers)} of ${String(openSta.arcs)} inputs.`,
          '',
        ],
  ),
];

export const page = (results: Results): string =>
  [
    '# Energy in gates',
    '',
    'Written by `make bench BENCH=energy`. What is computed, and why it differs from published figures: docs/energy.md.',
    'Real operands: the three pointwise layers of the depthwise-separable net on Fashion-MNIST pictures, activations (unsigned,',
    '8 bit) as its ternary version computes them, weights of its float version rounded to each kind, in the order of channels.',
    'Random operands: uniform. 4096 operations each, 10 ns, no wires, no glitches.',
    '',
    ...macPart(results),
    '',
    ...multiplierPart(results),
    '',
    ...networkPart(results),
    ...staPart(results),
  ]
    .join('\n')
    .trimEnd() + '\n';
