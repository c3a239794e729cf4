// Folders as `prepare` writes them, with rows that a test chooses, and the manifest that lists their files.
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ParquetColumn, type ParquetValues, writeParquet } from '../../../src/data/index.js';

/** A row of a part; NaN is no label. */
export interface MadeRow {
  query: string;
  title: string;
  label: number;
  group: string;
  origin: string;
  count: number;
}

/** Writes rows as a part's file, with the columns of today. */
export async function writePart(folder: string, file: string, rows: readonly MadeRow[]) {
  const path = join(folder, file);
  await mkdir(dirname(path), { recursive: true });
  const types = { query: 'VARCHAR', title: 'VARCHAR', label: 'DOUBLE', group: 'VARCHAR' } as const;
  const columns = { ...types, origin: 'VARCHAR', count: 'INTEGER' } as const;
  await writeParquet(
    path,
    Object.entries(columns).map(([name, type]): ParquetColumn & { values: ParquetValues } => ({
      name,
      type,
      values: rows.map((row) => row[name as keyof MadeRow]) as ParquetValues,
    })),
  );
  return { file, rows: rows.length };
}

/** Writes the manifest; with `files` each with its bytes and digest, as version 2 does. */
export async function writeManifest(
  folder: string,
  task: unknown,
  files?: readonly { file: string; rows: number }[],
) {
  const listed = [];
  for (const { file, rows } of files ?? []) {
    const bytes = await readFile(join(folder, file));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    listed.push({ file, rows, bytes: bytes.length, sha256 });
  }
  const head = { format: 'bert2dnn-examples', fields: ['query', 'title'], task };
  const manifest =
    files === undefined ? { ...head, version: 1 } : { ...head, version: 2, files: listed };
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
}
