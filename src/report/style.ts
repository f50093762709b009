/** The page's style sheet: light and dark by the reader's preference, and a plain version for print. */
export const lightColours = `
  --page: #f6f7f9; --card: #ffffff; --line: #dfe3e8; --text: #1b1f24; --soft: #5b6572;
  --accent: #1f6feb; --accent-soft: #cfe0fb; --good: #1a7f4b; --good-soft: #dcf3e6;
  --bad: #b3261e; --bad-soft: #fbe2e0; --warn: #8a5a00; --warn-soft: #fdf0d3;`;
export const darkColours = `
  --page: #0f1318; --card: #181d24; --line: #2c343e; --text: #e6eaef; --soft: #98a3b0;
  --accent: #6ea8fe; --accent-soft: #24405f; --good: #5dd39e; --good-soft: #16382a;
  --bad: #ff8a80; --bad-soft: #46201e; --warn: #f2c14e; --warn-soft: #40320f;`;

export const style = `
:root { color-scheme: light dark; ${lightColours} }
@media (prefers-color-scheme: dark) { :root { ${darkColours} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; }
h2 { font-size: 17px; margin: 0 0 10px; }
p { margin: 0 0 10px; }
code, .mono { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 0.92em; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
header { margin-bottom: 18px; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px; margin-top: 16px; }
.verdict { display: flex; gap: 10px; align-items: baseline; flex-wrap: wrap; margin-top: 10px; }
.chip { border-radius: 999px; padding: 2px 11px; font-size: 13px; font-weight: 600; white-space: nowrap; }
.chip.good { background: var(--good-soft); color: var(--good); }
.chip.bad { background: var(--bad-soft); color: var(--bad); }
.chip.warn { background: var(--warn-soft); color: var(--warn); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin-top: 16px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px 14px; }
.tile .name { color: var(--soft); font-size: 13px; }
.tile .value { font-size: 25px; font-weight: 650; line-height: 1.25; font-variant-numeric: tabular-nums; }
.tile .unit { font-size: 14px; font-weight: 500; color: var(--soft); }
.tile .note { font-size: 12.5px; color: var(--soft); }
.basis { display: inline-block; border: 1px solid var(--line); border-radius: 4px; padding: 0 5px; font-size: 11px; color: var(--soft); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 9px; text-align: right; border-bottom: 1px solid var(--line); vertical-align: top; white-space: nowrap; }
td.name { white-space: normal; overflow-wrap: anywhere; min-width: 150px; }
td.text { white-space: normal; overflow-wrap: break-word; }
th { color: var(--soft); font-weight: 600; vertical-align: bottom; }
th.text, td.text, td.name { text-align: left; }
tfoot td { font-weight: 650; border-bottom: 0; }
th button { all: unset; cursor: pointer; }
th button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
th button::after { content: ' \\2195'; opacity: 0.4; }
th[aria-sort='ascending'] button::after { content: ' \\2191'; opacity: 1; }
th[aria-sort='descending'] button::after { content: ' \\2193'; opacity: 1; }
.bad-text { color: var(--bad); font-weight: 600; }
.good-text { color: var(--good); font-weight: 600; }
svg { display: block; width: 100%; min-width: 620px; height: auto; margin: 6px 0 12px; }
svg text { fill: var(--text); font: 12px system-ui, sans-serif; }
svg .soft { fill: var(--soft); }
svg .track { fill: var(--line); }
svg .actual { fill: var(--accent-soft); }
svg .ideal { fill: var(--accent); }
svg .full { fill: var(--bad); }
.key { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin: 0 4px 0 14px; vertical-align: -1px; }
.key.ideal { background: var(--accent); } .key.actual { background: var(--accent-soft); }
details summary { cursor: pointer; color: var(--soft); }
ul { margin: 0; padding-left: 20px; }
@media print {
  :root { color-scheme: light; ${lightColours} }
  body { background: #fff; } main { max-width: none; padding: 0; }
  section, .tile { break-inside: avoid; border-color: #ccc; }
  th button::after { content: ''; }
}
`;
