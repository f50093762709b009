/** How often each weight code of a layer occurs, as a static SVG picture. */
import { escapeHtml, integer } from '../html.js';
import type { QuantizeReportLayer } from './schema.js';

const width = 1000;
const height = 90;
const baseline = 70;
/** More bars than this are drawn as groups of neighbouring codes. */
const mostBars = 129;

interface Bar {
  readonly lo: number;
  readonly hi: number;
  readonly count: number;
}

export function histogramChart({ name, histogram }: QuantizeReportLayer): string {
  const bars = barsOf(histogram);
  const greatest = Math.max(1, ...bars.map(({ count }) => count));
  const step = width / Math.max(1, bars.length);
  const shapes = bars.map(({ lo, hi, count }, index) => {
    const tall = (baseline * count) / greatest;
    const text = `${lo === hi ? lo : `${lo} .. ${hi}`}: ${integer(count)}`;
    return `<rect class="ideal" x="${(index * step).toFixed(2)}" y="${(baseline - tall).toFixed(2)}" width="${(0.9 * step).toFixed(2)}" height="${tall.toFixed(2)}"><title>${text}</title></rect>`;
  });
  const first = bars[0]?.lo ?? 0;
  const last = bars[bars.length - 1]?.hi ?? 0;
  const labels = [
    `<text class="soft" x="0" y="${height - 4}">${first}</text>`,
    `<text class="soft" x="${width}" y="${height - 4}" text-anchor="end">${last}</text>`,
  ];
  return `<div class="scroll"><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Weight codes of ${escapeHtml(name)}">\n${[...shapes, ...labels].join('\n')}\n</svg></div>`;
}

function barsOf(histogram: QuantizeReportLayer['histogram']): readonly Bar[] {
  const lo = Math.min(0, ...histogram.map(([code]) => code));
  const hi = Math.max(0, ...histogram.map(([code]) => code));
  const group = Math.ceil((hi - lo + 1) / mostBars);
  const counts = new Array<number>(Math.ceil((hi - lo + 1) / group)).fill(0);
  for (const [code, count] of histogram) {
    const at = Math.floor((code - lo) / group);
    counts[at] = (counts[at] ?? 0) + count;
  }
  return counts.map((count, index) => ({
    lo: lo + index * group,
    hi: Math.min(hi, lo + (index + 1) * group - 1),
    count,
  }));
}
