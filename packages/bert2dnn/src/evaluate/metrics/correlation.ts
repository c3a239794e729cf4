// Correlations of two lists: Pearson's r, Spearman's rho, Kendall's tau-b. NaN when one of the lists does not vary.

import type { Numbers, PreparedMetric } from './metric.js';
import { midranks, type RankOrder, rankOrder } from './order.js';

/** Pearson's r of `left [N]` and `right [N]`. Source: scipy.stats.pearsonr. */
export function pearson(left: Numbers, right: Numbers, weights?: Float64Array): number {
  let total = 0;
  let leftMean = 0;
  let rightMean = 0;
  let leftSquares = 0;
  let rightSquares = 0;
  let products = 0;
  // Welford's weighted update: one pass, and no cancellation when the mean is far from 0.
  for (let row = 0; row < left.length; row++) {
    const weight = weights === undefined ? 1 : weights[row];
    if (weight === 0) continue;
    total += weight;
    const leftGap = left[row] - leftMean;
    const rightGap = right[row] - rightMean;
    leftMean += (weight / total) * leftGap;
    rightMean += (weight / total) * rightGap;
    const rightGapAfter = right[row] - rightMean;
    leftSquares += weight * leftGap * (left[row] - leftMean);
    rightSquares += weight * rightGap * rightGapAfter;
    products += weight * leftGap * rightGapAfter;
  }
  if (!(leftSquares > 0 && rightSquares > 0)) return Number.NaN;
  return products / Math.sqrt(leftSquares) / Math.sqrt(rightSquares);
}

/** Prepared `pearson`. */
export function preparePearson(left: Numbers, right: Numbers): PreparedMetric {
  return (weights) => pearson(left, right, weights);
}

/** Spearman's rho: Pearson's r of the midranks. Source: scipy.stats.spearmanr. */
export function spearman(left: Numbers, right: Numbers, weights?: Float64Array): number {
  return prepareSpearman(left, right)(weights);
}

/** Prepared `spearman`: sorts once; ranks are recounted under each call's weights. */
export function prepareSpearman(
  left: Numbers,
  right: Numbers,
  leftOrder: RankOrder = rankOrder(left),
  rightOrder: RankOrder = rankOrder(right),
): PreparedMetric {
  const leftRanks = new Float64Array(left.length);
  const rightRanks = new Float64Array(right.length);
  return (weights) => {
    midranks(leftOrder, leftRanks, weights);
    midranks(rightOrder, rightRanks, weights);
    return pearson(leftRanks, rightRanks, weights);
  };
}

/**
 * Kendall's tau-b: (concordant - discordant pairs) / sqrt(pairs untied left x pairs untied right).
 * Source: Kendall 1945; equals scipy.stats.kendalltau(variant='b').
 */
export function kendall(left: Numbers, right: Numbers, weights?: Float64Array): number {
  return prepareKendall(left, right)(weights);
}

/** Prepared `kendall`: O(N log T) a call, T being the distinct values of the side that has fewer. */
export function prepareKendall(
  left: Numbers,
  right: Numbers,
  leftOrder: RankOrder = rankOrder(left),
  rightOrder: RankOrder = rankOrder(right),
): PreparedMetric {
  // tau is symmetric, so the side with fewer distinct values becomes the small tree.
  const [walked, counted] =
    leftOrder.ends.length >= rightOrder.ends.length
      ? [leftOrder, rightOrder]
      : [rightOrder, leftOrder];
  const levels = denseRanks(counted);
  const tree = new Float64Array(counted.ends.length + 1);
  return (weights) => {
    const numRows = sumWeights(walked.rows.length, weights);
    const allPairs = countPairs(numRows);
    const walkedUntied = allPairs - countTiedPairs(walked, weights);
    const countedUntied = allPairs - countTiedPairs(counted, weights);
    if (!(walkedUntied > 0 && countedUntied > 0)) return Number.NaN;
    tree.fill(0);
    const balance = countBalance(walked, levels, tree, weights);
    return balance / Math.sqrt(walkedUntied) / Math.sqrt(countedUntied);
  };
}

/** Concordant minus discordant pairs; `tree` is an empty Fenwick tree over `levels`, which start at 1. */
function countBalance(
  walked: RankOrder,
  levels: Uint32Array,
  tree: Float64Array,
  weights?: Float64Array,
): number {
  const { rows, ends } = walked;
  let balance = 0;
  let seen = 0;
  let start = 0;
  for (let run = 0; run < ends.length; run++) {
    const end = ends[run];
    // The rows of one run are compared with earlier runs only: a pair within it is tied.
    for (let place = start; place < end; place++) {
      const weight = weights === undefined ? 1 : weights[rows[place]];
      if (weight === 0) continue;
      const level = levels[rows[place]];
      balance += weight * (sumTo(tree, level - 1) + sumTo(tree, level) - seen);
    }
    for (let place = start; place < end; place++) {
      const weight = weights === undefined ? 1 : weights[rows[place]];
      if (weight === 0) continue;
      seen += weight;
      for (let node = levels[rows[place]]; node < tree.length; node += node & -node) {
        tree[node] += weight;
      }
    }
    start = end;
  }
  return balance;
}

function sumTo(tree: Float64Array, level: number): number {
  let sum = 0;
  for (let node = level; node > 0; node &= node - 1) sum += tree[node];
  return sum;
}

function denseRanks(order: RankOrder): Uint32Array {
  const ranks = new Uint32Array(order.rows.length);
  let start = 0;
  for (let run = 0; run < order.ends.length; run++) {
    for (let place = start; place < order.ends[run]; place++) ranks[order.rows[place]] = run + 1;
    start = order.ends[run];
  }
  return ranks;
}

function sumWeights(numRows: number, weights?: Float64Array): number {
  return weights === undefined ? numRows : weights.reduce((sum, weight) => sum + weight, 0);
}

function countPairs(numRows: number): number {
  return (numRows * (numRows - 1)) / 2;
}

function countTiedPairs(order: RankOrder, weights?: Float64Array): number {
  let pairs = 0;
  let start = 0;
  for (let run = 0; run < order.ends.length; run++) {
    const end = order.ends[run];
    let here = 0;
    if (weights === undefined) here = end - start;
    else for (let place = start; place < end; place++) here += weights[order.rows[place]];
    pairs += countPairs(here);
    start = end;
  }
  return pairs;
}
