// What a table of any format is: a file with columns, rows of it as columns, and how a row is named. Reads nothing.
import type { BadRow, BadRows } from './bad-rows.js';
import type { ColumnValues } from './duckdb.js';
import type { Compression, FileFormat } from './inputs.js';

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
  /**
   * Line of each row in a text file, from 1. Parquet has no lines: there it is the row's number, from 1, and present only
   * where rows may have been left out.
   */
  lines?: number[];
}

/** How rows are read. */
export interface ReadRowsOptions {
  /** Under `skip` bad rows are left out, and ranges count the rows that remain. Default: fail. */
  badRows?: BadRows;
  /**
   * Longest text in a column wanted as text, in UTF-16 units; a row with a longer one is bad. Default
   * `MAX_TEXT_CHARACTERS`.
   */
  maxTextCharacters?: number;
  /** Row of a Parquet file, from 0, at which `skip` begins, and from which the range counts. Default 0. */
  firstFileRow?: number;
}

/** The longest text that is read unless told otherwise: a million characters. */
export const MAX_TEXT_CHARACTERS = 1_000_000;

/** Some rows of a file, for errors. */
export interface RowsPlace {
  file: TableFile;
  lines: number[] | undefined;
  /** Row of the first one in its file, from 0; counts where there are no lines. */
  start: number;
}

/** How an error names a row: the line in a text file, the row number (from 1) in Parquet. */
export function placeOfRow(
  file: TableFile,
  lines: number[] | undefined,
  row: number,
  start: number,
): string {
  const number = lines === undefined ? start + row + 1 : lines[row];
  const isLine = file.format !== 'parquet' && lines !== undefined;
  return isLine ? `${file.path}:${number}` : `${file.path}: row ${number}`;
}

/** What a `BadRow` says of its place. */
export function badPlaceOfRow(
  { file, lines, start }: RowsPlace,
  row: number,
): Pick<BadRow, 'path' | 'line' | 'row'> {
  const number = lines === undefined ? start + row + 1 : lines[row];
  return file.format === 'parquet'
    ? { path: file.path, row: number }
    : { path: file.path, line: number };
}
