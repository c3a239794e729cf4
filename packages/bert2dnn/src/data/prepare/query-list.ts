// The queries of a shop, each once, with how often they came: real ones, and pseudo-queries cut from items.
import { join } from 'node:path';
import { createRandom, shuffle } from '../../foundation/random.js';
import { type Database, sqlFiles, sqlName, sqlPath, sqlText } from '../duckdb.js';
import { cutPseudoQueries, type PseudoQuery } from '../mining/pseudo-queries.js';
import { readTable, type TableBatch } from '../table.js';
import { orderHashSql } from './buckets.js';
import type { HeldOut } from './held-out.js';
import { PiecedParquet } from './pieced-parquet.js';
import type { SerialEngines } from './serial-engines.js';

/** Where a query came from, real ones first. */
export const QUERY_ORIGINS = [
  'labelled',
  'log',
  'queries',
  'title',
  'category',
  'brand',
  'attribute',
] as const;
export type QueryOrigin = (typeof QUERY_ORIGINS)[number];
const NUM_REAL = 3;

/** A relation of real queries. */
export interface QuerySource {
  origin: 'labelled' | 'log' | 'queries';
  /** Behind FROM: the query's column, `key`, `weight` and `source`. */
  relation: string;
  /** Name of the query's column. */
  query: string;
}

/** Options of `listRealQueries`. */
export interface RealQueryOptions {
  sources: readonly QuerySource[];
  /** Behind FROM: `key` of those that are held out. */
  banned: string;
  folder: string;
}

const REAL_FILE = 'real.parquet';
const QUERIES_FILE = 'queries.parquet';

/**
 * Writes the real queries that are not held out: `query` (its first spelling), `key`, `origin`, `count`, `source`.
 * Labelled ones first, then the log's, then those of files; within an origin the most frequent first.
 */
export async function listRealQueries(
  database: Database,
  engines: SerialEngines,
  options: RealQueryOptions,
): Promise<{ numQueries: number; heldOut: number }> {
  const { folder } = options;
  const selects = options.sources.map(({ origin, relation, query }) => {
    const rank = QUERY_ORIGINS.indexOf(origin);
    return (
      `SELECT ${sqlName(query)} AS query, key, weight::BIGINT AS weight, ` +
      `((${rank}::BIGINT << 50) | source::BIGINT) AS place FROM ${relation} WHERE key <> ''`
    );
  });
  const distinct = join(folder, 'distinct');
  await database.run(
    'COPY (SELECT arg_min(query, place) AS query, key, sum(weight)::BIGINT AS count, min(place) AS place ' +
      `FROM (${selects.join(' UNION ALL ')}) GROUP BY key) ` +
      `TO ${sqlText(distinct)} (FORMAT parquet, COMPRESSION snappy, PER_THREAD_OUTPUT)`,
  );
  const all = `read_parquet(${sqlFiles(distinct, '*.parquet')})`;
  const path = join(folder, REAL_FILE);
  await engines.first.run(
    `COPY (SELECT query, key, (place >> 50)::TINYINT AS origin_index, count, place & ((1::BIGINT << 50) - 1) AS source ` +
      `FROM ${all} ANTI JOIN (SELECT key FROM ${options.banned}) USING (key) ` +
      `ORDER BY origin_index, count DESC, key) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION snappy)`,
  );
  const [[numAll, numQueries]] = await database.rows(
    `SELECT (SELECT count(*)::DOUBLE FROM ${all}), (SELECT count(*)::DOUBLE FROM read_parquet(${sqlPath(path)}))`,
  );
  return { numQueries: Number(numQueries), heldOut: Number(numAll) - Number(numQueries) };
}

/** Items and choices of `cutQueries`. */
export interface PseudoQueryOptions {
  /** File of the items: `title`, `brand`, `category` and attributes by their columns. */
  items: string;
  columns: { title: string; brand?: string; category?: string; attributes: readonly string[] };
  numItems: number;
  /** Pseudo-queries wanted. */
  count: number;
  heldOut: HeldOut;
  seed: number;
  folder: string;
}

/** More are cut than wanted: many items share a category or a brand, and some cuts are real queries or held out. */
const SURPLUS = 3;

/** Cuts pseudo-queries from items, about as many from each: `query`, `key`, `origin_index`, `source` (the item). */
export async function cutQueries(options: PseudoQueryOptions): Promise<void> {
  const out = new PiecedParquet(options.folder, 'cut', [
    { name: 'query', type: 'VARCHAR' },
    { name: 'key', type: 'VARCHAR' },
    { name: 'origin_index', type: 'INTEGER' },
    { name: 'source', type: 'BIGINT' },
  ]);
  const { title, brand, category, attributes } = options.columns;
  const optional = [brand, category].filter((name) => name !== undefined);
  const texts = [title, ...optional, ...attributes];
  try {
    if (options.count > 0) {
      for await (const batch of readTable(options.items, { texts })) {
        const cuts = cutBatch(batch, texts, options);
        await out.append([
          cuts.map(({ query }) => query),
          cuts.map(({ query }) => query.toLowerCase()),
          cuts.map(({ origin }) => QUERY_ORIGINS.indexOf(origin)),
          cuts.map(({ source }) => source),
        ]);
      }
    }
    await out.close();
  } finally {
    out.abort();
  }
}

/** What an item gives depends on the seed and its place alone. */
function cutBatch(
  batch: TableBatch,
  texts: readonly string[],
  { columns, count, numItems, heldOut, seed }: PseudoQueryOptions,
): (PseudoQuery & { source: number })[] {
  const perItem = (SURPLUS * count) / Math.max(1, numItems);
  const found: (PseudoQuery & { source: number })[] = [];
  for (let row = 0; row < batch.numRows; row++) {
    const textOf = (name: string): string => batch.texts[texts.indexOf(name)][row];
    const source = batch.start + row;
    const random = createRandom(seed, `pseudo:${source}`);
    const wanted = Math.floor(perItem + random.next());
    if (wanted === 0) continue;
    const { title, brand, category, attributes } = columns;
    const item = {
      title: textOf(title),
      brand: brand && textOf(brand),
      category: category && textOf(category),
      attributes: attributes.map(textOf),
    };
    const cuts = cutPseudoQueries(item, random);
    // They come title first: where few are wanted, categories, brands and attributes must have their turn too.
    shuffle(cuts, random);
    for (const cut of cuts.slice(0, wanted)) {
      if (heldOut.find(cut.query.toLowerCase()) === undefined) found.push({ ...cut, source });
    }
  }
  return found;
}

/**
 * Writes the whole list: `position` (0, 1, ...), `query`, `key`, `origin`, `count`, `source` (a row of the origin's
 * input; the item of a pseudo-query). Real ones in their order, then `count` pseudo-queries in random order.
 */
export async function joinQueries(
  engines: SerialEngines,
  options: { real: string; cut: string; count: number; seed: number; folder: string },
): Promise<{ real: number; pseudo: number }> {
  const real = `read_parquet(${sqlPath(join(options.real, REAL_FILE))})`;
  const cut = `read_parquet(${sqlFiles(options.cut, 'cut-*.parquet')})`;
  const names = QUERY_ORIGINS.map((origin) => sqlText(origin)).join(', ');
  const path = queriesPath(options.folder);
  const place = '((origin_index::BIGINT << 50) | source)';
  await engines.first.run(
    'COPY (SELECT (row_number() OVER (ORDER BY class, place) - 1)::BIGINT AS position, query, key, ' +
      `[${names}][origin_index + 1] AS origin, count, source FROM (` +
      `SELECT query, key, origin_index::INTEGER AS origin_index, count, source, 0 AS class, row_number() OVER () AS place FROM ${real} ` +
      'UNION ALL SELECT query, key, origin_index, 0::BIGINT AS count, source, 1 AS class, row_number() OVER (ORDER BY h, key) AS place FROM (' +
      `SELECT arg_min(query, ${place}) AS query, key, arg_min(origin_index, ${place}) AS origin_index, arg_min(source, ${place}) AS source, ` +
      `${orderHashSql(options.seed, ['key'])} AS h FROM ${cut} ANTI JOIN ${real} AS known USING (key) WHERE key <> '' GROUP BY key ` +
      `ORDER BY h, key LIMIT ${options.count})) ORDER BY class, place) ` +
      `TO ${sqlText(path)} (FORMAT parquet, COMPRESSION snappy)`,
  );
  const [[numReal, numPseudo]] = await engines.first.rows(
    `SELECT count(*) FILTER (source >= 0 AND list_position([${names}], origin) <= ${NUM_REAL})::DOUBLE, ` +
      `count(*) FILTER (list_position([${names}], origin) > ${NUM_REAL})::DOUBLE FROM read_parquet(${sqlPath(path)})`,
  );
  return { real: Number(numReal), pseudo: Number(numPseudo) };
}

/** The file of the list. */
export function queriesPath(folder: string): string {
  return join(folder, QUERIES_FILE);
}
