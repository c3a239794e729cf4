// The figures that choose a teacher's best epoch. Reports use the evaluation stage, not these.
import { marginOf } from './margin.js';

/** Metrics of one pass over the dev set. */
export interface DevMetrics {
  /** Mean cross-entropy against the labels, in nats. */
  logLoss: number;
  /** Area under the ROC curve; absent for classes or when one side is empty. */
  auc?: number;
  /** Share of rows whose best class is the label; of a binary head, whose side of 0 is the label's. */
  accuracy: number;
}

/** A graded label counts as positive from here: the upper third of the range. */
export const POSITIVE_LABEL = 2 / 3;

/** Metrics of logits [N, C] against labels [N]: 0..1 for C of 1 or 2 with graded labels, else class indices. */
export function measureDev(
  logits: Float32Array,
  labels: ArrayLike<number>,
  { numOutputs, isGraded }: { numOutputs: number; isGraded: boolean },
): DevMetrics {
  if (!isGraded) return measureClasses(logits, labels, numOutputs);
  const margins = marginOf(logits, numOutputs);
  const numRows = labels.length;
  let logLoss = 0;
  let numRight = 0;
  for (let row = 0; row < numRows; row++) {
    const margin = margins[row];
    logLoss += Math.max(margin, 0) - margin * labels[row] + Math.log1p(Math.exp(-Math.abs(margin)));
    if (margin > 0 === labels[row] >= POSITIVE_LABEL) numRight++;
  }
  const isPositive = Array.from(labels, (label) => label >= POSITIVE_LABEL);
  return {
    logLoss: logLoss / numRows,
    auc: areaUnderRoc(margins, isPositive),
    accuracy: numRight / numRows,
  };
}

function measureClasses(
  logits: Float32Array,
  labels: ArrayLike<number>,
  numOutputs: number,
): DevMetrics {
  let logLoss = 0;
  let numRight = 0;
  for (let row = 0; row < labels.length; row++) {
    const scores = logits.subarray(row * numOutputs, (row + 1) * numOutputs);
    const highest = scores.reduce((best, score) => Math.max(best, score), -Infinity);
    const sum = scores.reduce((total, score) => total + Math.exp(score - highest), 0);
    logLoss += highest + Math.log(sum) - scores[labels[row]];
    if (scores.indexOf(highest) === labels[row]) numRight++;
  }
  const metrics = { logLoss: logLoss / labels.length, accuracy: numRight / labels.length };
  if (numOutputs !== 2) return metrics;
  const isPositive = Array.from(labels, (label) => label === 1);
  return { ...metrics, auc: areaUnderRoc(marginOf(logits, 2), isPositive) };
}

/** Probability that a positive row scores above a negative one, ties counting half. Source: Mann-Whitney U. */
function areaUnderRoc(scores: Float32Array, isPositive: readonly boolean[]): number | undefined {
  const order = Int32Array.from({ length: scores.length }, (_, row) => row);
  order.sort((left, right) => scores[left] - scores[right]);
  let rankSum = 0;
  let numPositive = 0;
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && scores[order[end]] === scores[order[start]]) end++;
    const meanRank = (start + 1 + end) / 2;
    for (let at = start; at < end; at++) {
      if (!isPositive[order[at]]) continue;
      rankSum += meanRank;
      numPositive++;
    }
    start = end;
  }
  const numNegative = scores.length - numPositive;
  if (numPositive === 0 || numNegative === 0) return undefined;
  return (rankSum - (numPositive * (numPositive + 1)) / 2) / (numPositive * numNegative);
}
