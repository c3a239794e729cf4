// The figures that choose a teacher's best epoch. Reports use the evaluation stage, not these.
import { isPositiveLabel } from '../data/index.js';
import { areaUnderRoc } from '../foundation/area-under-roc.js';
import { spearman } from '../foundation/spearman.js';
import { marginOf } from './margin.js';

/** Metrics of one pass over the dev set; every row counts the same. */
export interface DevMetrics {
  /** Mean cross-entropy against the labels, in nats. */
  logLoss: number;
  /** Area under the ROC curve; absent for more than two classes or when one side is empty. */
  auc?: number;
  /** Share of rows whose best class is the label; of a binary head, whose side of 0 is the label's. */
  accuracy: number;
  /** Spearman's rank correlation of margins and labels; present for grades of more than two values. */
  spearman?: number;
}

/** Labels of N rows. */
export interface DevLabels {
  /** 0..1 for C of 1 or 2 with graded labels, else class indices [N]. */
  labels: ArrayLike<number>;
  /** Shares of the classes [N, C], if the labels are soft; `labels` are then the largest ones' indices. */
  shares?: Float64Array;
}

/** Metrics of logits [N, C] against the labels of the rows. */
export function measureDev(
  logits: Float32Array,
  { labels, shares }: DevLabels,
  { numOutputs, isGraded }: { numOutputs: number; isGraded: boolean },
): DevMetrics {
  return isGraded
    ? measureGrades(marginOf(logits, numOutputs), labels)
    : measureClasses(logits, { labels, shares }, numOutputs);
}

function measureGrades(margins: Float64Array, labels: ArrayLike<number>): DevMetrics {
  const numRows = labels.length;
  let logLoss = 0;
  let numRight = 0;
  for (let row = 0; row < numRows; row++) {
    const margin = margins[row];
    logLoss += Math.max(margin, 0) - margin * labels[row] + Math.log1p(Math.exp(-Math.abs(margin)));
    if (margin > 0 === isPositiveLabel(labels[row])) numRight++;
  }
  const metrics = {
    logLoss: logLoss / numRows,
    auc: areaUnderRoc(margins, (row) => isPositiveLabel(labels[row])),
    accuracy: numRight / numRows,
  };
  if (!hasMoreThanTwoValues(labels)) return metrics;
  return { ...metrics, spearman: spearman(margins, labels) };
}

/** With two values the AUC says it all. */
function hasMoreThanTwoValues(labels: ArrayLike<number>): boolean {
  const values = new Set<number>();
  for (let row = 0; row < labels.length && values.size <= 2; row++) values.add(labels[row]);
  return values.size > 2;
}

function measureClasses(
  logits: Float32Array,
  { labels, shares }: DevLabels,
  numOutputs: number,
): DevMetrics {
  let logLoss = 0;
  let numRight = 0;
  for (let row = 0; row < labels.length; row++) {
    const scores = logits.subarray(row * numOutputs, (row + 1) * numOutputs);
    const highest = scores.reduce((best, score) => Math.max(best, score), -Infinity);
    const sum = scores.reduce((total, score) => total + Math.exp(score - highest), 0);
    const expected =
      shares === undefined
        ? scores[labels[row]]
        : scores.reduce((total, score, c) => total + shares[row * numOutputs + c] * score, 0);
    logLoss += highest + Math.log(sum) - expected;
    if (scores.indexOf(highest) === labels[row]) numRight++;
  }
  const metrics = { logLoss: logLoss / labels.length, accuracy: numRight / labels.length };
  if (numOutputs !== 2) return metrics;
  return { ...metrics, auc: areaUnderRoc(marginOf(logits, 2), (row) => labels[row] === 1) };
}
