// Metrics of a ranked list, one list a group (query): nDCG and reciprocal rank.
// Rows with the same score have no order, so both give the expected value over all orders of them:
// the result depends neither on the order of the file nor on a sort.

import { type Numbers, weightedMean } from './metric.js';

/** Rows by group, in order of first appearance. */
export interface GroupIndex {
  numGroups: number;
  /** `groupOfRow [N]`. */
  groupOfRow: Int32Array;
  /** Rows of group g: `rows[offsets[g] .. offsets[g + 1])`, in row order. */
  rows: Int32Array;
  offsets: Int32Array;
}

/** Indexes rows by their group name. */
export function indexGroups(groups: readonly string[]): GroupIndex {
  const numbers = new Map<string, number>();
  const groupOfRow = new Int32Array(groups.length);
  for (let row = 0; row < groups.length; row++) {
    let number = numbers.get(groups[row]);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(groups[row], number);
    }
    groupOfRow[row] = number;
  }
  const offsets = new Int32Array(numbers.size + 1);
  for (const group of groupOfRow) offsets[group + 1]++;
  for (let group = 0; group < numbers.size; group++) offsets[group + 1] += offsets[group];
  const next = offsets.slice(0, -1);
  const rows = new Int32Array(groups.length);
  for (let row = 0; row < groups.length; row++) rows[next[groupOfRow[row]]++] = row;
  return { numGroups: numbers.size, groupOfRow, rows, offsets };
}

/**
 * Gain of each row: 2^grade - 1, where grade counts from the low end of the original range:
 * label 0..1 times (high - low). So the lowest grade gains nothing; a 0/1 label gains 0 or 1.
 * Source: Burges et al. 2005. (On grades 1..3 some write 2^(grade - 1) - 1: the same numbers.)
 */
export function gradedGains(labels: Numbers, labelRange: readonly [number, number]): Float64Array {
  const width = labelRange[1] - labelRange[0];
  return Float64Array.from(labels, (label) => 2 ** (label * width) - 1);
}

/**
 * nDCG cut at `k`, mean over the groups that have at least two rows and one positive gain; NaN without such a group.
 * Gains within a run of equal scores are averaged over the run's places.
 * Source: Jarvelin & Kekalainen 2002, discount 1/log2(1 + place); ties: McSherry & Najork 2008, as sklearn.metrics.ndcg_score.
 */
export function ndcg(scores: Numbers, gains: Numbers, groups: readonly string[], k = 10): number {
  return weightedMean(ndcgByGroup(scores, gains, indexGroups(groups), k));
}

/** nDCG of every group `[numGroups]`; NaN for a group that has fewer than two rows or no positive gain. */
export function ndcgByGroup(
  scores: Numbers,
  gains: Numbers,
  index: GroupIndex,
  k = 10,
): Float64Array {
  const discounts = Float64Array.from({ length: k }, (_, place) => 1 / Math.log2(place + 2));
  return mapGroups(index, (rows) => {
    const ideal = discountedGain(rows, gains, gains, discounts);
    return ideal > 0 ? discountedGain(rows, scores, gains, discounts) / ideal : Number.NaN;
  });
}

/** DCG of `rows` ordered by `keys`, highest first; rows of one key share their mean gain. Sorts `rows`. */
function discountedGain(
  rows: Int32Array,
  keys: Numbers,
  gains: Numbers,
  discounts: Float64Array,
): number {
  let sum = 0;
  forEachRun(rows, keys, (start, end) => {
    if (start >= discounts.length) return;
    let gain = 0;
    for (let place = start; place < end; place++) gain += gains[rows[place]];
    let discount = 0;
    for (let place = start; place < Math.min(end, discounts.length); place++) {
      discount += discounts[place];
    }
    sum += (gain / (end - start)) * discount;
  });
  return sum;
}

/**
 * Mean over groups of 1 / (place of the first positive row); groups of one row or without a positive are left out.
 * Source: Voorhees 1999 (TREC-8); ties as the expectation over their orders.
 */
export function mrr(scores: Numbers, positives: Numbers, groups: readonly string[]): number {
  return weightedMean(reciprocalRankByGroup(scores, positives, indexGroups(groups)));
}

/** Expected reciprocal rank of every group `[numGroups]`; NaN for a group of one row or without a positive. */
export function reciprocalRankByGroup(
  scores: Numbers,
  positives: Numbers,
  index: GroupIndex,
): Float64Array {
  return mapGroups(index, (rows) => {
    let expected = Number.NaN;
    forEachRun(rows, scores, (start, end) => {
      if (!Number.isNaN(expected)) return;
      let numPositives = 0;
      for (let place = start; place < end; place++) if (positives[rows[place]] > 0) numPositives++;
      if (numPositives > 0) expected = expectedReciprocal(start, end - start, numPositives);
    });
    return expected;
  });
}

/** E[1 / place of the first positive] when `numPositives` of `size` tied rows after `start` others are positive. */
function expectedReciprocal(start: number, size: number, numPositives: number): number {
  let expected = 0;
  let noneYet = 1;
  for (let place = 0; place <= size - numPositives; place++) {
    const hit = numPositives / (size - place);
    expected += (noneYet * hit) / (start + place + 1);
    noneYet *= 1 - hit;
  }
  return expected;
}

function mapGroups(index: GroupIndex, measure: (rows: Int32Array) => number): Float64Array {
  const values = new Float64Array(index.numGroups).fill(Number.NaN);
  for (let group = 0; group < index.numGroups; group++) {
    const rows = index.rows.slice(index.offsets[group], index.offsets[group + 1]);
    if (rows.length >= 2) values[group] = measure(rows);
  }
  return values;
}

/** Sorts `rows` by key, highest first, and visits each run of equal keys. */
function forEachRun(
  rows: Int32Array,
  keys: Numbers,
  visit: (start: number, end: number) => void,
): void {
  rows.sort((left, right) => keys[right] - keys[left] || left - right);
  let start = 0;
  for (let place = 1; place <= rows.length; place++) {
    if (place < rows.length && keys[rows[place]] === keys[rows[start]]) continue;
    visit(start, place);
    start = place;
  }
}
