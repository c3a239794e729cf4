// Batches of rows joined and cut to one size.
import type { ColumnValues } from './duckdb.js';
import type { TableRows } from './table-file.js';

/** Joins and cuts batches to `batchRows` rows; only the last may be shorter. */
export async function* rebatch(
  batches: AsyncIterable<TableRows>,
  batchRows: number,
): AsyncGenerator<TableRows> {
  let waiting: TableRows[] = [];
  let numWaiting = 0;
  for await (const batch of batches) {
    waiting.push(batch);
    numWaiting += batch.numRows;
    if (numWaiting < batchRows) continue;
    const joined = joinRows(waiting);
    let from = 0;
    for (; from + batchRows <= numWaiting; from += batchRows) {
      yield sliceRows(joined, from, from + batchRows);
    }
    waiting = from < numWaiting ? [sliceRows(joined, from, numWaiting)] : [];
    numWaiting -= from;
  }
  if (numWaiting > 0) yield joinRows(waiting);
}

function joinRows(batches: TableRows[]): TableRows {
  if (batches.length === 1) return batches[0];
  return {
    numRows: batches.reduce((sum, batch) => sum + batch.numRows, 0),
    columns: batches[0].columns.map((_, index) =>
      joinValues(batches.map((batch) => batch.columns[index])),
    ),
    lines: batches[0].lines && batches.flatMap((batch) => batch.lines ?? []),
  };
}

function joinValues(columns: ColumnValues[]): ColumnValues {
  if (!(columns[0] instanceof Float64Array))
    return ([] as string[]).concat(...(columns as string[][]));
  const joined = new Float64Array(columns.reduce((sum, column) => sum + column.length, 0));
  let at = 0;
  for (const column of columns as Float64Array[]) {
    joined.set(column, at);
    at += column.length;
  }
  return joined;
}

function sliceRows(rows: TableRows, from: number, to: number): TableRows {
  return {
    numRows: to - from,
    columns: rows.columns.map((column) => column.slice(from, to)),
    lines: rows.lines?.slice(from, to),
  };
}
