// Which rows of a batch stay. Under `skip` bad ones fall through; under `fail` the first one and all behind it do, so that
// the rows before it are handed on and an error further up in the file is found first.
import type { Bert2dnnError } from '../foundation/errors.js';
import { type BadRow, type BadRows, skippingOf } from './bad-rows.js';
import type { ColumnValues } from './duckdb.js';
import type { TableRows } from './table-rows.js';

/** Sifts one batch: `reject` rows in any order, then `handOn` the others. */
export class RowSieve {
  /** The error of the first bad row under `fail`. */
  #failure: Bert2dnnError | undefined;
  readonly #badRows: BadRows | undefined;
  #isBad: Uint8Array | undefined;
  #end: number;

  constructor(
    readonly numRows: number,
    badRows: BadRows | undefined,
  ) {
    this.#badRows = skippingOf(badRows);
    this.#end = numRows;
  }

  /** Whether every row stays. */
  get isWhole(): boolean {
    return this.#isBad === undefined && this.#end === this.numRows;
  }

  /** Takes a row out. */
  reject(row: number, bad: BadRow): void {
    if (this.#badRows === undefined) {
      if (row >= this.#end) return;
      this.#end = row;
      this.#failure = bad.error();
      return;
    }
    this.#badRows.add(bad);
    this.#isBad ??= new Uint8Array(this.numRows);
    this.#isBad[row] = 1;
  }

  /** Yields what stays of the rows, if anything does. @throws the error of the first bad row under `fail`. */
  *handOn(rows: TableRows): Generator<TableRows> {
    const sifted = this.sift(rows);
    if (sifted.numRows > 0) yield sifted;
    this.throwFailure();
  }

  /** @throws the error of the first bad row under `fail`. */
  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** The rows that stay. */
  sift(rows: TableRows): TableRows {
    if (this.isWhole) return rows;
    const kept: number[] = [];
    for (let row = 0; row < this.#end; row++) if (this.#isBad?.[row] !== 1) kept.push(row);
    return {
      numRows: kept.length,
      columns: rows.columns.map((column) => pick(column, kept)),
      lines: rows.lines && kept.map((row) => (rows.lines as number[])[row]),
    };
  }
}

function pick(column: ColumnValues, kept: readonly number[]): ColumnValues {
  if (column instanceof Float64Array) return Float64Array.from(kept, (row) => column[row]);
  return kept.map((row) => column[row]);
}
