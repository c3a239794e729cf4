// Labels given as one column of shares a class: how many of the judges, or how sure a model, said each.
import { Bert2dnnError } from '../foundation/errors.js';
import type { ColumnValues } from './duckdb.js';
import { type LabelColumn, type LabelPlace, rejectRow } from './label-column.js';
import { placeOfRow } from './table-rows.js';

/** How far the shares of a row may be from 1: written figures are rounded. */
export const SHARE_TOLERANCE = 1e-3;

/** A label that is given as shares. */
export type ShareLabel = Extract<LabelColumn, { stored: 'shares' }>;

/** Labels of rows by shares. */
export interface ClassShares {
  /** The class with the largest share (of equal ones the first) as index [N]. */
  labels: Float64Array;
  /** [N, C], each row sums to 1. */
  shares: Float64Array;
}

/** Whether a label is given as shares. */
export function isShareLabel(label: LabelColumn | undefined): label is ShareLabel {
  return label?.kind === 'classes' && label.stored === 'shares';
}

/**
 * Shares of rows out of their C columns, scaled to a sum of exactly 1; NaN for rows without any if `isOptional`.
 * @throws Bert2dnnError LABEL_INVALID with file and line, unless the place takes rows that are rejected.
 */
export function parseShares(
  label: ShareLabel,
  columns: readonly ColumnValues[],
  place: LabelPlace,
  isOptional: boolean,
): ClassShares {
  const C = label.columns.length;
  const numRows = columns[0].length;
  const labels = new Float64Array(numRows);
  const shares = new Float64Array(numRows * C);
  for (let row = 0; row < numRows; row++) {
    const cells = columns.map((cells) => cells[row]);
    if (isOptional && cells.every(isAbsent)) {
      labels[row] = Number.NaN;
      shares.fill(Number.NaN, row * C, (row + 1) * C);
      continue;
    }
    const values = cells.map((cell) => (isAbsent(cell) ? Number.NaN : Number(cell)));
    const sum = values.reduce((total, value) => total + value, 0);
    const wrong = values.findIndex((value) => !(value >= 0 && Number.isFinite(value)));
    if (wrong >= 0 || !(Math.abs(sum - 1) <= SHARE_TOLERANCE)) {
      const error = () =>
        wrong >= 0
          ? invalidShare(label.columns[wrong], cells[wrong], row, place)
          : invalidSum(label, values, row, place);
      rejectRow(place, row, { reason: 'label', error, excerpt: cells.join(' ') });
      labels[row] = Number.NaN;
      shares.fill(Number.NaN, row * C, (row + 1) * C);
      continue;
    }
    values.forEach((value, index) => {
      shares[row * C + index] = value / sum;
    });
    labels[row] = values.indexOf(Math.max(...values));
  }
  return { labels, shares };
}

function isAbsent(cell: string | number): boolean {
  return typeof cell === 'string' ? cell.trim() === '' : Number.isNaN(cell);
}

function invalidShare(
  column: string,
  cell: string | number,
  row: number,
  { file, lines, start }: LabelPlace,
): Bert2dnnError {
  const got = isAbsent(cell) ? 'nothing' : JSON.stringify(cell);
  return new Bert2dnnError(
    'LABEL_INVALID',
    `${placeOfRow(file, lines, row, start)}: "${column}" must be a share of 0 or more, got ${got}`,
    { hint: 'A class that no one chose has the share 0.' },
  );
}

function invalidSum(
  label: ShareLabel,
  values: readonly number[],
  row: number,
  { file, lines, start }: LabelPlace,
): Bert2dnnError {
  const sum = values.reduce((total, value) => total + value, 0);
  return new Bert2dnnError(
    'LABEL_INVALID',
    `${placeOfRow(file, lines, row, start)}: the shares must sum to 1, got ${values.join(' + ')} = ${Number(sum.toPrecision(6))}`,
    {
      hint: `Are ${label.columns.join(', ')} all the classes? Counts must be divided by their sum.`,
    },
  );
}
