/** What the methods are measured on: networks, data, the recipe of the float training, a job per method and setting. */
import type { Dataset } from '../../src/nn/index.js';
import { digitsNet, dsNet, resNet8, type FloatModel, type Recipe } from '../../src/quant/index.js';
import type { QuantizeMethod } from '../../src/flow/index.js';

export interface Network {
  readonly name: string;
  readonly make: (set: Dataset, seed: number) => FloatModel;
  readonly recipe: Omit<Recipe, 'seed'>;
}

/** What the issue asks: at most so many points of accuracy below the float network. */
export interface Bar {
  readonly lostPoints: number;
}

export interface Job {
  readonly name: string;
  readonly network: Network;
  readonly method: QuantizeMethod;
  readonly config: Readonly<Record<string, unknown>>;
  readonly epochs: number;
  readonly bar?: Bar;
}

export interface Workload {
  readonly name: string;
  readonly title: string;
  /** In ../shared/data/datasets. */
  readonly prefix: string | undefined;
  readonly validation: number;
  readonly jobs: readonly Job[];
}

/** The bars are for Fashion-MNIST. */
const withoutBars = (jobs: readonly Job[]): readonly Job[] =>
  jobs.map(({ name, network, method, config, epochs }) => ({ name, network, method, config, epochs }));

const recipe = (epochs: number, shift: number, rate = 0.1): Omit<Recipe, 'seed'> => ({
  epochs,
  batch: 64,
  optimizer: { kind: 'sgd', momentum: 0.9, weightDecay: 3e-4 },
  schedule: { kind: 'cosine', rate },
  augmentation: { flip: shift > 0, shift },
});

interface Effort {
  /** Of the methods that re-train at once, and of those that go step by step. */
  readonly epochs: number;
  readonly longEpochs: number;
  readonly fames: Readonly<Record<string, unknown>>;
  /** Of PVQ with every layer on a pyramid: the few weights of some layers may need more pulses. */
  readonly pvq: Readonly<Record<string, unknown>>;
  readonly pvqEpochs: number;
}

/** The very network that FAMES starts from, with exact products. */
export const famesStart = 'uniform 4 bits, activations 4 bits';

const methodJobs = (
  network: Network,
  { epochs, longEpochs, fames, pvq, pvqEpochs }: Effort,
): readonly Job[] => [
  { name: 'uniform 8 bits', network, method: 'uniform', config: { weightBits: 8 }, epochs: 0 },
  { name: 'uniform 4 bits', network, method: 'uniform', config: { weightBits: 4 }, epochs },
  { name: famesStart, network, method: 'uniform', config: { weightBits: 4, activationBits: 4 }, epochs },
  { name: 'PROM', network, method: 'prom', config: {}, epochs, bar: { lostPoints: 1.5 } },
  {
    name: 'INQ 5 bits',
    network,
    method: 'inq',
    config: { bits: 5 },
    epochs: longEpochs,
    bar: { lostPoints: 0.7 },
  },
  {
    name: 'INQ 4 bits',
    network,
    method: 'inq',
    config: { bits: 4 },
    epochs: longEpochs,
    bar: { lostPoints: 0.7 },
  },
  {
    name: 'PVQ N/K = 2',
    network,
    method: 'pvq',
    config: pvq,
    epochs: pvqEpochs,
    bar: { lostPoints: 2 },
  },
  {
    name: 'PVQ N/K = 2, first and depthwise layers 8 bits',
    network,
    method: 'pvq',
    config: { ratio: 2, keep: { rules: ['first', 'depthwise'] } },
    epochs: longEpochs,
    bar: { lostPoints: 2 },
  },
  { name: 'FAMES 4 bits', network, method: 'fames', config: fames, epochs },
];

const factorJobs = (network: Network, epochs: number): readonly Job[] =>
  (
    [
      [8, 1],
      [6, 1],
      [4, 2.5],
    ] as const
  ).map(([bits, lostPoints]) => ({
    name: `factors of ${bits} bits, rate 1.5`,
    network,
    method: 'factorize',
    config: { bits, rate: 1.5 },
    epochs,
    bar: { lostPoints },
  }));

const fashionNet: Network = {
  name: 'depthwise-separable net, 13,962 parameters',
  make: ({ shape, classes }, seed) => dsNet({ shape, classes, seed }),
  recipe: recipe(20, 1),
};
const fashionResNet: Network = {
  name: 'ResNet-8, width 8',
  make: ({ shape, classes }, seed) => resNet8({ shape, classes, width: 8, seed }),
  recipe: recipe(5, 1),
};
const smallNet: Network = {
  name: 'depthwise-separable net for 8x8',
  make: ({ shape, classes }, seed) => digitsNet({ shape, classes, seed }),
  recipe: recipe(8, 0),
};
const smallResNet: Network = {
  name: 'ResNet-8, width 8',
  make: ({ shape, classes }, seed) => resNet8({ shape, classes, width: 8, seed }),
  recipe: recipe(5, 0),
};

/** The issue asks for 28 % less energy. */
const energyBudget = 0.72;

/** The first layer and depthwise ones have a tenth of the weights, and the most to lose. */
const fashionPvq = {
  pvq: {
    ...{ ratio: 2, grouping: 'filter' },
    layerRatios: { conv1: 0.75, depthwise1: 0.75, depthwise2: 1, depthwise3: 1, depthwise4: 1 },
  },
  pvqEpochs: 8,
};

export const fashion: Workload = {
  name: 'fashion',
  title: 'Fashion-MNIST, 28x28',
  prefix: 'fashion-',
  validation: 2000,
  jobs: [
    ...methodJobs(fashionNet, {
      epochs: 4,
      longEpochs: 6,
      fames: { energyBudget, ranking: true },
      ...fashionPvq,
    }),
    ...factorJobs(fashionResNet, 1),
  ],
};

export const digits: Workload = {
  name: 'digits',
  title: 'Optical digits, 8x8',
  prefix: undefined,
  validation: 400,
  jobs: withoutBars([
    ...methodJobs(smallNet, {
      ...{ epochs: 4, longEpochs: 8, fames: { energyBudget } },
      ...{ pvq: { ratio: 2 }, pvqEpochs: 8 },
    }),
    ...factorJobs(smallResNet, 1),
  ]),
};

/** Minutes of evolution beside a selection of seconds: only in the bench. */
export const digitsEvolution: Workload = {
  ...digits,
  jobs: [
    {
      name: 'FAMES 4 bits, evolution beside it',
      network: smallNet,
      method: 'fames',
      config: { energyBudget, ranking: true, genetic: { population: 100, generations: 100 } },
      epochs: 4,
    },
  ],
};
