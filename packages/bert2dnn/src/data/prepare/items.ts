// What queries are paired with: the titles of the catalogue, and those of the labelled training rows and of the log.
import { join } from 'node:path';
import { type Database, sqlFiles, sqlName, sqlPath, sqlText } from '../duckdb.js';
import type { SerialEngines } from './serial-engines.js';

/** A relation of items; of equal items the first relation names it. */
export interface ItemSource {
  /** Behind FROM: the item fields and `source`; perhaps the extra columns. */
  relation: string;
  /** Extra columns that the relation has. */
  extras: readonly string[];
  /** Whether `source` is a row of the catalogue. */
  isCatalogue: boolean;
}

/** Options of `collectItems`. */
export interface ItemOptions {
  sources: readonly ItemSource[];
  /** Item fields: those beside the query. */
  fields: readonly string[];
  /** Columns beside the fields, '' where a source lacks them: category, brand, attributes. */
  extras: readonly string[];
  folder: string;
}

const ITEMS_FILE = 'items.parquet';

/**
 * Writes the distinct items whose fields are all there: `item` (0, 1, ...), the fields, the extras, `source` (row of
 * the catalogue, NULL for others). Gives their number.
 */
export async function collectItems(
  database: Database,
  engines: SerialEngines,
  options: ItemOptions,
): Promise<{ numItems: number }> {
  const { sources, fields, extras, folder } = options;
  const names = fields.map(sqlName).join(', ');
  const selects = sources.map((source, rank) => {
    const own = extras.map((name) =>
      source.extras.includes(name) ? sqlName(name) : `'' AS ${sqlName(name)}`,
    );
    const place = `((${rank}::BIGINT << 50) | source::BIGINT) AS place`;
    return `SELECT ${[names, ...own, place].join(', ')} FROM ${source.relation}`;
  });
  const isWhole = fields.map((name) => `${sqlName(name)} <> ''`).join(' AND ');
  const firsts = extras.map((name) => `arg_min(${sqlName(name)}, place) AS ${sqlName(name)}`);
  const distinct = join(folder, 'distinct');
  await database.run(
    `COPY (SELECT ${[names, ...firsts, 'min(place) AS place'].join(', ')} FROM (${selects.join(' UNION ALL ')}) ` +
      `WHERE ${isWhole} GROUP BY ${names}) TO ${sqlText(distinct)} (FORMAT parquet, COMPRESSION snappy, PER_THREAD_OUTPUT)`,
  );
  const isCatalogue = sources.findIndex((source) => source.isCatalogue);
  const path = join(folder, ITEMS_FILE);
  // Distinct items have different first rows within a source, so `place` orders them totally.
  await engines.first.run(
    `COPY (SELECT (row_number() OVER (ORDER BY place) - 1)::BIGINT AS item, ${[names, ...extras.map(sqlName)].join(', ')}, ` +
      `CASE WHEN (place >> 50) = ${isCatalogue} THEN place & ((1::BIGINT << 50) - 1) END AS source ` +
      `FROM read_parquet(${sqlFiles(distinct, '*.parquet')}) ORDER BY place) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION snappy)`,
  );
  const [[numItems]] = await database.rows(
    `SELECT count(*)::DOUBLE FROM read_parquet(${sqlPath(path)})`,
  );
  return { numItems: Number(numItems) };
}

/** The file of the items, in order. */
export function itemsPath(folder: string): string {
  return join(folder, ITEMS_FILE);
}
