// The keys of a shop's rows that are held out, as a table for SQL: each distinct query is looked at once.
import { type Database, sqlFiles } from '../duckdb.js';
import type { HeldOut } from './held-out.js';
import { PiecedParquet } from './pieced-parquet.js';

/**
 * Writes the held-out keys among those of `relations`; read them by `bannedRelation`.
 * @param options.relations each behind FROM, with a column `key`
 * @param options.areQueries whether keys are queries; whole texts are looked at once a row
 */
export async function findBannedKeys(
  database: Database,
  options: { relations: readonly string[]; areQueries: boolean; heldOut: HeldOut; folder: string },
): Promise<void> {
  const out = new PiecedParquet(options.folder, 'banned', [
    { name: 'key', type: 'VARCHAR' },
    { name: 'is_near', type: 'INTEGER' },
  ]);
  try {
    if (options.relations.length > 0 && !options.heldOut.isEmpty) {
      const keys = options.relations.map((relation) => `SELECT key FROM ${relation}`);
      // Queries come again and again. Texts hardly do, and a table of all of them would not stay in memory.
      const distinct = options.areQueries ? 'DISTINCT' : '';
      const sql = `SELECT ${distinct} key FROM (${keys.join(' UNION ALL ')})`;
      for await (const [column] of database.stream(sql, ['text'])) {
        const found: { key: string; isNear: number }[] = [];
        for (const key of column as string[]) {
          const reason = options.heldOut.find(key);
          if (reason === undefined) continue;
          found.push({ key, isNear: reason === 'near' ? 1 : 0 });
        }
        await out.append([found.map(({ key }) => key), found.map(({ isNear }) => isNear)]);
      }
    }
    await out.close();
  } finally {
    out.abort();
  }
}

/** Behind FROM: `key` and `is_near`. */
export function bannedRelation(folder: string): string {
  return `read_parquet(${sqlFiles(folder, 'banned-*.parquet')})`;
}
