// The transfer set out of settled buckets: which rows are kept when there are more than wanted, in what order they stand.
import { join } from 'node:path';
import { sqlName, sqlPath, sqlText } from '../duckdb.js';
import { type MadeBucket, madePath } from './made-rows.js';
import { NATURAL_ORIGINS, type SettledBucket, settledPath } from './natural-rows.js';
import { type Part, type SortedFile, writeParts } from './parts.js';
import type { SerialEngines } from './serial-engines.js';

/** Rows of a bucket that are kept: all labelled ones, and of the others the first by hash. */
interface BucketQuota {
  bucket: number;
  labelled: number;
  others: number;
  made: number;
}

/** Options of `writeTransferParts`. */
export interface TransferPartsOptions {
  /** Field columns and, in the same order, what they are called in the parts. */
  fields: readonly string[];
  fieldNames: readonly string[];
  natural: { folder: string; buckets: readonly SettledBucket[] };
  made: { folder: string; buckets: readonly MadeBucket[] };
  /** Rows wanted; `undefined`: all. Labelled rows are kept in any case. */
  transferSize: number | undefined;
  partRows: number;
  /** Folder for what is sorted on the way; it must be there. */
  scratch: string;
  /** Folder of the parts. */
  folder: string;
}

/** Writes the parts: fields, `label`, `group`, `origin`, `count`, `source`, in the order of the hash. */
export async function writeTransferParts(
  engines: SerialEngines,
  options: TransferPartsOptions,
): Promise<Part[]> {
  const { fields, fieldNames, folder, partRows } = options;
  const quotas = shareOut(options);
  const files = await engines.map(quotas.length, async (database, bucket) => {
    const path = join(options.scratch, `kept-${String(bucket).padStart(4, '0')}.parquet`);
    const { labelled, others, made } = quotas[bucket];
    const file: SortedFile = { path, numRows: labelled + others + made };
    if (file.numRows > 0) {
      await database.run(
        `COPY (${selectKept(quotas[bucket], options)}) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION snappy)`,
      );
    }
    return file;
  });
  const renamed = fields.map((name, index) => `${sqlName(name)} AS ${sqlName(fieldNames[index])}`);
  const columns = [...renamed, 'label, grp AS "group", origin, count, source'].join(', ');
  return writeParts(engines, { files, columns, partRows, folder });
}

/** Natural rows come before made ones; of each the lowest hashes are kept, which is a random sample. */
function shareOut(options: TransferPartsOptions): BucketQuota[] {
  const { natural, made, transferSize = Number.POSITIVE_INFINITY } = options;
  const numLabelled = natural.buckets.reduce((sum, bucket) => sum + bucket.labelled, 0);
  const numOthers = natural.buckets.reduce((sum, bucket) => sum + bucket.others, 0);
  let othersLeft = Math.max(0, transferSize - numLabelled);
  let madeLeft = Math.max(0, transferSize - numLabelled - numOthers);
  return natural.buckets.map(({ labelled, others }, bucket) => {
    const quota = {
      bucket,
      labelled,
      others: Math.min(others, othersLeft),
      made: Math.min(made.buckets[bucket]?.rows ?? 0, madeLeft),
    };
    othersLeft -= quota.others;
    madeLeft -= quota.made;
    return quota;
  });
}

/** The rows of a bucket that are kept, sorted. */
function selectKept(quota: BucketQuota, options: TransferPartsOptions): string {
  const { bucket, labelled, others, made } = quota;
  const { fields, natural } = options;
  const names = fields.map(sqlName).join(', ');
  const sources: string[] = [];
  if (labelled + others > 0) {
    const from = `read_parquet(${sqlPath(settledPath(natural.folder, bucket))})`;
    const select = `SELECT ${names}, label, grp, ${originSql()} AS origin, weight, source, h FROM ${from}`;
    sources.push(
      others === natural.buckets[bucket].others
        ? select
        : `${select} QUALIFY rank = 0 OR row_number() OVER (PARTITION BY rank = 0 ORDER BY h, ${names}) <= ${others}`,
    );
  }
  if (made > 0) {
    // The file is sorted: its first rows are those with the lowest hashes.
    const from = `read_parquet(${sqlPath(madePath(options.made.folder, bucket))}, file_row_number = true)`;
    sources.push(
      `SELECT ${names}, CAST(NULL AS DOUBLE) AS label, grp, origin, 1 AS weight, source, h FROM ${from} ` +
        `WHERE file_row_number < ${made}`,
    );
  }
  return (
    `SELECT ${names}, label, grp, origin, least(weight, 2147483647)::INTEGER AS count, source ` +
    `FROM (${sources.join(' UNION ALL ')}) ORDER BY h, ${names}`
  );
}

function originSql(): string {
  const names = NATURAL_ORIGINS.map((origin) => sqlText(origin)).join(', ');
  return `[${names}][rank + 1]`;
}
