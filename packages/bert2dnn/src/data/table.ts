// Reading tables that are not examples (scores, soft labels, predictions): texts and numbers by column name.
import { Bert2dnnError } from '../foundation/errors.js';
import { CHUNK_ROWS, type ColumnValues } from './duckdb.js';
import { listInputFiles } from './inputs.js';
import { rebatch } from './rebatch.js';
import { openTableFile, placeOfRow, readTableRows, type TableFile } from './table-file.js';

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
  const { texts = [], numbers = [], batchRows = 4 * CHUNK_ROWS } = options;
  const wanted = [
    ...texts.map((name) => ({ name, kind: 'text' as const })),
    ...numbers.map((name) => ({ name, kind: 'number' as const })),
  ];
  const end = (options.start ?? 0) + (options.count ?? Number.MAX_SAFE_INTEGER);
  let start = options.start ?? 0;
  let fileStart = 0;
  for (const path of await listInputFiles(typeof inputs === 'string' ? [inputs] : inputs)) {
    if (start >= end) return;
    const file = await openTableFile(path);
    if (file.numRows === undefined && start > fileStart) file.numRows = await countRows(file);
    let row = start - fileStart;
    if (row < (file.numRows ?? Number.POSITIVE_INFINITY)) {
      const range = { start: row, count: end - start };
      for await (const rows of rebatch(readTableRows(file, wanted, range), batchRows)) {
        const numberColumns = rows.columns.slice(texts.length).map((values, index) => {
          const place = { file, lines: rows.lines, start: row, name: numbers[index] };
          return toNumbers(values, place);
        });
        const textColumns = rows.columns.slice(0, texts.length) as string[][];
        yield { start, numRows: rows.numRows, texts: textColumns, numbers: numberColumns };
        row += rows.numRows;
        start += rows.numRows;
      }
    }
    fileStart += file.numRows ?? row;
  }
}

async function countRows(file: TableFile): Promise<number> {
  let numRows = 0;
  for await (const rows of readTableRows(file, [])) numRows += rows.numRows;
  return numRows;
}

/** The column names of the first file of some inputs. @throws as `readTable`. */
export async function readTableColumns(inputs: string | readonly string[]): Promise<string[]> {
  const files = await listInputFiles(typeof inputs === 'string' ? [inputs] : inputs);
  return (await openTableFile(files[0])).columns;
}

function toNumbers(
  values: ColumnValues,
  place: { file: TableFile; lines: number[] | undefined; start: number; name: string },
): Float64Array {
  if (values instanceof Float64Array) return values;
  return Float64Array.from(values, (text, row) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!Number.isNaN(value)) return value;
    const where = placeOfRow(place.file, place.lines, row, place.start);
    throw new Bert2dnnError(
      'FILE_FORMAT',
      `${where}: ${place.name} must be a number, got ${text === '' ? 'nothing' : JSON.stringify(text)}`,
    );
  });
}
