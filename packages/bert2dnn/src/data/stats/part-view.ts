// A part of what `data stats` looks into: one relation of the engine with the same columns whatever the files are.
import { type Database, sqlName, sqlPath } from '../duckdb.js';
import type { Task } from '../example-columns.js';

/** Columns with figures that a part may have. */
export const FIGURE_COLUMNS = ['count', 'clicks', 'purchases', 'examined'] as const;
export type FigureColumn = (typeof FIGURE_COLUMNS)[number];

/** A part as a relation: `f0`, `f1`, ... texts, `label`, `grp`, `origin`, the figures and `pick`, a random order. */
export interface StatsPart {
  name: string;
  /** SQL name of the view or table. An absent text is ''; an absent column is NULL throughout. */
  relation: string;
  files: string[];
  fields: string[];
  hasLabel: boolean;
  hasGroup: boolean;
  figures: FigureColumn[];
}

/** What is looked into. */
export interface StatsSource {
  kind: 'prepared' | 'files';
  fields: string[];
  /** What the labels mean; absent where there are none. */
  task?: Task;
  parts: StatsPart[];
  /** A prepared folder's manifest. */
  manifest?: Readonly<Record<string, unknown>>;
}

/** Where the relations are made, and the seed of `pick`. */
export interface RelationPlace {
  database: Database;
  seed: number;
}

/** Files and which of their columns are what. */
export interface ViewSource {
  name: string;
  files: string[];
  fields: string[];
  /** Columns of the fields. */
  texts: string[];
  /** Label 0..1 or class index, as an expression. */
  label?: string;
  group?: string;
  origin?: string;
  figures: FigureColumn[];
}

/** Makes the relation of a part whose files are Parquet: a view that reads them where they are. */
export async function createPartView(
  source: ViewSource,
  { database, seed }: RelationPlace,
): Promise<StatsPart> {
  const { name, files, fields, texts, label, group, origin, figures } = source;
  const text = (column: string | undefined): string =>
    column === undefined
      ? 'CAST(NULL AS VARCHAR)'
      : `coalesce(CAST(${sqlName(column)} AS VARCHAR), '')`;
  const selected = [
    ...texts.map((column, index) => `${text(column)} AS f${index}`),
    `${label ?? 'CAST(NULL AS DOUBLE)'} AS label`,
    `${text(group)} AS grp`,
    `${text(origin)} AS origin`,
    ...FIGURE_COLUMNS.map((figure) =>
      figures.includes(figure)
        ? `CAST(${sqlName(figure)} AS DOUBLE) AS ${sqlName(figure)}`
        : `CAST(NULL AS DOUBLE) AS ${sqlName(figure)}`,
    ),
    `hash(parse_filename(filename), file_row_number, ${seed}) AS pick`,
  ];
  const relation = sqlName(`part ${name}`);
  await database.run(
    `CREATE TEMP VIEW ${relation} AS SELECT ${selected.join(', ')} FROM read_parquet(` +
      `[${files.map(sqlPath).join(', ')}], union_by_name = true, filename = true, file_row_number = true)`,
  );
  const hasLabel = label !== undefined;
  return { name, relation, files, fields, hasLabel, hasGroup: group !== undefined, figures };
}
