// Metrics of a yes/no decision: accuracy, and the two areas under curves over all thresholds.

import { type Numbers, type PreparedMetric, prepareMean } from './metric.js';
import { type RankOrder, rankOrder } from './order.js';

/**
 * Share of rows whose decision is right: `probabilities [N]` at or above `threshold` against `positives [N]` (0 or 1).
 * Source: sklearn.metrics.accuracy_score.
 */
export function accuracy(probabilities: Numbers, positives: Numbers, threshold = 0.5): number {
  return prepareAccuracy(probabilities, positives, threshold)();
}

/** Prepared `accuracy`. */
export function prepareAccuracy(
  probabilities: Numbers,
  positives: Numbers,
  threshold = 0.5,
): PreparedMetric {
  const right = new Float64Array(probabilities.length);
  for (let row = 0; row < right.length; row++) {
    right[row] = probabilities[row] >= threshold === positives[row] > 0 ? 1 : 0;
  }
  return prepareMean(right);
}

/**
 * Area under the ROC curve: the chance that a positive row scores above a negative one, a tie counting half.
 * `scores [N]` on any scale, `positives [N]` 0 or 1. NaN when one class is absent.
 * Source: Mann & Whitney 1947; equals sklearn.metrics.roc_auc_score.
 */
export function auc(scores: Numbers, positives: Numbers, weights?: Float64Array): number {
  return prepareAuc(scores, positives)(weights);
}

/** Prepared `auc`: sorts once, then one pass a call. */
export function prepareAuc(
  scores: Numbers,
  positives: Numbers,
  order: RankOrder = rankOrder(scores),
): PreparedMetric {
  const { rows, ends } = order;
  return (weights) => {
    let negativesBelow = 0;
    let positivesSeen = 0;
    let pairsWon = 0;
    let start = 0;
    for (let run = 0; run < ends.length; run++) {
      const end = ends[run];
      let positivesHere = 0;
      let negativesHere = 0;
      for (let place = start; place < end; place++) {
        const row = rows[place];
        const weight = weights === undefined ? 1 : weights[row];
        if (positives[row] > 0) positivesHere += weight;
        else negativesHere += weight;
      }
      pairsWon += positivesHere * (negativesBelow + negativesHere / 2);
      negativesBelow += negativesHere;
      positivesSeen += positivesHere;
      start = end;
    }
    return pairsWon / (positivesSeen * negativesBelow);
  };
}

/**
 * Area under the precision-recall curve as average precision: sum over thresholds of (gain in recall) x precision.
 * Rows of one score enter together. NaN without a positive row.
 * Source: sklearn.metrics.average_precision_score (no interpolation).
 */
export function prAuc(scores: Numbers, positives: Numbers, weights?: Float64Array): number {
  return preparePrAuc(scores, positives)(weights);
}

/** Prepared `prAuc`: sorts once, then one pass a call. */
export function preparePrAuc(
  scores: Numbers,
  positives: Numbers,
  order: RankOrder = rankOrder(scores),
): PreparedMetric {
  const { rows, ends } = order;
  return (weights) => {
    let seen = 0;
    let positivesSeen = 0;
    let area = 0;
    for (let run = ends.length - 1; run >= 0; run--) {
      let positivesHere = 0;
      for (let place = run === 0 ? 0 : ends[run - 1]; place < ends[run]; place++) {
        const row = rows[place];
        const weight = weights === undefined ? 1 : weights[row];
        seen += weight;
        if (positives[row] > 0) positivesHere += weight;
      }
      if (positivesHere === 0) continue;
      positivesSeen += positivesHere;
      area += positivesHere * (positivesSeen / seen);
    }
    return area / positivesSeen;
  };
}
