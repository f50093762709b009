/** docs/results/methods.md from the rows measured. */
import { lostPoints, tables } from './page.js';
import type { Row } from './results.js';
import { digits, famesStart, fashion } from './workloads.js';

export const page = (rows: readonly Row[]): string => {
  const sections = [fashion, digits].flatMap(({ name, title, validation }) => {
    const own = rows.filter(({ workload }) => workload === name);
    if (own.length === 0) return [];
    const pictures = own[0]?.pictures ?? 0;
    return [
      `## ${title}`,
      `${pictures} test pictures, used once per row; ${validation} training pictures kept back for every choice.`,
      tables(own),
    ];
  });
  return `${[
    '# The five methods, measured',
    'Written by `make bench BENCH=methods`; [bench/README.md](../../bench/README.md) says how. Float: the network in float32 as our\nengine trained it. Integers: the accuracy of the exact integer network that the hardware computes, read back from the QONNX\nfile that `nomul quantize` wrote. Mean ± standard deviation over the seeds; points lost: mean of the differences. Energy: the\noperation-count model of [prom.md](../prom.md), not a measurement. CPU: quantizing and re-training, all threads.',
    ...sections,
    famesSection(rows),
  ]
    .filter((section) => section !== '')
    .join('\n\n')}\n`;
};

/** What FAMES claims beside accuracy: energy, ranking, time of the selection. */
const famesSection = (rows: readonly Row[]): string => {
  const own = rows.filter(({ method }) => method === 'fames');
  if (own.length === 0) return '';
  const lines = own.map((row) => {
    const { workload, network, seed, details } = row;
    return [
      `| ${workload}, ${network} | ${seed} | ${lostPoints([row]).toFixed(2)} | ${lostAgainstStart(row, rows)}`,
      figure(details, ['energy', 'ratio'], (value) => `${(100 * (1 - value)).toFixed(1)} %`),
      figure(details, ['ranking', 'firstOrder'], (value) => value.toFixed(3)),
      figure(details, ['ranking', 'bothOrders'], (value) => value.toFixed(3)),
      figure(details, ['seconds', 'estimate'], (value) => value.toFixed(2)),
      figure(details, ['genetic', 'population'], String),
      figure(details, ['genetic', 'generations'], String),
      figure(details, ['genetic', 'seconds'], (value) => value.toFixed(1)),
      figure(details, ['genetic', 'timesFaster'], (value) => `${value.toFixed(0)} |`),
    ].join(' | ');
  });
  return [
    '## FAMES: energy, ranking, time of the selection',
    'Energy: gate-level energy of the chosen multipliers beside the exact ones of the same widths (' +
      '[the catalogue](../fames.md)). Rank correlation (Spearman) of the estimate with the real change of the loss, every multiplier of\n' +
      'every layer alone. Times: estimate and selection beside the genetic algorithm that was run on the same choices and pictures.',
    '',
    '| network | seed | points lost | against the same network with exact multipliers (bar 1) | multiplier energy saved | rank, first order | both orders | selection, s | population | generations | genetic algorithm, s | times faster |',
    `|---${'|--:'.repeat(11)}|`,
    ...lines,
  ].join('\n');
};

const lostAgainstStart = ({ workload, network, seed, after }: Row, rows: readonly Row[]): string => {
  const start = rows.find(
    (row) =>
      row.workload === workload && row.network === network && row.seed === seed && row.job === famesStart,
  );
  return start === undefined ? '–' : lostPoints([{ before: start.after, after }]).toFixed(2);
};

const figure = (
  details: Row['details'],
  path: readonly string[],
  show: (value: number) => string,
): string => {
  let value: unknown = details;
  for (const key of path) value = isRecord(value) ? value[key] : undefined;
  return typeof value === 'number' ? show(value) : '–';
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
