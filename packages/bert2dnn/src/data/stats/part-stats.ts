// Figures of one part: rows, groups, labels, origins, fields, duplicates, counts. Every query makes one pass and
// groups by small values or 64-bit hashes, which the engine spills to disk.
import type { Database } from '../duckdb.js';
import type { Task } from '../example-columns.js';
import { type Distribution, describeCounts, type ValueCounts } from './distribution.js';
import { countDistinct, describeFields, type FieldStats, normalizedSql } from './field-stats.js';
import { describeLabels, type LabelStats, labelOf, POSITIVE_SQL } from './label-stats.js';
import type { FigureColumn, StatsPart } from './part-view.js';

/** Rows of one origin. */
export interface OriginStats {
  origin: string;
  rows: number;
  /** Rows with a label. */
  labelled: number;
  /** Of the labelled rows, in the range of the user's labels; absent for classes and where there are none. */
  meanLabel?: number;
  positiveShare?: number;
}

/** Rows that repeat another one in all fields. */
export interface DuplicateStats {
  /** Rows beyond the first of equal ones. */
  exact: number;
  /** The same, up to case and white space. */
  normalized: number;
}

/** Everything about one part. */
export interface PartStats {
  name: string;
  files: number;
  rows: number;
  /** Groups (queries) and how many rows they have; absent without a group column. */
  groups?: Distribution;
  labels?: LabelStats;
  /** The most frequent first. Empty where the files do not say. */
  origins: OriginStats[];
  fields: FieldStats[];
  duplicates: DuplicateStats;
  /** Rows behind a row, impressions, clicks and the like, as far as the files have them. */
  figures: Partial<Record<FigureColumn, Distribution>>;
}

/** Where and how figures are made. */
export interface PartPlace {
  database: Database;
  task: Task | undefined;
  languageRows: number;
}

/** Figures of a part. */
export async function describePart(part: StatsPart, place: PartPlace): Promise<PartStats> {
  const { database, task } = place;
  const { name, relation } = part;
  const [[rows]] = (await database.rows(`SELECT count(*)::DOUBLE FROM ${relation}`)) as [[number]];
  const texts = part.fields.map((_, index) => `f${index}`);
  const fields = await describeFields(part, place);
  const isSingle = texts.length === 1;
  return {
    name,
    files: part.files.length,
    rows,
    groups: part.hasGroup ? await describeGroups(part, database) : undefined,
    labels: part.hasLabel ? await describeLabels(part, task, database) : undefined,
    origins: await describeOrigins(part, place),
    fields,
    duplicates: {
      exact:
        rows - (isSingle ? fields[0].distinct : await countDistinct(database, relation, texts)),
      normalized:
        rows -
        (isSingle
          ? fields[0].distinctNormalized
          : await countDistinct(database, relation, texts.map(normalizedSql))),
    },
    figures: await describeFigures(part, database),
  };
}

/** Rows a group; the hash stands for the group. */
async function describeGroups({ relation }: StatsPart, database: Database): Promise<Distribution> {
  const counts = await database.rows(
    `SELECT size::DOUBLE, count(*)::DOUBLE FROM (SELECT count(*) AS size FROM ${relation} GROUP BY hash(grp)) GROUP BY size`,
  );
  return describeCounts(counts as unknown as ValueCounts);
}

async function describeOrigins(
  { relation }: StatsPart,
  { database, task }: PartPlace,
): Promise<OriginStats[]> {
  const rows = (await database.rows(
    `SELECT origin, count(*)::DOUBLE AS rows, count(label)::DOUBLE, avg(label), count(*) FILTER (${POSITIVE_SQL})::DOUBLE ` +
      `FROM ${relation} WHERE origin IS NOT NULL GROUP BY origin ORDER BY rows DESC, origin`,
  )) as [string, number, number, number | null, number][];
  return rows.map(([origin, numRows, labelled, mean, positives]) => ({
    origin,
    rows: numRows,
    labelled,
    ...(mean !== null && task?.kind !== 'classes'
      ? { meanLabel: labelOf(task, mean), positiveShare: positives / labelled }
      : {}),
  }));
}

async function describeFigures(
  { relation, figures }: StatsPart,
  database: Database,
): Promise<PartStats['figures']> {
  const described: PartStats['figures'] = {};
  for (const figure of figures) {
    // What was examined is a sum of chances: its distribution is of rounded values, its sum is not.
    const counts = await database.rows(
      `SELECT round("${figure}") AS value, count(*)::DOUBLE, sum("${figure}") FROM ${relation} WHERE "${figure}" IS NOT NULL GROUP BY value ORDER BY value`,
    );
    const triples = counts as [number, number, number][];
    const distribution = describeCounts(triples.map(([value, times]) => [value, times]));
    const sum = triples.reduce((total, [, , part]) => total + part, 0);
    described[figure] = { ...distribution, sum, mean: sum / Math.max(1, distribution.count) };
  }
  return described;
}
