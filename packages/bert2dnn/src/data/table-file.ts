// One data file of any format as a table: its columns, its number of rows, and batches of columns in row order.
import { stat } from 'node:fs/promises';
import { Bert2dnnError, findNearestName } from '../foundation/errors.js';
import { type BadRows, skippingOf } from './bad-rows.js';
import { formatOf } from './inputs.js';
import { type RowRange, readParquetHeader, type WantedColumn } from './parquet-reader.js';
import { readParquetTable } from './parquet-rows.js';
import { placeOfRow, type ReadRowsOptions, type TableFile, type TableRows } from './table-rows.js';
import { emptyFile, readTextColumns, readTextRows } from './text-rows.js';

export { placeOfRow, type ReadRowsOptions, type TableFile, type TableRows };

/** A range that has every row. */
export const ALL_ROWS: RowRange = { start: 0, count: Number.MAX_SAFE_INTEGER };

/**
 * Opens a data file and reads its columns.
 * @param badRows under `skip` rows may be bad, but never the header
 * @throws Bert2dnnError for a file that is missing, empty or broken.
 */
export async function openTableFile(path: string, badRows?: BadRows): Promise<TableFile> {
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
    file.columns = await readTextColumns(file, badRows);
  }
  return file;
}

/**
 * Streams rows of a file in order, as columns. The same file, columns and options give the same rows each time.
 * @param range of the rows; under `skip` of those that remain
 * @throws Bert2dnnError with file and line for the first row that is wrong, behind the rows before it; under `skip` only
 * for what is wrong with the whole file.
 */
export async function* readTableRows(
  file: TableFile,
  wanted: readonly WantedColumn[],
  range: RowRange = ALL_ROWS,
  options: ReadRowsOptions = {},
): AsyncGenerator<TableRows> {
  if (range.count <= 0) return;
  for (const { name } of wanted) requireColumn(file, name);
  if (file.format !== 'parquet') {
    yield* cutToRange(readTextRows(file, wanted, options), range);
  } else if (skippingOf(options.badRows) === undefined) {
    yield* readParquetTable(file, wanted, range, { ...options, isNumbered: false });
  } else {
    const fromThere = { ...ALL_ROWS, start: options.firstFileRow ?? 0 };
    const rows = readParquetTable(file, wanted, fromThere, { ...options, isNumbered: true });
    yield* cutToRange(rows, range);
  }
}

/**
 * How an error names the row with a number, from 0: `path:line`, or `path: row N` in Parquet. Reads a text file again,
 * with the options that the number was counted with.
 */
export async function placeOfFileRow(
  file: TableFile,
  row: number,
  options: ReadRowsOptions = {},
): Promise<string> {
  if (file.format === 'parquet') return placeOfRow(file, undefined, 0, row);
  for await (const { lines } of readTableRows(file, [], { start: row, count: 1 }, options)) {
    return placeOfRow(file, lines, 0, row);
  }
  throw new RangeError(`${file.path}: has no row ${row}`);
}

/**
 * @param others files that are read together with this one: if one has the column, the hint names it
 * @throws Bert2dnnError COLUMN_MISSING, naming the columns that there are and the nearest.
 */
export function requireColumn(
  file: TableFile,
  name: string,
  others: readonly TableFile[] = [],
): void {
  if (file.columns.includes(name)) return;
  throw new Bert2dnnError(
    'COLUMN_MISSING',
    `${file.path}: no column "${name}", the columns are ${listNames(file)}`,
    { hint: hintForColumn(file, name, others) },
  );
}

function hintForColumn(file: TableFile, name: string, others: readonly TableFile[]): string {
  if (file.columns.length === 1 && /[\t;,|]/.test(file.columns[0])) {
    return 'The header looks unsplit: .csv means commas and .tsv means tabs between the cells.';
  }
  const naming = 'Name columns with --fields, --text, --label and --group.';
  const nearest = findNearestName(name, file.columns);
  const meant = nearest === undefined ? '' : `Did you mean "${nearest}"? `;
  const having = others.find((other) => other.columns.includes(name));
  if (having === undefined) return `${meant}${naming}`;
  return `${meant}Files that are read together need the same columns; ${having.path} has ${listNames(having)}.`;
}

function listNames({ columns }: TableFile): string {
  return columns.map((column) => JSON.stringify(column)).join(', ');
}

/** Drops the rows outside a range and stops reading behind it. */
export async function* cutToRange(
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
