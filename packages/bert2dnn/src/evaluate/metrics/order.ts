// Sort orders and ties: the part of a rank metric that does not depend on weights, so it is done once.

import type { Numbers } from './metric.js';

/** Row numbers in ascending order of their values, and where each run of equal values ends. */
export interface RankOrder {
  /** `rows [N]`: row numbers, ascending by value; equal values in row order. */
  rows: Uint32Array;
  /** `ends [T]`: exclusive end in `rows` of each of the T runs of equal values. */
  ends: Uint32Array;
}

/** Sorts rows by value. Values must not be NaN. */
export function rankOrder(values: Numbers): RankOrder {
  const rows = new Uint32Array(values.length);
  for (let row = 0; row < rows.length; row++) rows[row] = row;
  rows.sort((left, right) => values[left] - values[right] || left - right);
  const ends: number[] = [];
  for (let place = 1; place <= rows.length; place++) {
    if (place === rows.length || values[rows[place]] !== values[rows[place - 1]]) ends.push(place);
  }
  return { rows, ends: Uint32Array.from(ends) };
}

/**
 * The rank of each row among the weighted rows, ties sharing the middle of their ranks: `ranks [N]`, from 1.
 * With whole weights these are the ranks in the list where row i is repeated `weights[i]` times.
 */
export function midranks(order: RankOrder, ranks: Float64Array, weights?: Float64Array): void {
  const { rows, ends } = order;
  let below = 0;
  let start = 0;
  for (let run = 0; run < ends.length; run++) {
    const end = ends[run];
    let here = 0;
    if (weights === undefined) here = end - start;
    else for (let place = start; place < end; place++) here += weights[rows[place]];
    const rank = below + (here + 1) / 2;
    for (let place = start; place < end; place++) ranks[rows[place]] = rank;
    below += here;
    start = end;
  }
}
