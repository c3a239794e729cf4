// Metrics of a choice among C classes: accuracy, log loss and macro F1. Logits are row-major [N, C]; labels are class numbers.

import { type Numbers, type PreparedMetric, prepareMean } from './metric.js';

/** The class of the highest logit of each row `[N]`; the first one on a tie. */
export function chooseClasses(logits: Numbers, numClasses: number): Int32Array {
  const chosen = new Int32Array(logits.length / numClasses);
  for (let row = 0; row < chosen.length; row++) {
    let best = 0;
    for (let candidate = 1; candidate < numClasses; candidate++) {
      if (logits[row * numClasses + candidate] > logits[row * numClasses + best]) best = candidate;
    }
    chosen[row] = best;
  }
  return chosen;
}

/** softmax of each row of `logits [N, C]`, without overflow. */
export function softmaxRows(logits: Numbers, numClasses: number): Float64Array {
  const probabilities = new Float64Array(logits.length);
  for (let start = 0; start < logits.length; start += numClasses) {
    let highest = Number.NEGATIVE_INFINITY;
    for (let at = start; at < start + numClasses; at++) highest = Math.max(highest, logits[at]);
    let sum = 0;
    for (let at = start; at < start + numClasses; at++) {
      probabilities[at] = Math.exp(logits[at] - highest);
      sum += probabilities[at];
    }
    for (let at = start; at < start + numClasses; at++) probabilities[at] /= sum;
  }
  return probabilities;
}

/** Share of rows whose chosen class is the label. Source: sklearn.metrics.accuracy_score. */
export function classAccuracy(chosen: Numbers, labels: Numbers): number {
  return prepareClassAccuracy(chosen, labels)();
}

/** Prepared `classAccuracy`. */
export function prepareClassAccuracy(chosen: Numbers, labels: Numbers): PreparedMetric {
  return prepareMean(Float64Array.from(chosen, (choice, row) => (choice === labels[row] ? 1 : 0)));
}

/** Mean of -ln softmax(logits)[label] in nats. Source: sklearn.metrics.log_loss. */
export function classLogLoss(logits: Numbers, labels: Numbers, numClasses: number): number {
  return prepareClassLogLoss(logits, labels, numClasses)();
}

/** Prepared `classLogLoss`; log-sum-exp, so no probability is rounded to 0. */
export function prepareClassLogLoss(
  logits: Numbers,
  labels: Numbers,
  numClasses: number,
): PreparedMetric {
  const losses = new Float64Array(labels.length);
  for (let row = 0; row < losses.length; row++) {
    const start = row * numClasses;
    let highest = Number.NEGATIVE_INFINITY;
    for (let at = start; at < start + numClasses; at++) highest = Math.max(highest, logits[at]);
    let sum = 0;
    for (let at = start; at < start + numClasses; at++) sum += Math.exp(logits[at] - highest);
    losses[row] = highest + Math.log(sum) - logits[start + labels[row]];
  }
  return prepareMean(losses);
}

/**
 * Mean over classes of F1 = 2 TP / (2 TP + FP + FN); a class that is neither chosen nor a label is left out.
 * Source: sklearn.metrics.f1_score(average='macro'), whose default set of classes is the same.
 */
export function macroF1(chosen: Numbers, labels: Numbers, numClasses: number): number {
  return prepareMacroF1(chosen, labels, numClasses)();
}

/** Prepared `macroF1`. */
export function prepareMacroF1(
  chosen: Numbers,
  labels: Numbers,
  numClasses: number,
): PreparedMetric {
  return (weights) => {
    const hits = new Float64Array(numClasses);
    const mentions = new Float64Array(numClasses);
    for (let row = 0; row < labels.length; row++) {
      const weight = weights === undefined ? 1 : weights[row];
      mentions[chosen[row]] += weight;
      mentions[labels[row]] += weight;
      if (chosen[row] === labels[row]) hits[labels[row]] += weight;
    }
    let sum = 0;
    let numSeen = 0;
    for (let candidate = 0; candidate < numClasses; candidate++) {
      if (mentions[candidate] === 0) continue;
      sum += (2 * hits[candidate]) / mentions[candidate];
      numSeen++;
    }
    return sum / numSeen;
  };
}
