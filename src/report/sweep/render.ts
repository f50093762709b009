/** The page of a sweep or a search: one file below 2 MB that needs no network, made from the report and nothing else. */
import { escapeHtml, integer, percent } from '../html.js';
import { script } from '../script.js';
import { style } from '../style.js';
import { activitySection } from './activity.js';
import { choicesSection } from './choices.js';
import { designsOf, type Design } from './designs.js';
import { pageScript } from './page-script.js';
import { pageStyle } from './page-style.js';
import { frontsSection, paretoSection, spreadSection } from './plot-sections.js';
import { loadDraw, type Draw } from './plots.js';
import { failedSection, isUnmeasured, unmeasuredSection } from './reasons.js';
import type { SweepReport } from './schema.js';
import { floorplanSection, originSection, section, utilizationSection } from './sections.js';
import { designsTable, pointsTable } from './tables.js';

/** What the page is below, bytes. */
const mostBytes = 2_000_000;

/** Bytes of what grows with the sweep, and marks of plots; what does not fit is left out, and the page says so. */
const sizes = {
  points: 500_000,
  designs: 270_000,
  floorplans: 320_000,
  choices: 240_000,
  activity: 80_000,
  utilization: 100_000,
  failed: 80_000,
  unmeasured: 40_000,
  marks: 800,
  searchMarks: 180,
} as const;
type Size = (part: keyof typeof sizes) => number;

/**
 * The parts together are too much where all of them are full, or texts are long: then each gets less. The last page is made
 * of little more than headings.
 */
const shares = [1, 0.7, 0.4, 0.15, 0.03];

/** The whole page. Deterministic: equal reports give equal text. */
export async function renderSweepReport(report: SweepReport): Promise<string> {
  const draw = await loadDraw();
  const designs = designsOf(report.points);
  let page = '';
  for (const share of shares) {
    page = pageOf(
      report,
      designs,
      await sectionsOf(report, designs, draw, (part) => Math.floor(share * sizes[part])),
    );
    if (Buffer.byteLength(page) < mostBytes) break;
  }
  return page;
}

async function sectionsOf(
  report: SweepReport,
  designs: readonly Design[],
  draw: Draw,
  most: Size,
): Promise<readonly string[]> {
  const { points } = report;
  const pareto = await paretoSection(designs, draw, most('marks'));
  const frontFirst = [...designs].sort(
    (a, b) => Number(pareto.onFront.has(b.label)) - Number(pareto.onFront.has(a.label)),
  );
  return [
    await frontsSection(report, draw, most('searchMarks')),
    pareto.html,
    section('designs-table', 'Designs', designs.length === 0 ? '' : designsPart(frontFirst, most('designs'))),
    await spreadSection(designs, draw, most('marks')),
    choicesSection(designs, most('choices')),
    utilizationSection(frontFirst, most('utilization')),
    activitySection(frontFirst, most('activity')),
    floorplanSection(frontFirst, most('floorplans')),
    failedSection(points, most('failed')),
    unmeasuredSection(points, most('unmeasured')),
    section('points-table', 'Points', points.length === 0 ? '' : pointsTable(points, most('points'))),
    originSection(report),
  ].filter((part) => part !== '');
}

const pageOf = (report: SweepReport, designs: readonly Design[], sections: readonly string[]): string =>
  `<!doctype html>
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
${sections.join('\n')}
</main>
<script>${script}${pageScript}</script>
</body>
</html>
`;

function designsPart(designs: readonly Design[], bytes: number): string {
  return `<p class="soft">Points that differ in the placer's seed only are one design: medians of its seeds, with the least and the greatest fmax
and the distance between its quartiles. Designs on a front stand first.</p>
${designsTable(designs, bytes)}`;
}

function tiles({ points }: SweepReport, designs: readonly Design[]): string[] {
  const count = (status: string): number => points.filter((point) => point.status === status).length;
  const unmeasured = points.filter(isUnmeasured).length;
  const accuracies = designs.map(({ measured }) => measured.accuracy).filter((value) => value !== null);
  const best = accuracies.reduce((most, value) => Math.max(most, value), 0);
  return [
    tile('Points', integer(points.length), `${integer(designs.length)} designs`),
    tile(
      'Done',
      integer(count('done')),
      unmeasured === 0 ? '' : `${integer(unmeasured)} not measured in full`,
    ),
    tile('Infeasible', integer(count('infeasible')), 'do not fit, or cannot be built'),
    tile('Failed', integer(count('failed')), 'a tool, a check or a limit'),
    tile('Highest accuracy', accuracies.length === 0 ? '–' : percent(best, 2), 'of integer networks'),
  ];
}

function tile(name: string, value: string, note: string): string {
  return `<div class="tile"><div class="name">${name}</div><div class="value">${value}</div><div class="note">${note}</div></div>`;
}
