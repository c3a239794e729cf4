// A column that says how much each row counts.
import { Bert2dnnError } from '../foundation/errors.js';
import type { ColumnValues } from './duckdb.js';
import type { LabelPlace } from './label-column.js';
import { placeOfRow } from './table-file.js';

/** Weights of cells, finite and 0 or more. @throws Bert2dnnError WEIGHT_INVALID with file and line. */
export function parseWeights(
  column: string,
  cells: ColumnValues,
  { file, lines, start }: LabelPlace,
): Float64Array {
  const weights = new Float64Array(cells.length);
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row];
    const isEmpty = typeof cell === 'string' && cell.trim() === '';
    const weight = isEmpty ? Number.NaN : Number(cell);
    if (!(weight >= 0 && Number.isFinite(weight))) {
      const got = isEmpty || Number.isNaN(cell) ? 'nothing' : JSON.stringify(cell);
      throw new Bert2dnnError(
        'WEIGHT_INVALID',
        `${placeOfRow(file, lines, row, start)}: weight "${column}" must be a number of 0 or more, got ${got}`,
      );
    }
    weights[row] = weight;
  }
  return weights;
}
