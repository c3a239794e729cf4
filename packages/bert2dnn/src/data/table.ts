// Reading tables that are not examples (scores, soft labels, predictions): texts and numbers by column name.
import { Bert2dnnError } from '../foundation/errors.js';
import { type BadRows, skippingOf } from './bad-rows.js';
import { CHUNK_ROWS } from './duckdb.js';
import { listInputFiles } from './inputs.js';
import type { RowRange } from './parquet-reader.js';
import { rebatch } from './rebatch.js';
import { RowSieve } from './row-sieve.js';
import { ALL_ROWS, cutToRange, openTableFile, readTableRows } from './table-file.js';
import {
  badPlaceOfRow,
  placeOfRow,
  type RowsPlace,
  type TableFile,
  type TableRows,
} from './table-rows.js';

/** Columns and range to read. */
export interface ReadTableOptions {
  /** Columns to read as texts. An absent value is ''. */
  texts?: readonly string[];
  /** Columns to read as numbers. An absent value is NaN in Parquet and an error in a text file. */
  numbers?: readonly string[];
  /** Most rows of a batch. Default 8192. A batch never crosses from one file into the next. */
  batchRows?: number;
  /** First row, counted through all files. Default 0. */
  start?: number;
  /** Rows to read. Default: to the end. */
  count?: number;
  /** Under `skip` bad rows are left out, and row numbers count those that remain. Default: fail. */
  badRows?: BadRows;
  /** Longest text, in UTF-16 units; a row with a longer one is bad. Default 1,000,000. */
  maxTextCharacters?: number;
}

/** Consecutive rows. */
export interface TableBatch {
  /** Row number of the first one, counted through all files. */
  start: number;
  numRows: number;
  /** In the order of `ReadTableOptions.texts`. */
  texts: string[][];
  /** In the order of `ReadTableOptions.numbers`. */
  numbers: Float64Array[];
}

/**
 * Streams columns of files, globs or folders in row order.
 * @throws Bert2dnnError COLUMN_MISSING, FILE_FORMAT for a cell that is no number, or for whatever is broken.
 */
export async function* readTable(
  inputs: string | readonly string[],
  options: ReadTableOptions,
): AsyncGenerator<TableBatch> {
  const { texts = [], batchRows = 4 * CHUNK_ROWS, badRows } = options;
  const isSkipping = skippingOf(badRows) !== undefined;
  const end = (options.start ?? 0) + (options.count ?? Number.MAX_SAFE_INTEGER);
  let start = options.start ?? 0;
  let fileStart = 0;
  for (const path of await listInputFiles(typeof inputs === 'string' ? [inputs] : inputs)) {
    if (start >= end) return;
    const file = await openTableFile(path, badRows);
    // A footer counts bad rows too.
    let numRows = isSkipping ? undefined : file.numRows;
    if (numRows === undefined && start > fileStart) numRows = await countRows(file, options);
    let row = start - fileStart;
    if (row < (numRows ?? Number.POSITIVE_INFINITY)) {
      const range = { start: row, count: end - start };
      for await (const rows of rebatch(readNumbered(file, options, range), batchRows)) {
        const textColumns = rows.columns.slice(0, texts.length) as string[][];
        const numberColumns = rows.columns.slice(texts.length) as Float64Array[];
        yield { start, numRows: rows.numRows, texts: textColumns, numbers: numberColumns };
        row += rows.numRows;
        start += rows.numRows;
      }
    }
    fileStart += numRows ?? row;
  }
}

/** Rows of a file in a range, texts first, then numbers as numbers. Under `skip` the range is of the rows that remain. */
async function* readNumbered(
  file: TableFile,
  options: ReadTableOptions,
  range: RowRange,
): AsyncGenerator<TableRows> {
  const { texts = [], numbers = [], badRows } = options;
  const wanted = [
    ...texts.map((name) => ({ name, kind: 'text' as const })),
    ...numbers.map((name) => ({ name, kind: 'number' as const })),
  ];
  if (skippingOf(badRows) !== undefined) {
    const all = readTableRows(file, wanted, ALL_ROWS, options);
    yield* cutToRange(siftNumbers({ file, start: 0, names: numbers, badRows }, all), range);
  } else {
    const rows = readTableRows(file, wanted, range, options);
    yield* siftNumbers({ file, start: range.start, names: numbers, badRows }, rows);
  }
}

/** Number columns of the rows, which are the last of their columns. */
interface NumberColumns {
  file: TableFile;
  /** Row of the first row in its file. */
  start: number;
  names: readonly string[];
  badRows: BadRows | undefined;
}

/** Makes the number columns numbers and leaves out, or throws, rows with a cell that is none. */
async function* siftNumbers(
  { file, start, names, badRows }: NumberColumns,
  batches: AsyncIterable<TableRows>,
): AsyncGenerator<TableRows> {
  let next = start;
  for await (const rows of batches) {
    const sieve = new RowSieve(rows.numRows, badRows);
    const place = { file, lines: rows.lines, start: next };
    const firstNumber = rows.columns.length - names.length;
    const columns = rows.columns.map((values, index) =>
      index < firstNumber || values instanceof Float64Array
        ? values
        : toNumbers(values, names[index - firstNumber], place, sieve),
    );
    yield* sieve.handOn({ ...rows, columns });
    next += rows.numRows;
  }
}

async function countRows(file: TableFile, options: ReadTableOptions): Promise<number> {
  let numRows = 0;
  // Under `skip` which rows remain depends on the columns that are read.
  const rows =
    skippingOf(options.badRows) === undefined
      ? readTableRows(file, [])
      : readNumbered(file, options, ALL_ROWS);
  for await (const batch of rows) numRows += batch.numRows;
  return numRows;
}

/** The column names of the first file of some inputs. @throws as `readTable`. */
export async function readTableColumns(inputs: string | readonly string[]): Promise<string[]> {
  const files = await listInputFiles(typeof inputs === 'string' ? [inputs] : inputs);
  return (await openTableFile(files[0])).columns;
}

function toNumbers(
  texts: readonly string[],
  name: string,
  place: RowsPlace,
  sieve: RowSieve,
): Float64Array {
  return Float64Array.from(texts, (text, row) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isNaN(value)) {
      const error = () =>
        notNumber(placeOfRow(place.file, place.lines, row, place.start), name, text);
      const badPlace = badPlaceOfRow(place, row);
      sieve.reject(row, { ...badPlace, reason: 'number', error, excerpt: text });
    }
    return value;
  });
}

function notNumber(where: string, name: string, text: string): Bert2dnnError {
  const got = text === '' ? 'nothing' : JSON.stringify(text);
  return new Bert2dnnError('FILE_FORMAT', `${where}: ${name} must be a number, got ${got}`);
}
