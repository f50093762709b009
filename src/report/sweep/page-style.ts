/** What the page of a sweep adds to the style sheet of all reports. */
import { darkColours, lightColours } from '../style.js';

/** Eight colours that are told apart also by colour-blind readers (after Okabe and Ito), for a light and a dark page. */
const lightSeries =
  '--s0:#0072b2;--s1:#d55e00;--s2:#009e73;--s3:#b0578d;--s4:#8a6d00;--s5:#3a8fc4;--s6:#555b61;--s7:#7b4fc9;';
const darkSeries =
  '--s0:#56b4e9;--s1:#ff8c42;--s2:#2fd3a3;--s3:#e59cc8;--s4:#f0e442;--s5:#8ab8ff;--s6:#b6bec8;--s7:#b79bff;';

export const pageStyle = `
:root { ${lightSeries} }
@media (prefers-color-scheme: dark) { :root { ${darkSeries} } }
:root[data-theme='light'] { color-scheme: light; ${lightColours} ${lightSeries} }
:root[data-theme='dark'] { color-scheme: dark; ${darkColours} ${darkSeries} }
main { max-width: 1500px; }
header { display: flex; justify-content: space-between; gap: 20px; align-items: flex-start; }
button, select, input { font: inherit; font-size: 13px; color: var(--text); background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 2px 7px; }
#theme { white-space: nowrap; }
.filters { display: flex; flex-wrap: wrap; gap: 8px 14px; align-items: center; margin-bottom: 8px; font-size: 13px; color: var(--soft); }
.filters input[type='number'] { width: 86px; }
.plots figure { max-width: 740px; }
.filtered .scroll, .tall .scroll { max-height: 640px; overflow: auto; }
.filtered th, .tall th { position: sticky; top: 0; background: var(--card); }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(430px, 1fr)); gap: 14px 26px; }
.plans { display: grid; grid-template-columns: repeat(auto-fill, minmax(250px, 1fr)); gap: 18px; }
figure { margin: 0; break-inside: avoid; } figcaption { font-size: 13px; margin-bottom: 4px; overflow-wrap: anywhere; }
figure svg { min-width: 0; } .plans svg { max-height: 380px; }
figure.spread svg { max-width: 1050px; }
.die { fill: var(--page); stroke: var(--line); stroke-width: 0.3; }
.kind { font-size: 12px; color: var(--soft); margin-right: 8px; } .kind .key { margin-left: 0; }
.bar { display: inline-block; width: 70px; height: 8px; margin-right: 6px; background: var(--line); border-radius: 3px; overflow: hidden; }
.bar i { display: block; height: 100%; background: var(--accent); }
h3 { font-size: 14.5px; margin: 14px 0 6px; }
@media print {
  @page { size: A4 landscape; margin: 10mm; }
  :root, :root[data-theme] { color-scheme: light; ${lightColours} ${lightSeries} }
  .filters, #theme { display: none; }
  .filtered .scroll, .tall .scroll, .scroll { max-height: none; overflow: visible; }
  section { break-inside: auto; } tr { break-inside: avoid; } thead { display: table-header-group; }
  .filtered th, .tall th { position: static; }
  table { font-size: 7.5px; } th, td { padding: 1.5px 3px; white-space: normal; }
  td.text, td.name, th { min-width: 0; overflow-wrap: anywhere; }
}
`;
