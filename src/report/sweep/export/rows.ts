/** A sweep as one flat table: a row per point, the same columns in CSV, JSON Lines and Parquet. Floorplans stay out. */
import type { SweepPoint, SweepReport } from '../schema.js';

/** `count`: a whole number below 2^53. `json`: lists, for example the layers. */
export type ColumnType = 'text' | 'count' | 'number' | 'flag' | 'json';
export type Value = string | number | boolean | null | readonly object[];

export interface ExportColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** null: not measured. */
  readonly value: (point: SweepPoint) => Value;
}

const column = (name: string, type: ColumnType, value: ExportColumn['value']): ExportColumn => ({
  name,
  type,
  value,
});

/** Units: MHz, cycles, pJ per picture; accuracies are shares, 0 .. 1. */
export const exportColumns: readonly ExportColumn[] = [
  column('id', 'text', ({ id }) => id),
  column('model', 'text', ({ model }) => model),
  column('method', 'text', ({ method }) => method),
  column('setting', 'text', ({ setting }) => setting),
  column('pe', 'text', ({ pe }) => pe),
  column('rows', 'count', ({ rows }) => rows),
  column('columns', 'count', ({ columns }) => columns),
  column('device', 'text', ({ device }) => device),
  column('requested_mhz', 'number', ({ requestedMHz }) => requestedMHz),
  column('seed', 'count', ({ seed }) => seed),
  column('status', 'text', ({ status }) => status),
  column('reason', 'text', ({ reason }) => reason),
  column('accuracy_before', 'number', ({ accuracy }) => accuracy?.before ?? null),
  column('accuracy', 'number', ({ accuracy }) => accuracy?.after ?? null),
  column('accuracy_pictures', 'count', ({ accuracy }) => accuracy?.pictures ?? null),
  column('multiplications', 'count', ({ multiplications }) => multiplications),
  column('bits_per_weight', 'number', ({ bitsPerWeight }) => bitsPerWeight),
  column('macs', 'count', ({ macs }) => macs),
  column('latency_cycles', 'count', ({ cycles }) => cycles?.latency ?? null),
  column('initiation_interval', 'count', ({ cycles }) => cycles?.initiationInterval ?? null),
  column('cycles_basis', 'text', ({ cycles }) => cycles?.basis ?? null),
  column('verified_pictures', 'count', ({ verifiedPictures }) => verifiedPictures),
  column('luts', 'count', ({ synthesized }) => synthesized?.luts ?? null),
  column('registers', 'count', ({ synthesized }) => synthesized?.registers ?? null),
  column('block_rams', 'count', ({ synthesized }) => synthesized?.blockRams ?? null),
  column('dsps', 'count', ({ synthesized }) => synthesized?.dsps ?? null),
  column('fmax_mhz', 'number', ({ placed }) => placed?.fmaxMHz ?? null),
  column('timing_met', 'flag', ({ placed }) => placed?.timingMet ?? null),
  column('inferences_per_second', 'number', ({ inferencesPerSecond }) => inferencesPerSecond),
  column('operation_energy_pj', 'number', ({ operationEnergyPj }) => operationEnergyPj),
  column('gate_energy_pj', 'number', ({ gateEnergyPj }) => gateEnergyPj),
  column('utilization', 'json', ({ placed }) => placed?.utilization ?? null),
  column('activity', 'json', ({ activity }) => activity),
  column('layers', 'json', ({ layers }) => layers),
];

/** One JSON object per line, each ended by a line feed. */
export function sweepJsonLines({ points }: SweepReport): string {
  return points
    .map((point) => {
      const entries = exportColumns.map(({ name, value }) => [name, value(point)]);
      return `${JSON.stringify(Object.fromEntries(entries))}\n`;
    })
    .join('');
}

/** CSV as RFC 4180 with a heading and line feeds; nothing between commas: not measured; `""`: empty text; lists are JSON. */
export function sweepCsv({ points }: SweepReport): string {
  const heading = exportColumns.map(({ name }) => name).join(',');
  const lines = points.map((point) => exportColumns.map(({ value }) => csvField(value(point))).join(','));
  return [heading, ...lines, ''].join('\n');
}

function csvField(value: Value): string {
  if (value === null) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
