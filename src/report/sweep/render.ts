/** The page of a sweep or a search: one file below 2 MB that needs no network, made from the report and nothing else. */
import { escapeHtml, integer, percent } from '../html.js';
import { script } from '../script.js';
import { style } from '../style.js';
import { designsOf, type Design } from './designs.js';
import { pageScript } from './page-script.js';
import { pageStyle } from './page-style.js';
import { frontsSection, paretoSection, spreadSection } from './plot-sections.js';
import { loadDraw } from './plots.js';
import type { SweepReport } from './schema.js';
import {
  choicesSection,
  failedSection,
  floorplanSection,
  originSection,
  section,
  utilizationSection,
} from './sections.js';
import { designsTable, pointsTable } from './tables.js';

/** Bytes of what grows with the number of points; what does not fit is left out, and the page says so. */
const sizes = { points: 560_000, designs: 300_000, floorplans: 350_000 } as const;
const mostUtilizations = 250;

/** The whole page. Deterministic: equal reports give equal text. */
export async function renderSweepReport(report: SweepReport): Promise<string> {
  const draw = await loadDraw();
  const designs = designsOf(report.points);
  const pareto = await paretoSection(designs, draw);
  const frontFirst = [...designs].sort(
    (a, b) => Number(pareto.onFront.has(b.label)) - Number(pareto.onFront.has(a.label)),
  );
  const sections = [
    await frontsSection(report, draw),
    pareto.html,
    section('designs-table', 'Designs', designs.length === 0 ? '' : designsPart(frontFirst)),
    await spreadSection(designs, draw),
    choicesSection(designs),
    utilizationSection(frontFirst, mostUtilizations),
    floorplanSection(frontFirst, sizes.floorplans),
    failedSection(report.points),
    section(
      'points-table',
      'Points',
      report.points.length === 0 ? '' : pointsTable(report.points, sizes.points),
    ),
    originSection(report),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(report.title)}</title>
<style>${style}${pageStyle}</style>
</head>
<body>
<main>
<header><div><h1>${escapeHtml(report.title)}</h1>
<p class="soft">nomul ${escapeHtml(report.nomul)}</p></div><button type="button" id="theme">light / dark</button></header>
<div class="tiles">
${tiles(report, designs).join('\n')}
</div>
${sections.filter((part) => part !== '').join('\n')}
</main>
<script>${script}${pageScript}</script>
</body>
</html>
`;
}

function designsPart(designs: readonly Design[]): string {
  return `<p class="soft">Points that differ in the placer's seed only are one design: medians of its seeds, with the least and the greatest fmax
and the distance between its quartiles. Designs on a front stand first.</p>
${designsTable(designs, sizes.designs)}`;
}

function tiles({ points }: SweepReport, designs: readonly Design[]): string[] {
  const count = (status: string): number => points.filter((point) => point.status === status).length;
  const accuracies = designs.map(({ measured }) => measured.accuracy).filter((value) => value !== null);
  const best = accuracies.reduce((most, value) => Math.max(most, value), 0);
  return [
    tile('Points', integer(points.length), `${integer(designs.length)} designs`),
    tile('Done', integer(count('done')), ''),
    tile('Infeasible', integer(count('infeasible')), 'do not fit, or cannot be built'),
    tile('Failed', integer(count('failed')), 'a tool, a check or a limit'),
    tile('Highest accuracy', accuracies.length === 0 ? '–' : percent(best, 2), 'of integer networks'),
  ];
}

function tile(name: string, value: string, note: string): string {
  return `<div class="tile"><div class="name">${name}</div><div class="value">${value}</div><div class="note">${note}</div></div>`;
}
