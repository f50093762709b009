/** docs/results/sweep-faults.md from what was measured. */
import { isSound } from './compare.js';
import type { Results, VariantResult } from './results.js';

const names: Readonly<Record<VariantResult['variant'], string>> = {
  serial: 'one worker, nothing killed',
  kill: 'lease directory, everything killed and started again',
  redis: 'BullMQ and Redis',
  slurm: 'pilots in Slurm',
};

const faultsOf = ({ faults }: VariantResult): string => {
  const words = Object.entries(faults).map(([what, count]) => `${what}: ${count}`);
  return words.length === 0 ? '–' : words.join(', ');
};

const row = (result: VariantResult): string => {
  const { comparison, workers, seconds, seed } = result;
  const { results, blobs, lost, doubled, different, begun, finished, sameReport } = comparison;
  const cells = [
    names[result.variant],
    workers,
    seed ?? '–',
    faultsOf(result),
    results,
    blobs,
    lost,
    doubled,
    different,
    sameReport ? 'yes' : 'no',
    `${begun} / ${finished}`,
    seconds.toFixed(0),
  ];
  return `| ${cells.join(' | ')} |`;
};

export const page = ({ title, nomul, tools, variants }: Results): string => {
  const [serial] = variants;
  const broken = variants.filter(({ comparison }) => !isSound(comparison));
  const partial = variants.filter(({ complete }) => !complete);
  const verdict =
    broken.length === 0
      ? 'No result is lost, doubled or different.'
      : `**Not the same results:** ${broken.map(({ variant }) => variant).join(', ')}.`;
  return `# Sweeps whose processes are killed

${title}: ${serial?.comparison.points ?? 0} points, real tools. ${verdict}

| run | workers | random seed | faults | stage results | blobs | lost | doubled | different | same sweep.json | stages begun / finished | seconds |
|---|--:|--:|---|--:|--:|--:|--:|--:|---|--:|--:|
${variants.map(row).join('\n')}
${partial.length === 0 ? '' : `\nThe sweep ended before everything was killed that was to be: ${partial.map(({ variant }) => variant).join(', ')}.\n`}
- *lost*: result files and blobs of the serial run that are not there, and points without the serial run's status. *doubled*: points that
  stand twice in \`sweep.json\`, and files that the serial run does not have. *different*: files with other bytes, and conflicts that
  the sweep found itself.
- *stages begun / finished*: by the workers' logs; work begun and lost is begun again. A stage that is finished more often than there
  are results was finished by a worker that was killed before it could say so, or thought dead; its bytes were compared.
- Every run has its own folder of results and its own cache of tools (\`NOMUL_CACHE\`), both empty at its start: everything is computed.
- Seconds are wall time of a machine that did other work too; they say nothing about speed.
- The random seed chooses times and victims; which job is hit by them depends on the machine.

nomul ${nomul}; ${tools.map(({ tool, version }) => `${tool} ${version}`).join(', ')}. Measured by \`make bench BENCH=sweep-faults\`
(\`bench/README.md\`); data in \`bench/results/sweep-faults.json\`.
`;
};
