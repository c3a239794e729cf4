// Whether a folder holds what its manifest says: files, bytes, rows and SHA-256. Says what disagrees, changes nothing.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readParquetHeader } from '../parquet-reader.js';
import type { StatsPart } from './part-view.js';
import { nameInFolder } from './prepared-parts.js';

/** One disagreement; `got` and `expected` are numbers, digests, or `absent`. */
export interface IntegrityProblem {
  file: string;
  what: 'file' | 'bytes' | 'rows' | 'sha256';
  got: string | number;
  expected: string | number;
}

/** What was compared. */
export interface IntegrityStats {
  /** Files that the manifest names. */
  files: number;
  problems: IntegrityProblem[];
}

interface ListedFile {
  file: string;
  rows?: number;
  bytes?: number;
  sha256?: string;
}

/** Compares a folder with its manifest; `undefined` if that lists no files, as the first version's. */
export async function checkIntegrity(
  folder: string,
  manifest: Readonly<Record<string, unknown>>,
  parts: readonly StatsPart[],
): Promise<IntegrityStats | undefined> {
  const listed = manifest['files'];
  if (!Array.isArray(listed)) return undefined;
  const files = listed as ListedFile[];
  const problems: IntegrityProblem[] = [];
  for (const entry of files) problems.push(...(await checkFile(folder, entry)));
  const known = new Set(files.map(({ file }) => file));
  for (const part of parts) {
    for (const path of part.files) {
      const file = nameInFolder(part.name, path);
      if (!known.has(file)) {
        problems.push({ file, what: 'file', got: 'present', expected: 'absent' });
      }
    }
  }
  return { files: files.length, problems };
}

async function checkFile(folder: string, entry: ListedFile): Promise<IntegrityProblem[]> {
  const { file } = entry;
  const path = join(folder, file);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return [{ file, what: 'file', got: 'absent', expected: 'present' }];
  const problems: IntegrityProblem[] = [];
  const compare = (
    what: 'bytes' | 'rows' | 'sha256',
    got: string | number,
    expected: string | number | undefined,
  ): void => {
    if (expected !== undefined && got !== expected) problems.push({ file, what, got, expected });
  };
  compare('bytes', found.size, entry.bytes);
  if (file.endsWith('.parquet'))
    compare('rows', (await readParquetHeader(path)).numRows, entry.rows);
  compare('sha256', await digestFile(path), entry.sha256);
  return problems;
}

async function digestFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}
