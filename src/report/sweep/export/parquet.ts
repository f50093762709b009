/** A sweep as Parquet, for DuckDB, pandas, Polars. */
import type { SweepReport } from '../schema.js';
import { exportColumns, type ColumnType, type Value } from './rows.js';

const parquetTypes = {
  text: 'STRING',
  count: 'INT64',
  number: 'DOUBLE',
  flag: 'BOOLEAN',
  json: 'JSON',
} as const satisfies Readonly<Record<ColumnType, string>>;

/** The bytes of the file; deterministic. The library is loaded on the first call. */
export async function sweepParquet({ points, nomul }: SweepReport): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const columnData = exportColumns.map(({ name, type, value }) => ({
    name,
    type: parquetTypes[type],
    nullable: true,
    data: points.map((point) => stored(value(point), type)),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData, createdBy: `nomul ${nomul}` }));
}

function stored(value: Value, type: ColumnType): Value | bigint {
  return type === 'count' && typeof value === 'number' ? BigInt(value) : value;
}
