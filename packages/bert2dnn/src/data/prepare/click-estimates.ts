// The log's clicks as a weak label: for each pair the share of its examined impressions that were clicked, where
// examination falls with the position. Nothing that is held out gets in.
import { join } from 'node:path';
import { type Database, sqlName, sqlPath, sqlText } from '../duckdb.js';
import { estimateExamination, type PositionContrast } from '../log/examination.js';
import { bucketRelation, countBuckets, orderHashSql, sprayRows } from './buckets.js';
import { type Part, writeParts } from './parts.js';
import type { SerialEngines } from './serial-engines.js';

/** Positions behind this one count as this one. */
const MAX_POSITION = 50;

/** Fixed point of sums: whole numbers add up to the same in any order. */
const FIXED = 1_048_576;

/** What the clicks say; survives JSON. */
export interface ClickFigures {
  /** Distinct pairs. */
  rows: number;
  impressions: number;
  clicks: number;
  purchases: number;
  /** Clicks an examined impression. */
  clickShare: number;
  /** Share of the impressions at position 1, 2, ... that are examined, relative to position 1. */
  examination: number[];
}

/** Options of `estimateClicks`. */
export interface ClickOptions {
  /** Behind FROM: the fields, `key`, `position` (0: unknown), `weight`, `clicks`, `purchases`. */
  relation: string;
  /** Behind FROM: `key` of what is held out. */
  banned: string;
  fields: readonly string[];
  fieldNames: readonly string[];
  /** Weight of the mean in a pair's estimate, in examined impressions. */
  priorStrength: number;
  bucketRows: number;
  seed: number;
  partRows: number;
  /** Where buckets wait. */
  folder: string;
  /** Folder of the parts. */
  out: string;
}

/**
 * Writes parts: fields, `label` ((clicks + strength * mean) / (examined + strength), at most 1), `group`, `origin`,
 * `count` (impressions), `clicks`, `purchases`, `examined`.
 * Source: position-based model; examination by intervention harvesting, Agarwal et al., WSDM 2019.
 */
export async function estimateClicks(
  database: Database,
  engines: SerialEngines,
  options: ClickOptions,
): Promise<{ figures: ClickFigures; parts: Part[] }> {
  const numBuckets = await sprayImpressions(database, options);
  const examination = await harvestExamination(engines, { ...options, numBuckets });
  const sums = await settleClicks(engines, { ...options, numBuckets, examination });
  const total = sums.reduce(addSums, NO_SUMS);
  const mean = total.clicks / Math.max(1, total.examined / FIXED);
  const files = sums.map(({ rows }, bucket) => ({
    path: clickPath(options.folder, bucket),
    numRows: rows,
  }));
  const parts = await writeParts(engines, {
    files,
    columns: clickColumns(options, mean),
    partRows: options.partRows,
    folder: options.out,
  });
  const { examined: _, ...counts } = total;
  const figures: ClickFigures = {
    ...counts,
    clickShare: Number(mean.toFixed(4)),
    examination: [...examination.subarray(1)].map((share) => Number(share.toFixed(4))),
  };
  return { figures, parts };
}

/** Impressions by pair and position, in buckets; gives their number. */
async function sprayImpressions(database: Database, options: ClickOptions): Promise<number> {
  const { fields, folder } = options;
  const names = fields.map(sqlName).join(', ');
  const isWhole = fields.map((name) => `${sqlName(name)} <> ''`).join(' AND ');
  await database.run(`CREATE OR REPLACE TEMP TABLE banned AS SELECT key FROM ${options.banned}`);
  const shown =
    `SELECT ${names}, key, least(position, ${MAX_POSITION})::INTEGER AS position, weight, clicks, purchases ` +
    `FROM ${options.relation} ANTI JOIN banned USING (key) WHERE ${isWhole}`;
  const lengths = fields.map((name) => `strlen(${sqlName(name)})`).join(' + ');
  const [[numRows, numBytes]] = await database.rows(
    `SELECT count(*)::DOUBLE, coalesce(sum(${lengths}), 0)::DOUBLE FROM (${shown})`,
  );
  const numBuckets = countBuckets(Number(numRows), Number(numBytes), options.bucketRows);
  await sprayRows(database, {
    select: `SELECT *, ${orderHashSql(options.seed, fields)} AS h FROM (${shown})`,
    folder: join(folder, 'rows'),
    numBuckets,
  });
  return numBuckets;
}

/**
 * Examination by position from 1, relative to position 1; from pairs that were shown at several positions.
 * Mantel-Haenszel sums over pairs, as whole numbers.
 */
async function harvestExamination(
  engines: SerialEngines,
  { fields, folder, numBuckets }: ClickOptions & { numBuckets: number },
): Promise<Float64Array> {
  const names = ['h', ...fields.map(sqlName)].join(', ');
  const sum = (of: string, other: string): string =>
    `sum((${of}.c::HUGEINT * ${other}.n * ${FIXED}) // (a.n + b.n))::DOUBLE`;
  const contrasts = new Map<string, PositionContrast>();
  const byBucket = await engines.map(numBuckets, async (database, bucket) => {
    const relation = bucketRelation(join(folder, 'rows'), bucket);
    if (relation === undefined) return { rows: [], maxPosition: 0 };
    const rows = await database.rows(
      `WITH positions AS (SELECT ${names}, position AS p, sum(weight)::BIGINT AS n, sum(clicks)::BIGINT AS c FROM ${relation} WHERE position > 0 GROUP BY ${names}, position), ` +
        `pairs AS (SELECT list({'p': p, 'n': n, 'c': c}) AS shown FROM positions GROUP BY ${names} HAVING count(*) > 1) ` +
        `SELECT a.p::DOUBLE, b.p::DOUBLE, ${sum('a', 'b')}, ${sum('b', 'a')}, sum(a.c)::DOUBLE, sum(b.c)::DOUBLE ` +
        'FROM pairs, unnest(shown) AS low(a), unnest(shown) AS high(b) WHERE a.p < b.p GROUP BY a.p, b.p',
    );
    const [[maxPosition]] = await database.rows(
      `SELECT coalesce(max(position), 0)::DOUBLE FROM ${relation}`,
    );
    return { rows: rows.map((row) => row.map(Number)), maxPosition: Number(maxPosition) };
  });
  for (const [low, high, ...sums] of byBucket.flatMap(({ rows }) => rows)) {
    const key = `${low}:${high}`;
    const known = contrasts.get(key) ?? {
      low,
      high,
      lowSum: 0,
      highSum: 0,
      lowClicks: 0,
      highClicks: 0,
    };
    contrasts.set(key, {
      low,
      high,
      lowSum: known.lowSum + sums[0] / FIXED,
      highSum: known.highSum + sums[1] / FIXED,
      lowClicks: known.lowClicks + sums[2],
      highClicks: known.highClicks + sums[3],
    });
  }
  const ordered = [...contrasts.values()].sort(
    (left, right) => left.low - right.low || left.high - right.high,
  );
  const maxPosition = Math.max(0, ...byBucket.map((bucket) => bucket.maxPosition));
  return estimateExamination(ordered, { maxPosition });
}

/** The examined share of a row's position as a whole number; an unknown position counts as examined. */
function examinationSql(examination: Float64Array): string {
  // A list of DuckDB's begins at 1, as positions do.
  const shares = [...examination.subarray(1)].map((share) => Math.round(share * FIXED));
  return shares.length === 0
    ? `${FIXED}::BIGINT`
    : `coalesce(list_extract([${shares.join(', ')}]::BIGINT[], nullif(position, 0)), ${FIXED})`;
}

function clickPath(folder: string, bucket: number): string {
  return join(folder, `clicks-${String(bucket).padStart(4, '0')}.parquet`);
}

/** Whole numbers of a bucket; `examined` in fixed point. */
interface ClickSums {
  rows: number;
  impressions: number;
  clicks: number;
  purchases: number;
  examined: number;
}

const NO_SUMS: ClickSums = { rows: 0, impressions: 0, clicks: 0, purchases: 0, examined: 0 };

function addSums(left: ClickSums, right: ClickSums): ClickSums {
  return {
    rows: left.rows + right.rows,
    impressions: left.impressions + right.impressions,
    clicks: left.clicks + right.clicks,
    purchases: left.purchases + right.purchases,
    examined: left.examined + right.examined,
  };
}

/** Sums up equal pairs of each bucket. */
async function settleClicks(
  engines: SerialEngines,
  options: ClickOptions & { numBuckets: number; examination: Float64Array },
): Promise<ClickSums[]> {
  const { fields, folder, numBuckets, examination } = options;
  const names = fields.map(sqlName).join(', ');
  const sums = ['weight', 'clicks', 'purchases'].map((name) => `sum(${name})::BIGINT AS ${name}`);
  const examined = `sum(weight * ${examinationSql(examination)})::BIGINT AS examined`;
  return engines.map(numBuckets, async (database, bucket) => {
    const relation = bucketRelation(join(folder, 'rows'), bucket);
    if (relation === undefined) return NO_SUMS;
    const path = clickPath(folder, bucket);
    await database.run(
      `COPY (SELECT ${names}, min(key) AS key, ${sums.join(', ')}, ${examined}, h FROM ${relation} ` +
        `GROUP BY h, ${names} ORDER BY h, ${names}) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION snappy)`,
    );
    const [row] = await database.rows(
      'SELECT count(*)::DOUBLE, sum(weight)::DOUBLE, sum(clicks)::DOUBLE, sum(purchases)::DOUBLE, ' +
        `sum(examined)::DOUBLE FROM read_parquet(${sqlPath(path)})`,
    );
    const [rows, impressions, clicks, purchases, total] = row.map(Number);
    return { rows, impressions, clicks, purchases, examined: total };
  });
}

function clickColumns({ fields, fieldNames, priorStrength }: ClickOptions, mean: number): string {
  const examined = `(examined::DOUBLE / ${FIXED})`;
  const prior = `${priorStrength}::DOUBLE`;
  const count = (name: string): string => `least(${name}, 2147483647)::INTEGER AS ${name}`;
  return [
    ...fields.map((name, index) => `${sqlName(name)} AS ${sqlName(fieldNames[index])}`),
    `least(1.0, (clicks + ${prior} * ${mean}::DOUBLE) / (${examined} + ${prior})) AS label`,
    'key AS "group"',
    "'log' AS origin",
    'least(weight, 2147483647)::INTEGER AS count',
    count('clicks'),
    count('purchases'),
    `${examined} AS examined`,
  ].join(', ');
}
