// Input files of any format as Parquet that DuckDB reads in parallel, row for row: the door to work on millions of rows.
// Text files go through DuckDB's parser where that is sure to read them as ours does, else through ours.
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Bert2dnnError } from '../../foundation/errors.js';
import { describeWriteError } from '../../foundation/files.js';
import type { BadRows } from '../bad-rows.js';
import { readBytes } from '../byte-stream.js';
import { type Database, sqlFiles, sqlName, sqlPath, sqlText } from '../duckdb.js';
import { listInputFiles } from '../inputs.js';
import { describeParquetError } from '../parquet-reader.js';
import { openTableFile, readTableRows, requireColumn, type TableFile } from '../table-file.js';
import { findParserSigns } from './parser-signs.js';
import { PiecedParquet } from './pieced-parquet.js';

/** A staged file; survives JSON. */
export interface StagedFile {
  path: string;
  numRows: number;
  /** Whether the file is read where it is, or was written as one Parquet file, or by our parser as several. */
  form: 'in-place' | 'rows' | 'pieces';
}

/** What is staged, and how. */
export interface StageOptions {
  /** Of an engine that keeps the order of rows. */
  database: Database;
  /** Name in the relation -> column of the files. */
  columns: Record<string, string>;
  badRows: BadRows;
  /** A longer text is a bad row. */
  maxTextCharacters: number;
  /** Where the Parquet files go. */
  folder: string;
}

const ROWS_FILE = 'rows.parquet';

/**
 * Stages files: text files are written as Parquet into `folder`, Parquet files are read where they are.
 * @throws Bert2dnnError as the readers do, with file and line.
 */
export async function stageFiles(
  inputs: readonly string[],
  options: StageOptions,
): Promise<StagedFile[]> {
  const files: StagedFile[] = [];
  for (const path of await listInputFiles(inputs)) {
    const file = await openTableFile(path);
    for (const column of Object.values(options.columns)) requireColumn(file, column);
    const folder = folderOf(options.folder, files.length);
    files.push(await stageFile(file, { ...options, folder }));
  }
  return files;
}

/**
 * What stands behind FROM for staged files: a column of VARCHAR for each of `columns`, named as there (an absent value
 * is ''), and `source` BIGINT, the row number counted from 0 through all files.
 */
export function stagedRelation(
  folder: string,
  files: readonly StagedFile[],
  columns: Record<string, string>,
): string {
  let start = 0;
  const parts = files.map((file, index) => {
    const select = selectOf(file, folderOf(folder, index), columns);
    const names = Object.keys(columns).map(sqlName).join(', ');
    const part = `SELECT ${names}, source + ${start} AS source FROM (${select})`;
    start += file.numRows;
    return part;
  });
  return `(${parts.join(' UNION ALL ')})`;
}

function folderOf(folder: string, index: number): string {
  return join(folder, String(index).padStart(5, '0'));
}

function selectOf(file: StagedFile, folder: string, columns: Record<string, string>): string {
  if (file.form === 'pieces') {
    return `SELECT * FROM read_parquet(${sqlFiles(folder, 'piece-*.parquet')})`;
  }
  const isInPlace = file.form === 'in-place';
  const selected = Object.entries(columns).map(([name, column]) =>
    isInPlace
      ? `coalesce(CAST(${sqlName(column)} AS VARCHAR), '') AS ${sqlName(name)}`
      : sqlName(name),
  );
  const path = sqlPath(isInPlace ? resolve(file.path) : join(folder, ROWS_FILE));
  return `SELECT ${selected.join(', ')}, file_row_number AS source FROM read_parquet(${path}, file_row_number = true)`;
}

async function stageFile(file: TableFile, options: StageOptions): Promise<StagedFile> {
  const staged =
    file.format === 'parquet'
      ? await useInPlace(file, options)
      : await parseByEngine(file, options);
  return staged ?? parseByOurs(file, options);
}

/** A Parquet file as it is. It is read once: what is broken in it shows here. */
async function useInPlace(file: TableFile, options: StageOptions): Promise<StagedFile | undefined> {
  const { path } = file;
  const staged: StagedFile = { path, numRows: file.numRows as number, form: 'in-place' };
  try {
    const isLong = await hasLongText(selectOf(staged, '', options.columns), options);
    return isLong || staged.numRows === 0 ? undefined : staged;
  } catch (error) {
    throw describeParquetError(path, error);
  }
}

/** Whether a text may be longer than the limit: its bytes are counted, of which no character has fewer than one. */
async function hasLongText(
  select: string,
  { database, columns, maxTextCharacters }: StageOptions,
): Promise<boolean> {
  const lengths = Object.keys(columns).map((name) => `strlen(${sqlName(name)})`);
  const [[longest]] = await database.rows(
    `SELECT max(greatest(${lengths.join(', ')}))::DOUBLE FROM (${select})`,
  );
  return Number(longest) > maxTextCharacters;
}

/**
 * DuckDB's parser: several threads, millions of rows a second. `undefined` where it fails or might read something
 * differently from ours: then ours decides, and says what is wrong and where.
 */
async function parseByEngine(
  file: TableFile,
  options: StageOptions,
): Promise<StagedFile | undefined> {
  if (file.format === 'jsonl') return undefined;
  await mkdir(options.folder, { recursive: true });
  const plain = await plainFile(file, options.folder);
  const out = join(options.folder, ROWS_FILE);
  try {
    const [separator] = delimitersOf(file);
    const signs = await findParserSigns(plain, separator);
    if (!signs.isPlain) return undefined;
    await options.database.run(
      `COPY (${selectParsed(file, plain, { columns: options.columns, hasOpen: signs.numOpenCells > 0 })}) TO ${sqlText(out)} (FORMAT parquet, COMPRESSION snappy)`,
    );
    const select = `SELECT * FROM read_parquet(${sqlPath(out)})`;
    const [[numRows, numOpen]] = await options.database.rows(
      `SELECT count(*)::DOUBLE, sum(num_open)::DOUBLE FROM (${select})`,
    );
    const isSame = Number(numRows) > 0 && numOpen === signs.numOpenCells;
    if (isSame && !(await hasLongText(select, options))) {
      return { path: file.path, numRows: Number(numRows), form: 'rows' };
    }
    await rm(out);
    return undefined;
  } catch (error) {
    await rm(out, { force: true });
    // A full disk is no matter of parsing.
    const described = describeWriteError(out, error);
    if (described instanceof Bert2dnnError && described.code === 'DISK_FULL') throw described;
    return undefined;
  } finally {
    if (plain !== file.path) await rm(plain, { force: true });
  }
}

/** The file itself, or its bytes decompressed: DuckDB takes a cut-off .gz for a whole one, ours refuses it. */
async function plainFile(file: TableFile, folder: string): Promise<string> {
  if (file.compression === 'none') return file.path;
  const path = join(folder, 'plain.txt');
  try {
    await pipeline(readBytes(file.path, file.compression), createWriteStream(path));
  } catch (error) {
    throw describeWriteError(path, error);
  }
  return path;
}

/** What DuckDB's parser gives: the columns, and `num_open`, the empty cells at the end of the row. */
function selectParsed(
  file: TableFile,
  path: string,
  { columns, hasOpen }: { columns: Record<string, string>; hasOpen: boolean },
): string {
  const selected = Object.entries(columns).map(
    ([name, column]) => `coalesce(c${file.columns.indexOf(column)}, '') AS ${sqlName(name)}`,
  );
  const numColumns = file.columns.length;
  const cases = Array.from(
    { length: numColumns - 1 },
    (_, numOpen) => `WHEN c${numColumns - 1 - numOpen} IS NOT NULL THEN ${numOpen}`,
  );
  // Counted only where there are any: it needs all columns.
  const numOpen =
    hasOpen && numColumns > 1 ? `CASE ${cases.join(' ')} ELSE ${numColumns - 1} END` : '0';
  // A blank line of a file with one column is a row to DuckDB and none to ours; an empty cell in quotes is no NULL.
  const filter = numColumns === 1 ? 'WHERE c0 IS NOT NULL' : '';
  return `SELECT ${selected.join(', ')}, ${numOpen} AS num_open FROM ${readerOf(file, path)} ${filter}`;
}

function delimitersOf({ format }: TableFile): [separator: ',' | '\t', quote: string] {
  return format === 'csv' ? [',', '"'] : ['\t', ''];
}

function readerOf(file: TableFile, path: string): string {
  const [separator, quote] = delimitersOf(file);
  const columns = file.columns.map((_, index) => `'c${index}': 'VARCHAR'`);
  return (
    `read_csv(${sqlPath(path)}, delim = '${separator}', quote = '${quote}', escape = '${quote}', comment = '', ` +
    'header = true, auto_detect = false, strict_mode = true, null_padding = false, allow_quoted_nulls = false, ' +
    `compression = 'none', columns = {${columns.join(', ')}})`
  );
}

/** Our parser: one thread, and every error has its line. */
async function parseByOurs(file: TableFile, options: StageOptions): Promise<StagedFile> {
  await mkdir(options.folder, { recursive: true });
  const names = Object.keys(options.columns);
  const wanted = Object.values(options.columns).map((name) => ({ name, kind: 'text' as const }));
  const { badRows, maxTextCharacters } = options;
  const pieces = new PiecedParquet(options.folder, 'piece', [
    ...names.map((name) => ({ name, type: 'VARCHAR' as const })),
    { name: 'source', type: 'BIGINT' },
  ]);
  try {
    const range = { start: 0, count: Number.MAX_SAFE_INTEGER };
    for await (const rows of readTableRows(file, wanted, range, { badRows, maxTextCharacters })) {
      const sources = Float64Array.from({ length: rows.numRows }, (_, row) => pieces.numRows + row);
      await pieces.append([...(rows.columns as string[][]), sources]);
    }
    await pieces.close();
  } finally {
    pieces.abort();
  }
  if (pieces.numRows === 0) {
    throw new Bert2dnnError('FILE_EMPTY', `${file.path}: no row that can be used`, {
      hint: 'Leave the file out, or fill it.',
    });
  }
  return { path: file.path, numRows: pieces.numRows, form: 'pieces' };
}
