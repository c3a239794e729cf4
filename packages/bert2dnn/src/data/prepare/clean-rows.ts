// Staged rows to clean ones. Most rows of a shop are clean already, and SQL can tell: only the others pass through
// JavaScript, where texts are normalised and personal data is found.
import { join } from 'node:path';
import { type Database, sqlFiles, sqlName, sqlPath, sqlText } from '../duckdb.js';
import { type CleaningOptions, createCleaner, UNCLEAN_PATTERN } from '../text/clean-text.js';
import { findPersonalData, PERSONAL_PATTERN } from '../text/personal-data.js';
import { PiecedParquet } from './pieced-parquet.js';

/** What is cleaned. */
export interface CleanOptions {
  /** Of an engine in which order does not matter. */
  database: Database;
  /** Behind FROM: the text columns, `numbers`, and whatever `where` names. */
  relation: string;
  /** Columns of texts to clean. */
  texts: readonly string[];
  /** BIGINT columns that go along, `weight` among them. */
  numbers: readonly string[];
  /** The column in which a row must not hold personal data. */
  personal?: string;
  /** Texts that are joined by spaces, in lower case, to the key of what must not be split: the query, or the whole text. */
  key: readonly string[];
  cleaning: CleaningOptions;
  folder: string;
}

/** What was found; survives JSON. */
export interface CleanFigures {
  /** Rows with personal data, by its kind, each counted by its `weight`; they are left out. */
  personal: Record<string, number>;
}

const ROWS_FILE = 'rows.parquet';

/** Writes the rows into `folder`. Read them by `cleanedRelation`. Their order is not kept. */
export async function cleanRows(options: CleanOptions): Promise<CleanFigures> {
  const { database, relation, texts, numbers, folder } = options;
  const selected = [
    ...texts.map(sqlName),
    ...numbers.map((name) => `CAST(${sqlName(name)} AS BIGINT) AS ${sqlName(name)}`),
    `${keySql(options.key)} AS key`,
    `(${uncleanCondition(options)}) AS is_unclean`,
  ];
  await database.run(
    `COPY (SELECT ${selected.join(', ')} FROM ${relation}) ` +
      `TO ${sqlText(join(folder, ROWS_FILE))} (FORMAT parquet, COMPRESSION snappy)`,
  );
  return cleanOthers(options);
}

/** Behind FROM: the columns of `cleanRows`, and `key`. */
export function cleanedRelation(folder: string): string {
  const clean = `SELECT * EXCLUDE (is_unclean) FROM read_parquet(${sqlPath(join(folder, ROWS_FILE))}) WHERE NOT is_unclean`;
  return `(${clean} UNION ALL SELECT * FROM read_parquet(${sqlFiles(folder, 'cleaned-*.parquet')}))`;
}

function uncleanCondition({ texts, personal }: CleanOptions): string {
  const conditions = texts.map(
    (name) => `regexp_matches(${sqlName(name)}, ${sqlText(UNCLEAN_PATTERN)})`,
  );
  if (personal !== undefined) {
    conditions.push(`regexp_matches(${sqlName(personal)}, ${sqlText(PERSONAL_PATTERN)})`);
  }
  return conditions.join(' OR ');
}

function keySql(key: readonly string[]): string {
  return `lower(concat_ws(' ', ${key.map(sqlName).join(', ')}))`;
}

async function cleanOthers(options: CleanOptions): Promise<CleanFigures> {
  const { database, texts, numbers, folder } = options;
  const cleanBatch = batchCleaner(options);
  const figures: CleanFigures = { personal: {} };
  const out = new PiecedParquet(folder, 'cleaned', [
    ...texts.map((name) => ({ name, type: 'VARCHAR' as const })),
    ...numbers.map((name) => ({ name, type: 'BIGINT' as const })),
    { name: 'key', type: 'VARCHAR' },
  ]);
  const selected = [
    ...texts.map(sqlName),
    ...numbers.map((name) => `CAST(${sqlName(name)} AS DOUBLE)`),
  ];
  const kinds = [...texts.map(() => 'text' as const), ...numbers.map(() => 'number' as const)];
  try {
    const rows = `read_parquet(${sqlPath(join(folder, ROWS_FILE))})`;
    const sql = `SELECT ${selected.join(', ')} FROM ${rows} WHERE is_unclean`;
    for await (const columns of database.stream(sql, kinds)) {
      const rowTexts = columns.slice(0, texts.length) as string[][];
      const rowNumbers = columns.slice(texts.length) as Float64Array[];
      await out.append(cleanBatch(rowTexts, rowNumbers, figures));
    }
    await out.close();
  } finally {
    out.abort();
  }
  return figures;
}

/** Cleans the texts of a batch in place and gives the columns of the rows that stay: texts, numbers, key. */
function batchCleaner({ texts, numbers, personal, key, cleaning }: CleanOptions) {
  const clean = createCleaner(cleaning);
  const keyPlaces = key.map((name) => texts.indexOf(name));
  const personalPlace = personal === undefined ? -1 : texts.indexOf(personal);
  const weightPlace = numbers.indexOf('weight');
  return (rowTexts: string[][], rowNumbers: Float64Array[], figures: CleanFigures) => {
    const kept: number[] = [];
    for (let row = 0; row < rowTexts[0].length; row++) {
      for (const column of rowTexts) column[row] = clean(column[row]);
      const found = personalPlace < 0 ? undefined : findPersonalData(rowTexts[personalPlace][row]);
      if (found === undefined) kept.push(row);
      else {
        figures.personal[found] = (figures.personal[found] ?? 0) + rowNumbers[weightPlace][row];
      }
    }
    const keyOf = (row: number): string =>
      keyPlaces
        .map((place) => rowTexts[place][row])
        .join(' ')
        .toLowerCase();
    return [
      ...rowTexts.map((column) => kept.map((row) => column[row])),
      ...rowNumbers.map((column) => kept.map((row) => column[row])),
      kept.map(keyOf),
    ];
  };
}
