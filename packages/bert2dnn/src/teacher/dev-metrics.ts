// The figures that choose a teacher's best epoch. Reports use the evaluation stage, not these.
import { isPositiveLabel } from '../data/index.js';
import { areaUnderRoc } from '../foundation/area-under-roc.js';
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
    if (margin > 0 === isPositiveLabel(labels[row])) numRight++;
  }
  return {
    logLoss: logLoss / numRows,
    auc: areaUnderRoc(margins, (row) => isPositiveLabel(labels[row])),
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
  return { ...metrics, auc: areaUnderRoc(marginOf(logits, 2), (row) => labels[row] === 1) };
}
