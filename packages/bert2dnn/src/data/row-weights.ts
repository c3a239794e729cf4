// A column that says how much each row counts.
import { Bert2dnnError } from '../foundation/errors.js';
import type { ColumnValues } from './duckdb.js';
import { type LabelPlace, rejectRow } from './label-column.js';
import { placeOfRow } from './table-rows.js';

/**
 * Weights of cells, finite and 0 or more.
 * @throws Bert2dnnError WEIGHT_INVALID with file and line, unless the place takes rows that are rejected.
 */
export function parseWeights(column: string, cells: ColumnValues, place: LabelPlace): Float64Array {
  const weights = new Float64Array(cells.length);
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row];
    const isEmpty = typeof cell === 'string' && cell.trim() === '';
    const weight = isEmpty ? Number.NaN : Number(cell);
    if (!(weight >= 0 && Number.isFinite(weight))) {
      const error = () => invalidWeight(column, cell, row, place);
      rejectRow(place, row, { reason: 'weight', error, excerpt: String(cell) });
    }
    weights[row] = weight;
  }
  return weights;
}

function invalidWeight(
  column: string,
  cell: string | number,
  row: number,
  { file, lines, start }: LabelPlace,
): Bert2dnnError {
  const isEmpty = String(cell).trim() === '' || Number.isNaN(cell);
  const got = isEmpty ? 'nothing' : JSON.stringify(cell);
  return new Bert2dnnError(
    'WEIGHT_INVALID',
    `${placeOfRow(file, lines, row, start)}: weight "${column}" must be a number of 0 or more, got ${got}`,
  );
}
