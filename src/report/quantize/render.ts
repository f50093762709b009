/** `report.html` of `nomul quantize`: one file that needs no network, made from the report and nothing else. */
import { escapeHtml, escapeJson, integer, number, percent, plural } from '../html.js';
import { script } from '../script.js';
import { style } from '../style.js';
import { sortableTable, type Column } from '../table.js';
import { histogramChart } from './histogram.js';
import type { QuantizeReport, QuantizeReportLayer } from './schema.js';

/** The whole page. Deterministic: equal reports give equal text. */
export function renderQuantizeReport(report: QuantizeReport): string {
  const title = `${report.model.name}, ${report.method}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<header>
<h1>${escapeHtml(title)}</h1>
<p class="soft">${escapeHtml(origin(report))}</p>
</header>
<div class="tiles">
${tiles(report).join('\n')}
</div>
${layersSection(report)}
${histogramSection(report)}
${detailsSection(report)}
</main>
<script type="application/json" id="report">${escapeJson(report)}</script>
<script>${script}</script>
</body>
</html>
`;
}

function origin({ data, epochs, seed, nomul }: QuantizeReport): string {
  const sets = `${integer(data.train)} training, ${integer(data.validation)} validation, ${integer(data.test)} test pictures`;
  return `${data.name}: ${sets} · ${plural(epochs, 'epoch')} · seed ${seed} · nomul ${nomul}`;
}

function tiles({ accuracy, totals, float16 }: QuantizeReport): string[] {
  const lost = 100 * (accuracy.before - accuracy.after);
  const saved = totals.macs === 0 ? 0 : 1 - totals.multiplications / totals.macs;
  return [
    tile(
      'Accuracy',
      percent(accuracy.after, 2),
      `integers; float ${percent(accuracy.before, 2)}, ${number(lost)} points lost on ${plural(accuracy.pictures, 'picture')}`,
    ),
    tile(
      'Multiplications',
      integer(totals.multiplications),
      `of ${integer(totals.macs)} a picture: ${percent(saved, 2)} removed`,
    ),
    tile(
      'Weights',
      `${number(totals.packedBits / 8192)} KiB`,
      `${number(float16.storageBits / totals.packedBits)} times smaller than 16-bit floats`,
    ),
    tile(
      'Energy model',
      `${number(totals.energyPj / 1e6)} µJ`,
      `${number(float16.energyPj / totals.energyPj)} times below 16-bit floats; published energies per operation`,
    ),
    tile('BOPs', `${number(totals.bops / 1e6)} M`, 'MACs × weight bits × activation bits'),
  ];
}

function tile(name: string, value: string, note: string): string {
  return `<div class="tile"><div class="name">${escapeHtml(name)}</div><div class="value">${escapeHtml(value)}</div><div class="note">${escapeHtml(note)}</div></div>`;
}

function layersSection({ layers, totals }: QuantizeReport): string {
  return `<section><h2>Layers</h2>\n${sortableTable(columns(totals), layers)}</section>`;
}

function columns(totals: QuantizeReport['totals']): Column<QuantizeReportLayer>[] {
  const figure = (
    heading: string,
    value: (layer: QuantizeReportLayer) => number,
    total?: number,
  ): Column<QuantizeReportLayer> => ({
    heading,
    kind: 'number',
    cell: (layer) => integer(value(layer)),
    sortKey: value,
    ...(total === undefined ? {} : { total: integer(total) }),
  });
  return [
    { heading: 'layer', kind: 'name', cell: ({ name }) => escapeHtml(name), sortKey: ({ name }) => name },
    { heading: 'kind', kind: 'text', cell: ({ kind }) => kind, sortKey: ({ kind }) => kind },
    { heading: 'weights', kind: 'text', cell: formatOf, sortKey: ({ format }) => format },
    figure('bits', ({ weightBits }) => weightBits),
    figure('activation bits', ({ activationBits }) => activationBits),
    {
      heading: 'weight error',
      kind: 'number',
      cell: ({ error }) => (error === null ? '–' : percent(error, 2)),
      sortKey: ({ error }) => error ?? -1,
    },
    {
      heading: 'zeros',
      kind: 'number',
      cell: ({ zeroWeights, weights }) => percent(zeroWeights / Math.max(1, weights)),
      sortKey: ({ zeroWeights, weights }) => zeroWeights / Math.max(1, weights),
    },
    figure('MACs', ({ macs }) => macs, totals.macs),
    figure('multiplications', ({ multiplications }) => multiplications, totals.multiplications),
    figure('BOPs', ({ bops }) => bops, totals.bops),
    figure('stored bits', ({ storageBits }) => storageBits, totals.storageBits),
    figure('packed bits', ({ packedBits }) => packedBits, totals.packedBits),
    figure('energy, pJ', ({ energyPj }) => energyPj, totals.energyPj),
  ];
}

const formatOf = ({ format, product }: QuantizeReportLayer): string =>
  escapeHtml(product === null ? format : `${format}, ${product}`);

function histogramSection({ layers }: QuantizeReport): string {
  const charts = layers.map((layer) => `<h3>${escapeHtml(layer.name)}</h3>\n${histogramChart(layer)}`);
  return `<section><h2>Weight codes</h2>\n${charts.join('\n')}</section>`;
}

function detailsSection({ details, config }: QuantizeReport): string {
  const block = (title: string, value: unknown): string =>
    `<details><summary>${title}</summary><pre>${escapeHtml(JSON.stringify(value, null, 2))}</pre></details>`;
  return `<section><h2>What the method says</h2>\n${block('Configuration', config)}\n${block('Details', details)}</section>`;
}
