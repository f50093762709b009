/** The parts of the page below its head, one function each: a report in, HTML out. */
import { cyclesChart, meters } from './charts.js';
import { escapeHtml, integer, number, percent, plural } from './html.js';
import type { Report, ReportLayer } from './schema.js';
import type { Column } from './table.js';
import { plainTable, sortableTable } from './table.js';

/** One number of the run with what it rests on. */
export function basisTag(basis: string): string {
  return `<span class="basis">${escapeHtml(basis)}</span>`;
}

export function problemsSection({ problems }: Report): string {
  if (problems.length === 0) return '';
  const items = problems.map(
    ({ code, message }) => `<li><code>${escapeHtml(code)}</code> ${escapeHtml(message)}</li>`,
  );
  return section('What failed', `<ul>${items.join('\n')}</ul>`);
}

export function equalitySection({ equality, netlist }: Report): string {
  const proofs = [
    ...equality.map((proof) => ({ ...proof, what: 'generated hardware' })),
    ...(netlist === null ? [] : [{ ...netlist, what: 'mapped netlist' }]),
  ];
  if (proofs.length === 0) {
    return section(
      'Equality with the reference',
      '<p>This run simulated nothing, so equality is not shown.</p>',
    );
  }
  const rows = proofs.map(({ simulator, what, pictures, cycles, mismatches }) => [
    escapeHtml(simulator),
    what,
    integer(pictures),
    integer(cycles),
    mismatches === 0
      ? '<span class="good-text">0</span>'
      : `<span class="bad-text">${integer(mismatches)}</span>`,
  ]);
  return section(
    'Equality with the reference',
    `<p class="soft">Every output of every picture is compared, bit by bit, with the integer reference of the network.</p>
${plainTable(['Simulator', 'What ran', 'Pictures', 'Clock cycles', 'Outputs that differ'], rows, [1])}`,
  );
}

export function layersSection({ layers, array }: Report): string {
  if (layers.length === 0) return '';
  const sum = (value: (layer: ReportLayer) => number): string =>
    integer(layers.reduce((total, layer) => total + value(layer), 0));
  const order = new Map(layers.map((layer, index) => [layer, index]));
  const numberColumn = (
    heading: string,
    value: (layer: ReportLayer) => number,
    total?: string,
  ): Column<ReportLayer> => ({
    heading,
    kind: 'number',
    cell: (layer) => integer(value(layer)),
    sortKey: value,
    ...(total === undefined ? {} : { total }),
  });
  const textColumn = (heading: string, value: (layer: ReportLayer) => string): Column<ReportLayer> => ({
    heading,
    kind: 'text',
    cell: (layer) => escapeHtml(value(layer)),
    sortKey: value,
  });
  const columns: Column<ReportLayer>[] = [
    {
      heading: 'Layer',
      kind: 'name',
      cell: (layer) => escapeHtml(layer.name),
      sortKey: (layer) => order.get(layer) ?? 0,
      total: 'all layers',
    },
    textColumn('Kind', ({ kind }) => kind),
    textColumn('Runs on', ({ peKind }) => peKind),
    {
      heading: 'Output',
      kind: 'number',
      cell: ({ outputShape }) => outputShape.join('×'),
      sortKey: ({ outputShape: [height, rowWidth, channels] }) => height * rowWidth * channels,
    },
    {
      heading: 'Weight bits',
      kind: 'number',
      cell: ({ weightBits }) => (weightBits === 0 ? '–' : number(weightBits)),
      sortKey: ({ weightBits }) => weightBits,
    },
    numberColumn(
      'MACs',
      ({ macs }) => macs,
      sum(({ macs }) => macs),
    ),
    numberColumn(
      'Ideal cycles',
      ({ idealCycles }) => idealCycles,
      sum(({ idealCycles }) => idealCycles),
    ),
    numberColumn(
      'Cycles',
      ({ cycles }) => cycles,
      sum(({ cycles }) => cycles),
    ),
    {
      heading: 'Utilization',
      kind: 'number',
      cell: ({ utilization }) => percent(utilization),
      sortKey: ({ utilization }) => utilization,
    },
    textColumn('Cycles are', ({ basis }) => basis),
  ];
  return section(
    'Layers',
    `<p class="soft"><span class="key ideal" style="margin-left:0"></span>ideal cycles: the layer's MACs / (${array.rows} × ${array.columns})
<span class="key actual"></span>cycles of the accelerator</p>
${cyclesChart(layers)}
${sortableTable(columns, layers)}`,
  );
}

export function activitySection({ activity }: Report): string {
  if (activity === null) return '';
  const { cells, cyclesPerPicture, pictures, simulator } = activity;
  const rows = cells.map(({ cell, count, toggles }) => [
    escapeHtml(cell),
    integer(count),
    integer(toggles),
    number(toggles / (count * cyclesPerPicture)),
  ]);
  return section(
    'Activity',
    `<p class="soft">Changes of the mapped netlist's cells in ${escapeHtml(simulator)}, mean of ${plural(pictures, 'picture')}, without glitches. Not energy: what a change takes is not known.</p>
${plainTable(['Cells', 'How many', 'Changes a picture', 'Changes a cell and cycle'], rows, [0])}`,
  );
}

export function roundingSection({ roundedWeights }: Report): string {
  if (roundedWeights.length === 0) return '';
  const rows = roundedWeights.map(({ layer, weights, changed, largestChange, meanChange }) => [
    escapeHtml(layer),
    integer(weights),
    `${integer(changed)} (${percent(changed / weights)})`,
    largestChange.toFixed(2),
    meanChange.toFixed(3),
  ]);
  return section(
    'Rounded weights',
    `<p class="soft">The model's weights are not all weights of the processing elements that were asked for. They were rounded, and
accuracy and equality are those of the rounded network. Changes are in steps of the model's own weights.</p>
${plainTable(['Layer', 'Weights', 'Changed', 'Largest change', 'Mean change'], rows)}`,
  );
}

export function deviceSection({ device, array }: Report): string {
  if (device === null) return '';
  const { available, luts, registers, blockRams, dsps, fmaxMHz, basis } = device;
  const meter = (name: string, used: number, limit: number | undefined) =>
    limit === undefined ? { name, used } : { name, used, available: limit };
  const beside = array.unitsBeside.map(({ kind, count }) => `${integer(count)} × ${escapeHtml(kind)}`);
  const rows = `${array.rows} × ${array.columns} ${escapeHtml(array.peKind)} processing elements`;
  return section(
    `Device ${device.name}`,
    `<p>${rows}${beside.length === 0 ? '' : `, and beside the array ${beside.join(', ')}`}. Resources are ${basisTag(basis)}.</p>
${meters([
  meter('LUTs', luts, available?.luts),
  meter('Registers', registers, available?.registers),
  meter('Block RAMs', blockRams, available?.blockRams),
  meter('DSPs', dsps, available?.dsps),
])}
<p>${fmaxMHz === null ? 'The highest clock is not known: this run did not place the design.' : `Highest clock after place and route: ${number(fmaxMHz)} MHz ${basisTag('placed')}.`}</p>`,
  );
}

export function clockSection({ clock }: Report): string {
  const { requestedMHz, met, criticalPath } = clock;
  if (requestedMHz === null && criticalPath === null) return '';
  const verdict =
    met === null
      ? 'not placed, so not known'
      : met
        ? '<span class="good-text">met</span>'
        : '<span class="bad-text">missed</span>';
  const request =
    requestedMHz === null ? '' : `<p>A clock of ${number(requestedMHz)} MHz was asked for: ${verdict}.</p>`;
  if (criticalPath === null) return section('Clock', request);
  const steps = criticalPath.steps.map(({ signal, kind, delayNs }) => [
    `<code>${escapeHtml(signal)}</code>`,
    escapeHtml(kind),
    delayNs.toFixed(2),
  ]);
  return section(
    'Clock',
    `${request}<p>The slowest path from register to register takes ${criticalPath.delayNs.toFixed(2)} ns ${basisTag('placed')}:</p>
<details${met === false ? ' open' : ''}><summary>${plural(steps.length, 'step')}</summary>
${plainTable(['Signal', 'Step', 'Delay in ns'], steps, [1])}</details>`,
  );
}

export function originSection({ inputs, tools, options, generator }: Report): string {
  const inputRows = inputs.map(({ role, file, sha256 }) => [
    escapeHtml(role),
    escapeHtml(file),
    `<code>${escapeHtml(sha256)}</code>`,
  ]);
  const toolRows = [
    [escapeHtml(generator.name), '', escapeHtml(generator.version)],
    ...tools.map(({ tool, origin, version }) => [escapeHtml(tool), escapeHtml(origin), escapeHtml(version)]),
  ];
  const optionRows = Object.entries(options).map(([name, value]) => [
    escapeHtml(name),
    value === null ? '–' : escapeHtml(String(value)),
  ]);
  return section(
    'Where this comes from',
    `${plainTable(['Input', 'File', 'SHA-256'], inputRows, [1, 2])}
<details><summary>Options and tools</summary>
${plainTable(['Option', 'Value'], optionRows, [1])}
${plainTable(['Tool', 'From', 'Version'], toolRows, [1, 2])}
</details>`,
  );
}

function section(title: string, content: string): string {
  return `<section>\n<h2>${escapeHtml(title)}</h2>\n${content}\n</section>`;
}
