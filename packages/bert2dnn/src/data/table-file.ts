// One data file of any format as a table: its columns, its number of rows, and batches of columns in row order.
import { stat } from 'node:fs/promises';
import { Bert2dnnError, findNearestName } from '../foundation/errors.js';
import { readBytes } from './byte-stream.js';
import { readCsvRecords, readTsvRecords } from './delimited.js';
import type { ColumnValues } from './duckdb.js';
import { decodeLines } from './encoding.js';
import { type Compression, type FileFormat, formatOf } from './inputs.js';
import { readJsonObjects, textOfMember } from './jsonl.js';
import {
  type RowRange,
  readParquetHeader,
  readParquetRows,
  type WantedColumn,
} from './parquet-reader.js';

/** A data file whose columns are known. */
export interface TableFile {
  path: string;
  format: FileFormat;
  compression: Compression;
  columns: string[];
  /** Columns stored as numbers; only Parquet has such. */
  numberColumns: Set<string>;
  /** Known from a Parquet file's footer; a text file's rows are counted by reading it. */
  numRows?: number;
}

/** Consecutive rows of a file. */
export interface TableRows {
  numRows: number;
  /**
   * Values by wanted column. A column wanted as number is a `Float64Array` if the file stores numbers (an absent value
   * is NaN) and texts otherwise: the caller parses those, because only it can say what is wrong with one.
   */
  columns: ColumnValues[];
  /** Line of each row in a text file, from 1. Absent for Parquet, which has no lines. */
  lines?: number[];
}

/** JSON lines name their columns in each row: those of this many first rows count. */
const JSONL_HEADER_ROWS = 1000;

/** Opens a data file and reads its columns. @throws Bert2dnnError for a file that is missing, empty or broken. */
export async function openTableFile(path: string): Promise<TableFile> {
  const kind = formatOf(path);
  if (kind === undefined) {
    throw new Bert2dnnError('FILE_FORMAT', `${path}: unknown kind of file`);
  }
  const size = await stat(path).then(
    (entry) => entry.size,
    (cause) => {
      throw new Bert2dnnError('FILE_MISSING', `${path}: no such file`, { cause });
    },
  );
  if (size === 0) throw emptyFile(path);
  const file: TableFile = { path, ...kind, columns: [], numberColumns: new Set() };
  if (file.format === 'parquet') {
    const header = await readParquetHeader(path);
    file.columns = header.columns.map((column) => column.name);
    file.numberColumns = new Set(
      header.columns.filter((column) => column.isNumber).map((column) => column.name),
    );
    file.numRows = header.numRows;
  } else {
    file.columns =
      file.format === 'jsonl' ? await readJsonlColumns(file) : await readDelimitedHeader(file);
  }
  return file;
}

/**
 * Streams rows of a file in order, as columns.
 * @throws Bert2dnnError with file and line for whatever is wrong in the rows read.
 */
export async function* readTableRows(
  file: TableFile,
  wanted: readonly WantedColumn[],
  range: RowRange = { start: 0, count: Number.MAX_SAFE_INTEGER },
): AsyncGenerator<TableRows> {
  if (range.count <= 0) return;
  for (const { name } of wanted) requireColumn(file, name);
  if (file.format === 'parquet') yield* readParquetTable(file, wanted, range);
  else yield* cutToRange(readTextRows(file, wanted), range);
}

/** @throws Bert2dnnError COLUMN_MISSING, naming the columns that there are and the nearest. */
export function requireColumn(file: TableFile, name: string): void {
  if (file.columns.includes(name)) return;
  const nearest = findNearestName(name, file.columns);
  const isUnsplit = file.columns.length === 1 && /[\t;,|]/.test(file.columns[0]);
  throw new Bert2dnnError(
    'COLUMN_MISSING',
    `${file.path}: no column "${name}", the columns are ${file.columns.map((column) => JSON.stringify(column)).join(', ')}`,
    {
      hint: isUnsplit
        ? 'The header looks unsplit: .csv means commas and .tsv means tabs between the cells.'
        : nearest !== undefined
          ? `Did you mean "${nearest}"? Name columns with --fields, --text, --label and --group.`
          : 'Name columns with --fields, --text, --label and --group.',
    },
  );
}

/** How an error names a row: the line in a text file, the row number (from 1) in Parquet. */
export function placeOfRow(
  file: TableFile,
  lines: number[] | undefined,
  row: number,
  start: number,
): string {
  return lines === undefined
    ? `${file.path}: row ${start + row + 1}`
    : `${file.path}:${lines[row]}`;
}

function emptyFile(path: string): Bert2dnnError {
  return new Bert2dnnError('FILE_EMPTY', `${path}: the file is empty, expected a header and rows`);
}

async function* readParquetTable(
  file: TableFile,
  wanted: readonly WantedColumn[],
  range: RowRange,
): AsyncGenerator<TableRows> {
  const stored = wanted.map(({ name, kind }) => ({
    name,
    kind: kind === 'number' && file.numberColumns.has(name) ? kind : ('text' as const),
  }));
  // A column that is wanted twice (a query that is also the group) is read once.
  const distinct = stored.filter(
    (column, index) => stored.findIndex((other) => isSame(other, column)) === index,
  );
  const places = stored.map((column) => distinct.findIndex((other) => isSame(other, column)));
  for await (const columns of readParquetRows(file.path, distinct, range)) {
    yield { numRows: columns[0].length, columns: places.map((place) => columns[place]) };
  }
}

function isSame(left: WantedColumn, right: WantedColumn): boolean {
  return left.name === right.name && left.kind === right.kind;
}

function readTextRows(file: TableFile, wanted: readonly WantedColumn[]): AsyncGenerator<TableRows> {
  return file.format === 'jsonl' ? readJsonlRows(file, wanted) : readDelimitedRows(file, wanted);
}

function linesOf(file: TableFile) {
  return decodeLines(file.path, readBytes(file.path, file.compression));
}

function recordsOf(file: TableFile) {
  return file.format === 'csv'
    ? readCsvRecords(file.path, linesOf(file))
    : readTsvRecords(linesOf(file));
}

async function readDelimitedHeader(file: TableFile): Promise<string[]> {
  for await (const { records, lines } of recordsOf(file)) {
    if (records.length === 0) continue;
    const header = records[0].map((name) => name.trim());
    const duplicate = header.find((name, index) => header.indexOf(name) !== index);
    if (duplicate !== undefined) {
      throw new Bert2dnnError(
        'FILE_FORMAT',
        `${file.path}:${lines[0]}: the header names "${duplicate}" twice, expected different names`,
      );
    }
    return header;
  }
  throw emptyFile(file.path);
}

async function* readDelimitedRows(
  file: TableFile,
  wanted: readonly WantedColumn[],
): AsyncGenerator<TableRows> {
  const cellIndices = wanted.map(({ name }) => file.columns.indexOf(name));
  const numCells = file.columns.length;
  let isHeader = true;
  for await (const { records, lines } of recordsOf(file)) {
    const first = isHeader && records.length > 0 ? 1 : 0;
    if (first === 1) isHeader = false;
    for (let row = first; row < records.length; row++) {
      if (records[row].length !== numCells) {
        throw wrongNumberOfCells(file, lines[row], records[row].length);
      }
    }
    const numRows = records.length - first;
    if (numRows === 0) continue;
    const columns = cellIndices.map((cellIndex) => {
      const texts = new Array<string>(numRows);
      for (let row = 0; row < numRows; row++) texts[row] = records[row + first][cellIndex];
      return texts;
    });
    yield { numRows, columns, lines: first === 1 ? lines.slice(1) : lines };
  }
}

function wrongNumberOfCells(file: TableFile, line: number, numCells: number): Bert2dnnError {
  return new Bert2dnnError(
    'FILE_FORMAT',
    `${file.path}:${line}: got ${numCells} ${numCells === 1 ? 'cell' : 'cells'}, expected ${file.columns.length} as in the header`,
    {
      hint:
        file.format === 'csv'
          ? 'A cell with a comma in it stands in quotes: "a, b".'
          : 'A .tsv file has no quoting: replace tabs and newlines inside cells, or write a .csv.',
    },
  );
}

async function readJsonlColumns(file: TableFile): Promise<string[]> {
  const names = new Set<string>();
  let numRows = 0;
  for await (const { objects } of readJsonObjects(file.path, linesOf(file))) {
    for (const object of objects) {
      for (const name of Object.keys(object)) names.add(name);
      numRows++;
      if (numRows === JSONL_HEADER_ROWS) return [...names];
    }
  }
  if (numRows === 0) throw emptyFile(file.path);
  return [...names];
}

async function* readJsonlRows(
  file: TableFile,
  wanted: readonly WantedColumn[],
): AsyncGenerator<TableRows> {
  const { path } = file;
  for await (const { objects, lines } of readJsonObjects(path, linesOf(file))) {
    if (objects.length === 0) continue;
    const columns = wanted.map(({ name }) =>
      objects.map((object, row) => textOfMember({ path, line: lines[row] }, object, name)),
    );
    yield { numRows: objects.length, columns, lines };
  }
}

/** Drops the rows outside a range and stops reading behind it. */
async function* cutToRange(
  batches: AsyncIterable<TableRows>,
  range: RowRange,
): AsyncGenerator<TableRows> {
  const end = range.start + range.count;
  let start = 0;
  for await (const batch of batches) {
    const from = Math.max(0, range.start - start);
    const to = Math.min(batch.numRows, end - start);
    start += batch.numRows;
    if (from < to) {
      yield from === 0 && to === batch.numRows
        ? batch
        : {
            numRows: to - from,
            columns: batch.columns.map((column) => column.slice(from, to)),
            lines: batch.lines?.slice(from, to),
          };
    }
    if (start >= end) return;
  }
}
