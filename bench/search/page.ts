/** docs/results/search.md from what was measured. */
import type { ComparedNetwork, Comparison } from './results.js';

const percent = (share: number, digits = 2): string => `${(100 * share).toFixed(digits)} %`;
const nJ = (pJ: number): string => (pJ / 1000).toFixed(0);

const row = (network: ComparedNetwork): string => {
  const { name, method, formats, activationBits, epochs, accuracy } = network;
  const { luts, energyPj, cycles, fmaxMHz, reason } = network;
  const cells = [
    method === 'search' ? `**${name}**` : name,
    formats,
    activationBits,
    epochs,
    percent(accuracy),
    luts ?? `does not fit${reason === null ? '' : ': '}${reason?.split(/[.;]/)[0] ?? ''}`,
    nJ(energyPj),
    cycles ?? '–',
    fmaxMHz?.toFixed(1) ?? '–',
  ];
  return `| ${cells.join(' | ')} |`;
};

interface Best {
  readonly name: string;
  readonly cost: number;
}

const best = (networks: readonly ComparedNetwork[], what: 'luts' | 'energyPj'): Best | undefined => {
  const priced = networks.flatMap((network) => {
    const cost = network[what];
    return cost === null ? [] : [{ name: network.name, cost }];
  });
  return priced.toSorted((a, b) => a.cost - b.cost)[0];
};

const against = (cost: number | null, rival: Best | undefined, unit: (cost: number) => string): string => {
  if (cost === null) return 'does not fit';
  if (rival === undefined) return `${unit(cost)}; none of them reaches the accuracy on this target`;
  const saved = 1 - cost / rival.cost;
  const words = saved >= 0 ? `${percent(saved, 1)} less` : `${percent(-saved, 1)} more`;
  return `${unit(cost)}, ${words} than the best of them (${rival.name}, ${unit(rival.cost)})`;
};

const luts = (cost: number): string => `${cost} LUTs`;
const energy = (cost: number): string => `${nJ(cost)} nJ`;

/** None of the five methods: said, not counted. */
const beside = (search: ComparedNetwork, { name, accuracy, luts: size, energyPj }: ComparedNetwork): string =>
  `Beside them, ${name}: ${percent(accuracy)} (the search ${percent(search.accuracy)}), ${size === null ? 'does not fit' : luts(size)}, ${energy(energyPj)}.`;

/**
 * Against networks that fit and keep the bar of accuracy on the test pictures; where the search misses it, against those that are
 * no less accurate than the search.
 */
const verdict = ({ float, maxLoss, search, singles, narrowed, uniform }: Comparison): string => {
  const bar = float - maxLoss / 100;
  const threshold = Math.min(bar, search.accuracy);
  const whose = search.accuracy >= bar ? 'keep it and fit' : 'are at least as accurate as the search and fit';
  const does = search.accuracy >= bar ? 'keeps' : '**misses**';
  const groups = [
    ['the five methods as their papers have them', singles],
    ['the same with narrow activations', narrowed],
  ] as const;
  return [
    `The search ${does} the bar of ${percent(bar)} on the test pictures (float ${percent(float)}).`,
    '',
    ...groups.flatMap(([name, networks]) => {
      const rivals = networks.filter(({ accuracy, luts }) => accuracy >= threshold && luts !== null);
      return [
        `- Beside ${name} (${rivals.length} of ${networks.length} ${whose}):`,
        `  ${against(search.luts, best(rivals, 'luts'), luts)};`,
        `  ${against(search.energyPj, best(rivals, 'energyPj'), energy)}.`,
      ];
    }),
    ...uniform.map((each) => `- ${beside(search, each)}`),
  ].join('\n');
};

const section = (comparison: Comparison): string => {
  const { title, target, array, minimize, maxLoss, epochs, activationBits, designs, tried } = comparison;
  const { search, singles, narrowed, uniform, trainingCpuSeconds } = comparison;
  return [
    `## ${title}: ${minimize} on ${target}, ${array}, at most ${maxLoss} point${maxLoss === 1 ? '' : 's'} lost`,
    '',
    `${designs} designs estimated, ${tried} networks trained (${epochs} epochs, half of them in trials), activations of ${activationBits.join(', ')} bits; ${trainingCpuSeconds.toFixed(0)} CPU s of training.`,
    '',
    '| network | layers | activation bits | epochs | accuracy | LUTs | energy, nJ | cycles per picture | fmax, MHz |',
    '|---|---|--:|--:|--:|--:|--:|--:|--:|',
    row(search),
    ...[singles, narrowed, uniform].flatMap((rows) =>
      rows.toSorted((a, b) => b.accuracy - a.accuracy).map(row),
    ),
    '',
    verdict(comparison),
    '',
  ].join('\n');
};

export const page = (comparisons: readonly Comparison[]): string => `# The search beside the five methods

Written by \`make bench BENCH=search\`; [bench/README.md](../../bench/README.md) says how. Every network is trained from the same
float network (seed 1), at least as long as the search's winner, runs on the same target and array, and is synthesized, placed and
routed by the same tools with the same seed. The methods stand there as their papers have them, and again with activations as
narrow as the searches chose (found before this comparison was made); networks with one width for all weights follow them.
Accuracy: exact integers, all test pictures, looked at once per network; the search chooses by validation pictures, and its loss on
them has to keep the bar with one standard error left ([search.md](../search.md)). LUTs: after synthesis, whole accelerator. Energy:
gate level, products and sums on the array, idle PEs included, per picture ([energy.md](../energy.md)). The search's accelerator is
compared with the reference bit by bit, in process and in Verilator.

${comparisons.map(section).join('\n')}`;
