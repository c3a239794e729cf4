// Rows of the transfer set that somebody wrote or clicked: labelled training rows, the log's pairs, unlabelled rows.
// They are sprayed into buckets, and in each bucket equal rows become one.
import { join } from 'node:path';
import { type Database, sqlName, sqlPath, sqlText } from '../duckdb.js';
import { bucketRelation, countBuckets, orderHashSql, sprayRows } from './buckets.js';
import type { SerialEngines } from './serial-engines.js';

/** Where a natural row came from; of several the first one names it. */
export const NATURAL_ORIGINS = ['labelled', 'log', 'unlabelled'] as const;
export type NaturalOrigin = (typeof NATURAL_ORIGINS)[number];

/** A relation of natural rows. */
export interface NaturalSource {
  origin: NaturalOrigin;
  /** Behind FROM: the fields, `key`, `weight` and `source`; of labelled rows also `label` and `grp`. */
  relation: string;
}

/** What went into the buckets; survives JSON. */
export interface SprayFigures {
  numBuckets: number;
  /** Rows in, by what became of them, each counted by its weight. */
  kept: number;
  empty: number;
  heldOut: { equal: number; near: number };
}

/** Options of `sprayNatural`. */
export interface SprayNaturalOptions {
  sources: readonly NaturalSource[];
  /** Behind FROM: `key`, `is_near`. */
  banned: string;
  /** Field columns. */
  fields: readonly string[];
  /** Rows that may come later, so that the buckets suit them too. */
  numMore: number;
  bucketRows: number;
  seed: number;
  folder: string;
}

/** Sprays natural rows, less those that are empty or held out. */
export async function sprayNatural(
  database: Database,
  options: SprayNaturalOptions,
): Promise<SprayFigures> {
  const { sources, fields, folder } = options;
  await database.run(
    `CREATE OR REPLACE TEMP TABLE banned AS SELECT DISTINCT key, is_near FROM ${options.banned}`,
  );
  const candidates = sources.map((source) => candidatesSql(source, fields)).join(' UNION ALL ');
  const isEmpty = fields.map((name) => `${sqlName(name)} = ''`).join(' OR ');
  const length = fields.map((name) => `strlen(${sqlName(name)})`).join(' + ');
  const figures: SprayFigures = {
    numBuckets: 1,
    kept: 0,
    empty: 0,
    heldOut: { equal: 0, near: 0 },
  };
  const counted = await database.rows(
    `SELECT CASE WHEN ${isEmpty} THEN 'empty' WHEN is_near IS NULL THEN 'kept' WHEN is_near = 0 THEN 'equal' ELSE 'near' END AS fate, ` +
      `sum(weight)::DOUBLE, count(*)::DOUBLE, sum(${length})::DOUBLE ` +
      `FROM (${candidates}) LEFT JOIN banned USING (key) GROUP BY fate`,
  );
  for (const [fate, weight, numRows, numBytes] of counted) {
    if (fate === 'kept') {
      figures.kept = Number(weight);
      const bytesPerRow = Number(numBytes) / Math.max(1, Number(numRows));
      const total = Number(numRows) + options.numMore;
      figures.numBuckets = countBuckets(total, total * bytesPerRow, options.bucketRows);
    } else if (fate === 'empty') figures.empty = Number(weight);
    else figures.heldOut[fate as 'equal' | 'near'] = Number(weight);
  }
  await sprayRows(database, {
    select:
      `SELECT *, ${orderHashSql(options.seed, fields)} AS h FROM (${candidates}) ` +
      `ANTI JOIN banned USING (key) WHERE NOT (${isEmpty})`,
    folder: join(folder, 'rows'),
    numBuckets: figures.numBuckets,
  });
  return figures;
}

function candidatesSql({ origin, relation }: NaturalSource, fields: readonly string[]): string {
  const rank = NATURAL_ORIGINS.indexOf(origin);
  // Training rows have no key to be held out by: where the user's own groups are split, a query may be in several.
  const own =
    origin === 'labelled'
      ? 'CAST(NULL AS VARCHAR) AS key, label, grp'
      : 'key, CAST(NULL AS DOUBLE) AS label, key AS grp';
  return (
    `SELECT ${fields.map(sqlName).join(', ')}, ${own}, ${rank}::TINYINT AS rank, ` +
    `weight::BIGINT AS weight, source::BIGINT AS source FROM ${relation}`
  );
}

/** Distinct rows by bucket; survives JSON. */
export interface SettledBucket {
  labelled: number;
  others: number;
}

/** First by rank, then by row: what names a row that several rows became. */
const PLACE = '((rank::BIGINT << 50) | source)';

/**
 * Makes equal rows of each bucket one and sorts them by `h`: fields, `label`, `grp`, `rank`, `weight` (the sum),
 * `source`, `h`. A row that several inputs have is the labelled one's, else the log's.
 */
export async function settleNatural(
  engines: SerialEngines,
  options: { sprayed: string; numBuckets: number; fields: readonly string[]; folder: string },
): Promise<SettledBucket[]> {
  const names = options.fields.map(sqlName).join(', ');
  return engines.map(options.numBuckets, async (database, bucket) => {
    const relation = bucketRelation(join(options.sprayed, 'rows'), bucket);
    if (relation === undefined) return { labelled: 0, others: 0 };
    const path = settledPath(options.folder, bucket);
    await database.run(
      `COPY (SELECT ${names}, max(label) AS label, arg_min(grp, ${PLACE}) AS grp, min(rank) AS rank, ` +
        `sum(weight)::BIGINT AS weight, min(${PLACE}) & ((1::BIGINT << 50) - 1) AS source, h ` +
        `FROM ${relation} GROUP BY h, ${names} ORDER BY h, ${names}) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION snappy)`,
    );
    const [[labelled, others]] = await database.rows(
      `SELECT count(*) FILTER (rank = 0)::DOUBLE, count(*) FILTER (rank > 0)::DOUBLE FROM read_parquet(${sqlPath(path)})`,
    );
    return { labelled: Number(labelled), others: Number(others) };
  });
}

/** Behind FROM: the rows of all settled buckets. */
export function settledRelation({
  folder,
  buckets,
}: {
  folder: string;
  buckets: readonly SettledBucket[];
}): string {
  const paths = buckets.flatMap(({ labelled, others }, bucket) =>
    labelled + others > 0 ? [sqlPath(settledPath(folder, bucket))] : [],
  );
  return `read_parquet([${paths.join(', ')}])`;
}

/** Where the rows of a settled bucket are. */
export function settledPath(folder: string, bucket: number): string {
  return join(folder, `bucket-${String(bucket).padStart(4, '0')}.parquet`);
}
