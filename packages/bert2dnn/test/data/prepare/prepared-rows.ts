// What a prepared folder holds, for tests: its rows as objects, its files by their hashes.
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readTable } from '../../../src/data/index.js';

/** A row of the transfer set. */
export interface TransferRow {
  query: string;
  title: string;
  /** NaN if it has none. */
  label: number;
  group: string;
  origin: string;
  count: number;
  /** NaN if it has none. */
  source: number;
}

/** The rows of `transfer/`, in order. */
export async function readTransfer(out: string): Promise<TransferRow[]> {
  const rows: TransferRow[] = [];
  const texts = ['query', 'title', 'group', 'origin'];
  const numbers = ['label', 'count', 'source'];
  for await (const batch of readTable(join(out, 'transfer'), { texts, numbers })) {
    for (let row = 0; row < batch.numRows; row++) {
      const [query, title, group, origin] = batch.texts.map((values) => values[row]);
      const [label, count, source] = batch.numbers.map((values) => values[row]);
      rows.push({ query, title, label, group, origin, count, source });
    }
  }
  return rows;
}

/** SHA-256 of every file of a folder, by path. */
export async function hashFolder(folder: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    const path = join(folder, name);
    if (!(await stat(path)).isFile()) continue;
    hashes[name] = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  }
  return hashes;
}
