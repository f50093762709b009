/** Static SVG pictures; colours come from the page's style sheet, so that they follow light and dark. */
import { escapeHtml, integer, percent } from './html.js';
import type { ReportLayer } from './schema.js';

const width = 1000;
const labelWidth = 230;
const valueWidth = 170;
const barWidth = width - labelWidth - valueWidth;

/** One row per layer: the cycles it takes, and inside them the cycles it would ideally take. */
export function cyclesChart(layers: readonly ReportLayer[]): string {
  const greatest = Math.max(1, ...layers.map(({ cycles, idealCycles }) => Math.max(cycles, idealCycles)));
  const rowHeight = 24;
  const length = (cycles: number): string => ((barWidth * cycles) / greatest).toFixed(1);
  const rows = layers.map(({ name, cycles, idealCycles }, index) => {
    const y = index * rowHeight;
    const shortName = name.length > 30 ? `…${name.slice(-29)}` : name;
    return [
      `<text x="${labelWidth - 10}" y="${y + 16}" text-anchor="end">${escapeHtml(shortName)}</text>`,
      `<rect class="actual" x="${labelWidth}" y="${y + 4}" width="${length(cycles)}" height="16" rx="2"/>`,
      `<rect class="ideal" x="${labelWidth}" y="${y + 9}" width="${length(idealCycles)}" height="6" rx="2"/>`,
      `<text class="soft" x="${labelWidth + Number(length(Math.max(cycles, idealCycles))) + 8}" y="${y + 16}">${integer(cycles)}</text>`,
    ].join('');
  });
  const height = layers.length * rowHeight + 2;
  return svg(height, 'Cycles of every layer, ideal and actual', rows.join('\n'));
}

export interface Meter {
  readonly name: string;
  readonly used: number;
  /** undefined: unknown, drawn without a bar. */
  readonly available?: number;
}

/** One bar per resource: how much of the device is used. */
export function meters(entries: readonly Meter[]): string {
  const rowHeight = 26;
  const rows = entries.map(({ name, used, available }, index) => {
    const y = index * rowHeight;
    const label = `<text x="${labelWidth - 10}" y="${y + 17}" text-anchor="end">${escapeHtml(name)}</text>`;
    if (available === undefined || available === 0) {
      return `${label}<text class="soft" x="${labelWidth}" y="${y + 17}">${integer(used)}</text>`;
    }
    const share = used / available;
    const text = `${integer(used)} of ${integer(available)} (${percent(share, 0)})`;
    const filled = (barWidth * Math.min(1, share)).toFixed(1);
    return [
      label,
      `<rect class="track" x="${labelWidth}" y="${y + 5}" width="${barWidth}" height="15" rx="3"/>`,
      `<rect class="${share > 1 ? 'full' : 'ideal'}" x="${labelWidth}" y="${y + 5}" width="${filled}" height="15" rx="3"/>`,
      `<text class="soft" x="${width - valueWidth + 10}" y="${y + 17}">${text}</text>`,
    ].join('');
  });
  return svg(entries.length * rowHeight, 'Use of the device', rows.join('\n'));
}

function svg(height: number, title: string, content: string): string {
  return `<div class="scroll"><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}">\n${content}\n</svg></div>`;
}
