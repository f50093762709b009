/** The tables of points and of designs: which columns they have, and the filters above them. */
import { escapeHtml, integer, number, percent, plural } from '../html.js';
import { sortableTable, type Column } from '../table.js';
import { changesOf } from './activity.js';
import type { Design } from './designs.js';
import { rowsWithin } from './fit.js';
import { measuredOf, measures, type Measured, type MeasureName } from './measures.js';
import type { SweepPoint } from './schema.js';

export type Identity = Pick<
  SweepPoint,
  'model' | 'method' | 'setting' | 'pe' | 'rows' | 'columns' | 'device' | 'requestedMHz'
>;

export interface Fact<Row> {
  readonly heading: string;
  readonly text: (row: Row) => string;
}

const identity: readonly Fact<Identity>[] = [
  { heading: 'model', text: ({ model }) => model },
  { heading: 'method', text: ({ method }) => method },
  { heading: 'setting', text: ({ setting }) => setting },
  { heading: 'PE', text: ({ pe }) => pe },
  { heading: 'array', text: ({ rows, columns }) => `${rows}×${columns}` },
  { heading: 'device', text: ({ device }) => device },
  {
    heading: 'MHz asked for',
    text: ({ requestedMHz }) => (requestedMHz === null ? '' : number(requestedMHz)),
  },
];

interface Shown<Row> {
  readonly facts: readonly Fact<Row>[];
  readonly measured: (row: Row) => Measured;
  readonly others: readonly Column<Row>[];
}

export function designsTable(designs: readonly Design[], bytes: number): string {
  const network: readonly Fact<Design>[] = designs.every((design) => design.network === null)
    ? []
    : [{ heading: 'network', text: (design) => design.network?.toFixed(0) ?? '' }];
  const others: Column<Design>[] = [
    amount('fmax from', ({ fmax }) => fmax?.min ?? null, number),
    amount('to', ({ fmax }) => fmax?.max ?? null, number),
    amount(
      'quartiles',
      ({ fmax }) => (fmax === null ? null : fmax.upperQuartile - fmax.lowerQuartile),
      (width) => number(width),
    ),
    amount('latency, µs', ({ latencyUs }) => latencyUs, number),
    changesColumn(({ activity }) => activity),
    amount('seeds done', ({ done }) => done.length, integer),
  ];
  return filteredTable(
    'designs',
    designs,
    { facts: [...identity, ...network], measured: ({ measured }) => measured, others },
    bytes,
  );
}

export function pointsTable(points: readonly SweepPoint[], bytes: number): string {
  const status: Fact<SweepPoint> = { heading: 'status', text: (point) => point.status };
  const seed: Fact<SweepPoint> = { heading: 'seed', text: (point) => String(point.seed) };
  const others: Column<SweepPoint>[] = [
    changesColumn(({ activity }) => activity),
    amount('pictures verified', ({ verifiedPictures }) => verifiedPictures, integer),
    textColumn({
      heading: 'timing',
      text: ({ placed, requestedMHz }) =>
        placed === null || requestedMHz === null ? '' : placed.timingMet ? 'met' : 'missed',
    }),
  ];
  return filteredTable(
    'points',
    points,
    { facts: [...identity, seed, status], measured: measuredOf, others },
    bytes,
  );
}

/** Columns that say the same in every row become a sentence; columns without a value are left out. */
function filteredTable<Row>(
  id: string,
  rows: readonly Row[],
  { facts, measured, others }: Shown<Row>,
  bytes: number,
): string {
  const told = facts.filter((fact) => rows.length > 1 && distinct(rows, fact).length === 1);
  const varying = facts.filter((fact) => !told.includes(fact));
  const numbers = measureColumns(rows, measured);
  const present = others.filter(({ sortKey }) => rows.some((row) => sortKey(row) !== ''));
  const columns = [...varying.map(textColumn), ...numbers, ...present];
  const filters = filterBar(rows, varying, columns);
  const shown = rowsWithin(rows, columns, bytes - Buffer.byteLength(filters));
  const same = told
    .map((fact) => [fact.heading, distinct(rows, fact)[0] ?? ''])
    .filter(([, text]) => text !== '')
    .map(([heading, text]) => `${heading} ${text}`);
  return `${same.length === 0 ? '' : `<p class="soft">In every row: ${escapeHtml(same.join(', '))}.</p>`}
${leftOut(shown.length, rows.length)}
<div class="filtered" id="${id}">
${filters}
${sortableTable(columns, shown)}
</div>`;
}

const leftOut = (shown: number, all: number): string =>
  shown === all
    ? ''
    : `<p class="soft">The first ${integer(shown)} of ${integer(all)} are here, to keep the page small; the exports have all.</p>`;

function distinct<Row>(rows: readonly Row[], { text }: Fact<Row>): readonly string[] {
  return [...new Set(rows.map(text))];
}

function textColumn<Row>({ heading, text }: Fact<Row>): Column<Row> {
  return { heading, kind: 'text', cell: (row) => escapeHtml(text(row)), sortKey: text };
}

/** Missing values are shown as a dash and sorted last. */
function amount<Row>(
  heading: string,
  value: (row: Row) => number | null,
  show: (value: number) => string,
): Column<Row> {
  return {
    heading,
    kind: 'number',
    cell: (row) => {
      const found = value(row);
      return found === null ? '–' : show(found);
    },
    sortKey: (row) => {
      const found = value(row);
      return found === null ? '' : Number(found.toPrecision(6));
    },
  };
}

/** All kinds of cells together; the part on activity has them one by one. */
const changesColumn = <Row>(activityOf: (row: Row) => SweepPoint['activity']): Column<Row> =>
  amount(
    'cell changes a picture',
    (row) => {
      const activity = activityOf(row);
      return activity === null ? null : changesOf(activity);
    },
    integer,
  );

export function showMeasure(name: MeasureName, value: number): string {
  if (name === 'accuracy') return percent(value, 2);
  return measures[name].unit === 'cycles' ? integer(value) : number(value);
}

function measureColumns<Row>(rows: readonly Row[], measured: (row: Row) => Measured): Column<Row>[] {
  const names: readonly (readonly [MeasureName, string])[] = [
    ['accuracy', 'accuracy'],
    ['luts', 'LUTs'],
    ['registers', 'registers'],
    ['blockRams', 'block RAMs'],
    ['dsps', 'DSPs'],
    ['fmaxMHz', 'fmax, MHz'],
    ['latencyCycles', 'latency, cycles'],
    ['initiationInterval', 'interval, cycles'],
    ['inferencesPerSecond', 'inferences/s'],
    ['multiplications', 'multi­plications'],
    ['operationEnergyPj', 'published energy, pJ'],
    ['gateEnergyPj', 'gate energy, pJ'],
  ];
  return names
    .filter(([name]) => rows.some((row) => measured(row)[name] !== null))
    .map(([name, heading]) =>
      amount(
        heading,
        (row) => measured(row)[name],
        (value) => showMeasure(name, value),
      ),
    );
}

/** A choice for every fact with a few values, bounds for the numbers one chooses by, and a search in the whole row. */
function filterBar<Row>(
  rows: readonly Row[],
  facts: readonly Fact<Row>[],
  columns: readonly Column<Row>[],
): string {
  const choices = facts.flatMap((fact, column) => {
    const values = distinct(rows, fact);
    if (values.length < 2 || values.length > 40) return [];
    const options = values.map(
      (value) => `<option value="${escapeHtml(value)}">${value === '' ? '–' : escapeHtml(value)}</option>`,
    );
    return [
      `<label>${escapeHtml(fact.heading)} <select data-column="${column}"><option value="*">all</option>${options.join('')}</select></label>`,
    ];
  });
  const bound = (heading: string, kind: 'from' | 'to', scale: number, name: string): string => {
    const column = columns.findIndex((candidate) => candidate.heading === heading);
    return column < 0
      ? ''
      : `<label>${name} <input type="number" step="any" data-column="${column}" data-bound="${kind}" data-scale="${scale}"></label>`;
  };
  return `<form class="filters">${choices.join('')}
${bound('accuracy', 'from', 0.01, 'accuracy from, %')}${bound('LUTs', 'to', 1, 'LUTs to')}${bound('fmax, MHz', 'from', 1, 'fmax from')}
<label>words <input type="search"></label> <button type="reset">all</button> <output>${plural(rows.length, 'row')}</output></form>`;
}
