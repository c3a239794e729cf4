// Figures of one field of a part: how long its texts are, how many different ones there are, their languages.
import type { Database } from '../duckdb.js';
import { type Distribution, describeCounts, type ValueCounts } from './distribution.js';
import { describeLanguages, type LanguageStats } from './languages.js';
import type { StatsPart } from './part-view.js';

/** Figures of a field. */
export interface FieldStats {
  field: string;
  /** Rows whose text is empty or white space. */
  empty: number;
  /** Unicode code points of a text. */
  characters: Distribution;
  /** Stretches without white space. */
  words: Distribution;
  /** Different texts, exactly compared. */
  distinct: number;
  /** Different texts up to case and white space. */
  distinctNormalized: number;
  /** Of a seeded sample. */
  languages: LanguageStats;
}

/** Where figures come from, and how many rows the languages are told from. */
export interface FieldPlace {
  database: Database;
  languageRows: number;
}

// Characters that separate words beside the blank: tab, newline, return, form feed, no-break space.
const WHITE = `chr(9) || chr(10) || chr(13) || chr(12) || chr(160)`;

/** SQL of a text in lower case, with white space as single blanks and none at the ends. */
export function normalizedSql(text: string): string {
  const blanks = `trim(translate(${text}, ${WHITE}, '     '))`;
  // The regular expression is slow; few texts need it.
  return `lower(CASE WHEN contains(${blanks}, '  ') THEN regexp_replace(${blanks}, ' +', ' ', 'g') ELSE ${blanks} END)`;
}

/** SQL of the number of words of a text. */
function wordsSql(text: string): string {
  return `len(list_filter(string_split(translate(${text}, ${WHITE}, '     '), ' '), lambda word: word <> ''))`;
}

/** Different rows of a query; counted by a 64-bit hash, so that any number of texts fits on disk. */
export async function countDistinct(
  database: Database,
  relation: string,
  expressions: readonly string[],
): Promise<number> {
  const [[count]] = await database.rows(
    `SELECT count(*)::DOUBLE FROM (SELECT hash(${expressions.join(', ')}) AS h FROM ${relation} GROUP BY h)`,
  );
  return Number(count);
}

/** Figures of all fields of a part. */
export async function describeFields(part: StatsPart, place: FieldPlace): Promise<FieldStats[]> {
  const samples = await sampleTexts(part, place);
  const fields: FieldStats[] = [];
  for (const [index, field] of part.fields.entries()) {
    fields.push({ field, ...(await describeField(part, index, place)), ...samples[index] });
  }
  return fields;
}

async function describeField(
  { relation }: StatsPart,
  index: number,
  { database }: FieldPlace,
): Promise<Omit<FieldStats, 'field' | 'languages'>> {
  const text = `f${index}`;
  const counted = await database.rows(
    `SELECT length(${text})::DOUBLE, ${wordsSql(text)}::DOUBLE, count(*)::DOUBLE FROM ${relation} GROUP BY ALL`,
  );
  const triples = counted as [number, number, number][];
  const words = sumByValue(triples.map(([, numWords, count]) => [numWords, count]));
  return {
    empty: words.find(([numWords]) => numWords === 0)?.[1] ?? 0,
    characters: describeCounts(sumByValue(triples.map(([length, , count]) => [length, count]))),
    words: describeCounts(words),
    distinct: await countDistinct(database, relation, [text]),
    distinctNormalized: await countDistinct(database, relation, [normalizedSql(text)]),
  };
}

function sumByValue(counts: ValueCounts): ValueCounts {
  const sums = new Map<number, number>();
  for (const [value, count] of counts) sums.set(value, (sums.get(value) ?? 0) + count);
  return [...sums];
}

/** Languages of the rows that come first in a random order: the same ones for the same files and seed. */
async function sampleTexts(
  { relation, fields }: StatsPart,
  { database, languageRows }: FieldPlace,
): Promise<{ languages: LanguageStats }[]> {
  const names = fields.map((_, index) => `f${index}`);
  const rows = (await database.rows(
    `SELECT ${names.join(', ')} FROM ${relation} ORDER BY pick LIMIT ${languageRows}`,
  )) as string[][];
  return fields.map((_, index) => ({
    languages: describeLanguages(rows.map((row) => row[index])),
  }));
}
