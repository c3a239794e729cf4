// Rows of the transfer set that were made: mined pairs and augmented texts. What a natural row says already is dropped.
import { join } from 'node:path';
import { type Database, sqlName, sqlPath, sqlText } from '../duckdb.js';
import { bucketRelation, orderHashSql, sprayRows } from './buckets.js';
import { type SettledBucket, settledPath } from './natural-rows.js';
import type { SerialEngines } from './serial-engines.js';

/** Where a made row came from; of several the first one names it. */
export const MADE_ORIGINS = ['bm25', 'category', 'random', 'augmented'] as const;
export type MadeOrigin = (typeof MADE_ORIGINS)[number];

/** Made rows of a bucket; survives JSON. */
export interface MadeBucket {
  rows: number;
}

const SPRAYED = 'rows';

/**
 * Sprays made rows.
 * @param options.select the fields, `grp`, `origin_index` (into `MADE_ORIGINS`) and `source`
 */
export async function sprayMade(
  database: Database,
  options: {
    select: string;
    fields: readonly string[];
    numBuckets: number;
    seed: number;
    folder: string;
  },
): Promise<void> {
  const { select, fields, seed } = options;
  await sprayRows(database, {
    select: `SELECT *, ${orderHashSql(seed, fields)} AS h FROM (${select})`,
    folder: join(options.folder, SPRAYED),
    numBuckets: options.numBuckets,
  });
}

/** Makes equal rows of each bucket one, drops those that are natural rows, sorts by `h`: fields, `grp`, `origin`, `source`, `h`. */
export async function settleMade(
  engines: SerialEngines,
  options: {
    sprayed: string;
    natural: { folder: string; buckets: readonly SettledBucket[] };
    fields: readonly string[];
    folder: string;
  },
): Promise<MadeBucket[]> {
  const { fields, natural } = options;
  const names = fields.map(sqlName).join(', ');
  const origins = MADE_ORIGINS.map((origin) => sqlText(origin)).join(', ');
  const place = '((origin_index::BIGINT << 50) | coalesce(source, (1::BIGINT << 50) - 1))';
  return engines.map(natural.buckets.length, async (database, bucket) => {
    const relation = bucketRelation(join(options.sprayed, SPRAYED), bucket);
    if (relation === undefined) return { rows: 0 };
    const path = madePath(options.folder, bucket);
    const { labelled, others } = natural.buckets[bucket];
    const known = `read_parquet(${sqlPath(settledPath(natural.folder, bucket))})`;
    const isNew = labelled + others === 0 ? '' : `ANTI JOIN ${known} AS known USING (h, ${names})`;
    await database.run(
      `COPY (SELECT ${names}, min(grp) AS grp, [${origins}][min(origin_index) + 1] AS origin, ` +
        `arg_min(source, ${place}) AS source, h FROM (SELECT * FROM ${relation} AS made ${isNew}) ` +
        `GROUP BY h, ${names} ORDER BY h, ${names}) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION snappy)`,
    );
    const [[rows]] = await database.rows(
      `SELECT count(*)::DOUBLE FROM read_parquet(${sqlPath(path)})`,
    );
    return { rows: Number(rows) };
  });
}

/** Where the made rows of a settled bucket are. */
export function madePath(folder: string, bucket: number): string {
  return join(folder, `made-${String(bucket).padStart(4, '0')}.parquet`);
}
