// Writes a table that is streamed by columns: CSV, TSV, JSON lines (each also .gz) or Parquet, by the file's extension.
// The file appears whole or not at all.

import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type FileFormat, formatOf } from '../data/inputs.js';
import { ParquetWriter } from '../data/parquet-writer.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { writeAtomically } from '../foundation/files.js';

/** A column to write. A number that is NaN is an absent value: an empty cell, null or NULL. */
export interface WrittenColumn {
  name: string;
  type: 'text' | 'number';
}

/** Values of one column for some rows. */
export type WrittenValues = ArrayLike<string> | ArrayLike<number>;

/**
 * The format to write by the name of the file.
 * @throws Bert2dnnError USAGE for a name that says none, or a compression that cannot be written.
 */
export function writtenFormat(path: string): { format: FileFormat; gzip: boolean } {
  const known = formatOf(path);
  if (known === undefined || known.compression === 'zstd') {
    throw new Bert2dnnError('USAGE', `--out ${path}: cannot write this kind of file`, {
      hint: 'End it in .csv, .tsv, .jsonl (each also with .gz) or .parquet.',
    });
  }
  return { format: known.format, gzip: known.compression === 'gzip' };
}

/**
 * Writes batches (values by column, in the order of `columns`) to `path`.
 * @throws Bert2dnnError USAGE for an unknown extension, DISK_FULL, WRITE_FAILED; whatever `batches` throws.
 */
export async function writeTable(
  path: string,
  columns: readonly WrittenColumn[],
  batches: AsyncIterable<readonly WrittenValues[]>,
): Promise<void> {
  const { format, gzip } = writtenFormat(path);
  if (format === 'parquet') await writeParquetTable(path, columns, batches);
  else await writeText(path, formatBatches(format, columns, batches), gzip);
}

/** Writes pieces of text to `path`, whole or not at all. @throws as `writeTable`. */
export async function writeText(
  path: string,
  pieces: AsyncIterable<string>,
  gzip: boolean,
): Promise<void> {
  await writeAtomically(path, async (temporaryPath) => {
    const file = createWriteStream(temporaryPath);
    if (gzip) await pipeline(Readable.from(pieces), createGzip(), file);
    else await pipeline(Readable.from(pieces), file);
  });
}

async function writeParquetTable(
  path: string,
  columns: readonly WrittenColumn[],
  batches: AsyncIterable<readonly WrittenValues[]>,
): Promise<void> {
  const writer = await ParquetWriter.create(
    path,
    columns.map(({ name, type }) => ({ name, type: type === 'text' ? 'VARCHAR' : 'DOUBLE' })),
  );
  try {
    for await (const batch of batches) await writer.appendBatch(batch);
    await writer.close();
  } finally {
    writer.abort();
  }
}

async function* formatBatches(
  format: Exclude<FileFormat, 'parquet'>,
  columns: readonly WrittenColumn[],
  batches: AsyncIterable<readonly WrittenValues[]>,
): AsyncGenerator<string> {
  const names = columns.map((column) => column.name);
  if (format !== 'jsonl') yield formatCells(format, names);
  for await (const batch of batches) {
    const lines: string[] = [];
    for (let row = 0; row < batch[0].length; row++) {
      const cells = batch.map((values) => values[row]);
      lines.push(format === 'jsonl' ? formatObject(names, cells) : formatCells(format, cells));
    }
    yield lines.join('');
  }
}

function formatCells(format: 'csv' | 'tsv', cells: readonly (string | number)[]): string {
  const texts = cells.map((cell) => {
    if (typeof cell === 'number') return Number.isNaN(cell) ? '' : String(cell);
    // TSV has no quoting, so what would break a cell becomes a space.
    if (format === 'tsv') return cell.replace(/[\t\r\n]+/g, ' ');
    return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  });
  const isBlank = texts.length === 1 && texts[0] === '' && format === 'csv';
  return `${isBlank ? '""' : texts.join(format === 'csv' ? ',' : '\t')}\n`;
}

function formatObject(names: readonly string[], cells: readonly (string | number)[]): string {
  // JSON.stringify turns a NaN into null.
  return `${JSON.stringify(Object.fromEntries(names.map((name, index) => [name, cells[index]])))}\n`;
}
