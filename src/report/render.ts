/** `report.html`: one file that needs no network, made from a report and nothing else. */
import { escapeHtml, escapeJson, integer, number, percent, plural } from './html.js';
import type { Report } from './schema.js';
import {
  activitySection,
  basisTag,
  clockSection,
  deviceSection,
  equalitySection,
  layersSection,
  originSection,
  problemsSection,
  roundingSection,
} from './sections.js';
import { script } from './script.js';
import { style } from './style.js';

/** The whole page. Deterministic: equal reports give equal text. */
export function renderReport(report: Report): string {
  const sections = [
    problemsSection(report),
    equalitySection(report),
    layersSection(report),
    roundingSection(report),
    deviceSection(report),
    activitySection(report),
    clockSection(report),
    originSection(report),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title(report))}</title>
<style>${style}</style>
</head>
<body>
<main>
${head(report)}
<div class="tiles">
${tiles(report).join('\n')}
</div>
${sections.filter((section) => section !== '').join('\n')}
</main>
<script type="application/json" id="report">${escapeJson(report)}</script>
<script>${script}</script>
</body>
</html>
`;
}

function title({ network, device }: Report): string {
  return device === null ? network.name : `${network.name} on ${device.name}`;
}

function head(report: Report): string {
  const { network, array, verb } = report;
  const size = `${plural(network.weights, 'weight')} in ${plural(network.weightBits, 'bit')}, ${integer(network.macs)} MACs a picture`;
  const arrayText = `${array.rows} × ${array.columns} ${array.peKind} processing elements`;
  return `<header>
<h1>${escapeHtml(title(report))}</h1>
<p class="soft">${escapeHtml(`${arrayText} · ${network.inputShape.join('×')} input · ${size} · nomul ${verb}`)}</p>
<div class="verdict">${verdicts(report).join('\n')}</div>
</header>`;
}

function verdicts({ equality, netlist, clock, problems }: Report): string[] {
  const proofs = netlist === null ? equality : [...equality, netlist];
  const different = proofs.filter(({ mismatches }) => mismatches > 0);
  const chips: string[] = [];
  if (proofs.length === 0) chips.push(chip('warn', 'not verified: nothing was simulated'));
  else if (different.length > 0) {
    chips.push(
      chip('bad', `differs from the reference in ${different.map(({ simulator }) => simulator).join(', ')}`),
    );
  } else {
    const best = Math.max(...proofs.map(({ pictures }) => pictures));
    chips.push(
      chip('good', `bit-exact: ${plural(best, 'picture')} in ${plural(proofs.length, 'simulation')}`),
    );
  }
  if (clock.requestedMHz !== null && clock.met !== null) {
    const wanted = `${number(clock.requestedMHz)} MHz`;
    chips.push(clock.met ? chip('good', `${wanted} met`) : chip('bad', `${wanted} missed`));
  }
  if (problems.length > 0) chips.push(chip('bad', `${plural(problems.length, 'check')} failed`));
  return chips;
}

function chip(kind: 'good' | 'bad' | 'warn', text: string): string {
  return `<span class="chip ${kind}">${escapeHtml(text)}</span>`;
}

function tiles(report: Report): string[] {
  const {
    accuracy,
    inferencesPerSecond,
    inferencesPerSecondBasis,
    latencyCycles,
    initiationInterval,
    device,
  } = report;
  return [
    accuracy === null
      ? tile('Accuracy', '–', '', 'no labels were given')
      : tile('Accuracy', percent(accuracy.top1, 2), '', `top 1 of ${plural(accuracy.pictures, 'picture')}`),
    inferencesPerSecond === null
      ? tile('Inferences / s', '–', '', 'needs place and route')
      : tile(
          'Inferences / s',
          number(inferencesPerSecond),
          '',
          basisTag(inferencesPerSecondBasis ?? 'estimated'),
        ),
    tile('Latency', integer(latencyCycles.predicted), 'cycles', cyclesNote(latencyCycles)),
    tile(
      'Initiation interval',
      integer(initiationInterval.predicted),
      'cycles',
      cyclesNote(initiationInterval),
    ),
    ...(device === null
      ? []
      : [
          tile(
            'Clock',
            device.fmaxMHz === null ? '–' : number(device.fmaxMHz),
            'MHz',
            device.fmaxMHz === null ? 'needs place and route' : basisTag('placed'),
          ),
          tile('LUTs', integer(device.luts), '', deviceNote(report)),
        ]),
  ];
}

function cyclesNote({ predicted, simulated }: Report['latencyCycles']): string {
  if (simulated === null) return `${basisTag('estimated')} not simulated`;
  if (simulated === predicted) return `${basisTag('simulated')} equals the prediction`;
  return `<span class="bad-text">simulated: ${integer(simulated)}</span>`;
}

function deviceNote({ device }: Report): string {
  if (device === null) return '';
  const share =
    device.available === null ? '' : ` ${percent(device.luts / device.available.luts, 0)} of the device`;
  return `${basisTag(device.basis)}${share}`;
}

function tile(name: string, value: string, unit: string, note: string): string {
  const unitText = unit === '' ? '' : ` <span class="unit">${unit}</span>`;
  return `<div class="tile"><div class="name">${name}</div><div class="value">${value}${unitText}</div><div class="note">${note}</div></div>`;
}
