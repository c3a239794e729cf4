// How the rows of a family of match features are laid out, one feature after the other.
import type { IdBags } from './feature-buffer.js';

/** Where a family writes: the first of its rows in the table, and the open bag. */
export interface FamilyRows {
  firstRow: number;
  into: IdBags;
}

/** First row of each feature, counted from the family's first one, and the number of rows of all. */
export function layOut<Feature extends string>(
  sizes: Readonly<Record<Feature, number>>,
): { rows: Readonly<Record<Feature, number>>; numRows: number } {
  let numRows = 0;
  const rows: Partial<Record<Feature, number>> = {};
  for (const feature of Object.keys(sizes) as Feature[]) {
    rows[feature] = numRows;
    numRows += sizes[feature];
  }
  return { rows: rows as Record<Feature, number>, numRows };
}
