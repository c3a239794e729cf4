// What a label column means and how a cell of it becomes a number: a grade mapped to 0..1, or a class's index.
import { Bert2dnnError, findNearestName } from '../foundation/errors.js';
import type { BadRow } from './bad-rows.js';
import type { ColumnValues } from './duckdb.js';
import { badPlaceOfRow, placeOfRow, type RowsPlace } from './table-rows.js';

/** A label column and its meaning. */
export type LabelColumn =
  | {
      kind: 'graded';
      column: string;
      /** Range of the cells; mapped to 0..1. */
      range: [number, number];
      /** Range that the user's grades had before `prepare` mapped them: what reports may show. */
      labelRange: [number, number];
    }
  | {
      kind: 'classes';
      column: string;
      classes: string[];
      /** Whether the cells hold class names or, in a prepared folder, indices. */
      stored: 'name' | 'index';
    }
  | {
      kind: 'classes';
      /** The first of `columns`, for errors. */
      column: string;
      classes: string[];
      /** Every class has a column of shares; they sum to 1. */
      stored: 'shares';
      /** Columns by class. */
      columns: string[];
    };

/** A label whose cells stand in one column. */
export type SingleLabelColumn = Exclude<LabelColumn, { stored: 'shares' }>;

/** Where the cells are, for errors. */
export interface LabelPlace extends RowsPlace {
  /** Takes a row whose label or weight is invalid; its values are then NaN. Absent: the error is thrown. */
  reject?: (row: number, bad: BadRow) => void;
}

/** Rejects a row for its label or weight. @throws the error if no one takes it. */
export function rejectRow(
  place: LabelPlace,
  row: number,
  bad: Pick<BadRow, 'reason' | 'error' | 'excerpt'>,
): void {
  if (place.reject === undefined) throw bad.error();
  place.reject(row, { ...badPlaceOfRow(place, row), ...bad });
}

/**
 * Labels of cells: 0..1 for grades, the index for classes; NaN for an absent one if `isOptional`.
 * @throws Bert2dnnError LABEL_INVALID with file and line, unless the place takes rows that are rejected.
 */
export function parseLabels(
  label: SingleLabelColumn,
  cells: ColumnValues,
  place: LabelPlace,
  isOptional: boolean,
): Float64Array {
  const labels = new Float64Array(cells.length);
  const classIndices =
    label.kind === 'classes'
      ? new Map(label.classes.map((name, index) => [name, index]))
      : undefined;
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row];
    if (isOptional && (cell === '' || Number.isNaN(cell))) {
      labels[row] = Number.NaN;
      continue;
    }
    const value =
      label.kind === 'graded'
        ? gradeOf(cell, label.range)
        : label.stored === 'index'
          ? indexOf(cell, label.classes.length)
          : classIndices?.get(String(cell).trim());
    labels[row] = value ?? Number.NaN;
    if (value === undefined) {
      const error = () => invalidLabel(label, cell, row, place);
      rejectRow(place, row, { reason: 'label', error, excerpt: String(cell) });
    }
  }
  return labels;
}

function gradeOf(cell: string | number, [low, high]: [number, number]): number | undefined {
  if (typeof cell === 'string' && cell.trim() === '') return undefined;
  const grade = Number(cell);
  // A NaN fails both comparisons.
  return grade >= low && grade <= high ? (grade - low) / (high - low) : undefined;
}

function indexOf(cell: string | number, numClasses: number): number | undefined {
  const index = cell === '' ? Number.NaN : Number(cell);
  return Number.isInteger(index) && index >= 0 && index < numClasses ? index : undefined;
}

function invalidLabel(
  label: SingleLabelColumn,
  cell: string | number,
  row: number,
  { file, lines, start }: LabelPlace,
): Bert2dnnError {
  const isEmpty = String(cell).trim() === '' || Number.isNaN(cell);
  const got = isEmpty ? 'nothing' : typeof cell === 'number' ? String(cell) : JSON.stringify(cell);
  const expected =
    label.kind === 'graded'
      ? `${label.range[0]}..${label.range[1]}`
      : label.stored === 'index'
        ? `a class index 0..${label.classes.length - 1}`
        : `one of ${label.classes.map((name) => JSON.stringify(name)).join(', ')}`;
  return new Bert2dnnError(
    'LABEL_INVALID',
    `${placeOfRow(file, lines, row, start)}: label must be ${expected}, got ${got}`,
    { hint: hintFor(label, cell, isEmpty) },
  );
}

function hintFor(label: SingleLabelColumn, cell: string | number, isEmpty: boolean): string {
  if (isEmpty)
    return `Fill the column "${label.column}", or give rows without a label as --unlabelled.`;
  if (label.kind === 'graded') {
    return Number.isNaN(Number(cell))
      ? `Is "${label.column}" the label column (--label)? For class names give --classes a,b,c.`
      : `If the grades have another range, give it: --label-range LOW:HIGH.`;
  }
  const nearest = findNearestName(String(cell), label.classes);
  return nearest === undefined
    ? 'Name every class with --classes a,b,c.'
    : `Did you mean "${nearest}"? Name every class with --classes a,b,c.`;
}
