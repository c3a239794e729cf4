// Labels as published: checks a cell against what the publisher's scale allows. Scales nothing.
import { Bert2dnnError } from '../../foundation/errors.js';

/** Where a cell is. */
export interface LabelPlace {
  path: string;
  lines: readonly number[];
  column: string;
}

/**
 * Grades of cells.
 * @throws Bert2dnnError LABEL_INVALID with file and line for a cell that is no number within the range.
 */
export function parseGrades(
  cells: readonly string[],
  range: readonly [number, number],
  place: LabelPlace,
): Float64Array {
  const [low, high] = range;
  return Float64Array.from(cells, (cell, row) => {
    const grade = cell.trim() === '' ? Number.NaN : Number(cell);
    if (grade >= low && grade <= high) return grade;
    throw invalid(place, row, cell, `${low}..${high}`);
  });
}

/**
 * Grades of cells that hold names.
 * @throws Bert2dnnError LABEL_INVALID with file and line for a name that the publisher does not use.
 */
export function parseNamedGrades(
  cells: readonly string[],
  grades: Readonly<Record<string, number>>,
  place: LabelPlace,
): Float64Array {
  return Float64Array.from(cells, (cell, row) => {
    if (Object.hasOwn(grades, cell)) return grades[cell];
    throw invalid(place, row, cell, `one of ${Object.keys(grades).join(', ')}`);
  });
}

function invalid(place: LabelPlace, row: number, cell: string, expected: string): Bert2dnnError {
  const got = cell.trim() === '' ? 'nothing' : JSON.stringify(cell);
  return new Bert2dnnError(
    'LABEL_INVALID',
    `${place.path}:${place.lines[row]}: ${place.column} must be ${expected}, got ${got}`,
    { hint: 'The published files hold no such label: copy or download the file again.' },
  );
}
