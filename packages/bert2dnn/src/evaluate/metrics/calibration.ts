// Metrics of a probability against a label in 0..1, hard or graded: log loss, Brier score, calibration error, RMSE.

import { type Numbers, type PreparedMetric, prepareMean, sigmoid, weightedMean } from './metric.js';

/** How many bins of equal width `ece` uses, as in Guo et al. 2017. */
const NUM_BINS = 15;

/**
 * Mean cross-entropy in nats of labels `labels [N]` in 0..1 (graded allowed) under sigmoid(`logits [N]`).
 * Computed from the logit, so a sure and wrong row costs |logit| and never infinity.
 * Source: -(y ln p + (1 - y) ln(1 - p)) = ln(1 + e^z) - y z; sklearn.metrics.log_loss for hard labels.
 */
export function logLoss(logits: Numbers, labels: Numbers, weights?: Float64Array): number {
  return prepareLogLoss(logits, labels)(weights);
}

/** Prepared `logLoss`. */
export function prepareLogLoss(logits: Numbers, labels: Numbers): PreparedMetric {
  const losses = new Float64Array(logits.length);
  for (let row = 0; row < losses.length; row++) {
    const logit = logits[row];
    const softplus = Math.max(logit, 0) + Math.log1p(Math.exp(-Math.abs(logit)));
    losses[row] = softplus - labels[row] * logit;
  }
  return prepareMean(losses);
}

/** Mean squared difference of probability and label. Source: Brier 1950; sklearn.metrics.brier_score_loss. */
export function brier(probabilities: Numbers, labels: Numbers, weights?: Float64Array): number {
  return prepareBrier(probabilities, labels)(weights);
}

/** Prepared `brier`. */
export function prepareBrier(probabilities: Numbers, labels: Numbers): PreparedMetric {
  return prepareMean(squaredDifferences(probabilities, labels));
}

/**
 * Root mean squared difference of prediction and label, times `scale`.
 * With labels in 0..1 and `scale` = high - low of the original range it is in the units of that range.
 */
export function rmse(predictions: Numbers, labels: Numbers, scale = 1): number {
  return prepareRmse(predictions, labels, scale)();
}

/** Prepared `rmse`. */
export function prepareRmse(predictions: Numbers, labels: Numbers, scale = 1): PreparedMetric {
  const squares = squaredDifferences(predictions, labels);
  return (weights) => scale * Math.sqrt(weightedMean(squares, weights));
}

/**
 * Expected calibration error: |mean probability - mean label| per bin of probability, averaged by rows.
 * 15 bins (b/15, (b+1)/15], the first one with 0. For graded labels the mean label takes the place of accuracy.
 * Source: Guo et al., On Calibration of Modern Neural Networks, ICML 2017, equation 3, for the positive class.
 */
export function ece(probabilities: Numbers, labels: Numbers, weights?: Float64Array): number {
  return prepareEce(probabilities, labels)(weights);
}

/** Prepared `ece`. */
export function prepareEce(probabilities: Numbers, labels: Numbers): PreparedMetric {
  const bins = new Uint8Array(probabilities.length);
  const gaps = new Float64Array(probabilities.length);
  for (let row = 0; row < bins.length; row++) {
    bins[row] = Math.max(0, Math.ceil(probabilities[row] * NUM_BINS) - 1);
    gaps[row] = probabilities[row] - labels[row];
  }
  const sums = new Float64Array(NUM_BINS);
  return (weights) => {
    sums.fill(0);
    let total = 0;
    for (let row = 0; row < bins.length; row++) {
      const weight = weights === undefined ? 1 : weights[row];
      sums[bins[row]] += weight * gaps[row];
      total += weight;
    }
    return sums.reduce((sum, gap) => sum + Math.abs(gap), 0) / total;
  };
}

/** sigmoid of each value. */
export function toProbabilities(logits: Numbers): Float64Array {
  return Float64Array.from(logits, sigmoid);
}

function squaredDifferences(left: Numbers, right: Numbers): Float64Array {
  const squares = new Float64Array(left.length);
  for (let row = 0; row < squares.length; row++) squares[row] = (left[row] - right[row]) ** 2;
  return squares;
}
