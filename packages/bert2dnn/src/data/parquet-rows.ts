// Rows of a Parquet file as columns of a table: columns wanted twice are read once, and too long texts are bad rows.
import { longText } from './long-text.js';
import { type RowRange, readParquetRows, type WantedColumn } from './parquet-reader.js';
import { RowSieve } from './row-sieve.js';
import {
  MAX_TEXT_CHARACTERS,
  type ReadRowsOptions,
  type TableFile,
  type TableRows,
} from './table-rows.js';

/**
 * Rows of a range of a Parquet file; under `skip` with their row numbers as `lines`, and the range is of the file's rows.
 * @throws Bert2dnnError FILE_CORRUPT; FILE_FORMAT at the first text that is too long, behind the rows before it.
 */
export async function* readParquetTable(
  file: TableFile,
  wanted: readonly WantedColumn[],
  range: RowRange,
  options: ReadRowsOptions & { isNumbered: boolean },
): AsyncGenerator<TableRows> {
  const { badRows, maxTextCharacters = MAX_TEXT_CHARACTERS, isNumbered } = options;
  let { start } = range;
  for await (const batch of readColumns(file, wanted, range)) {
    const { numRows } = batch;
    const first = start + 1;
    const lines = isNumbered ? Array.from({ length: numRows }, (_, row) => first + row) : undefined;
    const sieve = new RowSieve(numRows, badRows);
    wanted.forEach(({ name, kind }, index) => {
      if (kind !== 'text') return;
      const texts = batch.columns[index] as string[];
      for (let row = 0; row < numRows; row++) {
        const text = texts[row];
        if (text.length <= maxTextCharacters) continue;
        sieve.reject(row, longText({ file, lines, start }, row, { name, text, maxTextCharacters }));
      }
    });
    yield* sieve.handOn(lines === undefined ? batch : { ...batch, lines });
    start += numRows;
  }
}

async function* readColumns(
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
