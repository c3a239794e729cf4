// Mined pairs as rows: which item was found for which query is kept in pieces, so that a killed run goes on behind the
// last one; SQL puts the texts in their place.
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '../../foundation/progress.js';
import { sqlFiles, sqlName, sqlPath } from '../duckdb.js';
import { minePairs } from '../mining/mine-pairs.js';
import type { MiningShares } from '../mining/mining-shares.js';
import { ParquetWriter } from '../parquet-writer.js';
import { readTable } from '../table.js';

/** Options of `mineRows`. */
export interface MineOptions {
  /** File of the items and its columns. */
  items: string;
  itemFields: readonly string[];
  category: string | undefined;
  /** File of the queries, in order. */
  queries: string;
  numQueries: number;
  pairsPerQuery: number;
  shares: MiningShares;
  seed: number;
  threads: number;
  progress: Progress;
  /** Keeps finished pieces: it outlives a killed run. */
  folder: string;
}

/** Mines pairs for every query into `folder`. */
export async function mineRows(options: MineOptions): Promise<void> {
  const { folder, progress } = options;
  const task = progress.start('mine', options.numQueries, 'queries');
  const pieces = (await readdir(folder)).filter((name) => /^pairs-\d+\.parquet$/.test(name));
  await minePairs({
    items: readItems(options),
    queries: readQueries(options.queries),
    pairsPerQuery: options.pairsPerQuery,
    shares: options.shares,
    seed: options.seed,
    threads: options.threads,
    workFolder: join(folder, 'blocks'),
    firstPiece: pieces.length,
    onPiece: async ({ index, queries, items, origins, numQueries }) => {
      const path = join(folder, `pairs-${String(index).padStart(6, '0')}.parquet`);
      const writer = await ParquetWriter.create(`${path}.tmp.parquet`, [
        { name: 'position', type: 'BIGINT' },
        { name: 'item', type: 'BIGINT' },
        { name: 'origin_index', type: 'INTEGER' },
      ]);
      await writer.appendBatch([queries, items, origins]);
      await writer.close();
      await rename(`${path}.tmp.parquet`, path);
      task.advance(numQueries);
    },
  });
  task.done();
}

async function* readItems({ items, itemFields, category }: MineOptions) {
  const texts = category === undefined ? itemFields : [...itemFields, category];
  for await (const batch of readTable(items, { texts })) {
    const fields = batch.texts.slice(0, itemFields.length);
    yield {
      texts: fields[0].map((_, row) => fields.map((values) => values[row]).join(' ')),
      categories: category === undefined ? fields[0].map(() => '') : batch.texts[itemFields.length],
    };
  }
}

async function* readQueries(path: string) {
  for await (const batch of readTable(path, { texts: ['query'] })) yield batch.texts[0];
}

/** What `sprayMade` selects from: the pairs with their texts. */
export function minedSelect(options: {
  folder: string;
  items: string;
  queries: string;
  /** Field columns, the query's among them. */
  fields: readonly string[];
  query: string;
}): string {
  const columns = options.fields.map((name) =>
    name === options.query ? `queries.query AS ${sqlName(name)}` : `items.${sqlName(name)}`,
  );
  return (
    `SELECT ${columns.join(', ')}, queries.key AS grp, pairs.origin_index, items.source ` +
    `FROM read_parquet(${sqlFiles(options.folder, 'pairs-*.parquet')}) AS pairs ` +
    `JOIN read_parquet(${sqlPath(options.queries)}) AS queries USING (position) ` +
    `JOIN read_parquet(${sqlPath(options.items)}) AS items USING (item)`
  );
}
