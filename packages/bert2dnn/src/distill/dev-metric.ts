// The figure that chooses the best values, and agreement with the teacher beside it, never mixed into it. Full evaluation,
// with intervals, is another stage's work.
import { sigmoid } from '@bert2dnn/student';
import { isPositiveLabel } from '../data/index.js';
import { areaUnderRoc } from '../foundation/area-under-roc.js';

/** A figure on the dev examples; larger is better. */
export interface DevMetric {
  name: 'auc' | 'negativeLogLoss' | 'accuracy';
  value: number;
}

/**
 * The metric of `logits [N, C]` on gold labels [N]: for C = 1 the area under the ROC curve, or the log loss with its sign
 * turned if all labels lie on one side of two thirds; for classes the accuracy.
 */
export function devMetric(
  logits: Float32Array,
  labels: Float64Array,
  numOutputs: number,
  temperature: number,
): DevMetric {
  if (numOutputs > 1) return { name: 'accuracy', value: accuracy(logits, labels, numOutputs) };
  const auc = areaUnderRoc(logits, (row) => isPositiveLabel(labels[row]));
  if (auc !== undefined) return { name: 'auc', value: auc };
  return { name: 'negativeLogLoss', value: -logLoss(logits, labels, temperature) };
}

/**
 * Agreement with a teacher: Pearson's r of the student's logits and the logits that it should have, both [N]; rows where the
 * second is NaN are left out. `undefined` if one of them does not vary.
 */
export function logitAgreement(
  logits: Float32Array,
  targetLogits: Float32Array,
): number | undefined {
  const rows = targetLogits.reduce((sum, target) => sum + (Number.isNaN(target) ? 0 : 1), 0);
  let [mean, targetMean] = [0, 0];
  logits.forEach((logit, row) => {
    if (Number.isNaN(targetLogits[row])) return;
    mean += logit / rows;
    targetMean += targetLogits[row] / rows;
  });
  let [products, squares, targetSquares] = [0, 0, 0];
  logits.forEach((logit, row) => {
    if (Number.isNaN(targetLogits[row])) return;
    const gap = logit - mean;
    const targetGap = targetLogits[row] - targetMean;
    products += gap * targetGap;
    squares += gap * gap;
    targetSquares += targetGap * targetGap;
  });
  if (squares === 0 || targetSquares === 0) return undefined;
  return products / Math.sqrt(squares) / Math.sqrt(targetSquares);
}

function logLoss(logits: Float32Array, labels: Float64Array, temperature: number): number {
  let loss = 0;
  for (let index = 0; index < logits.length; index++) {
    const probability = sigmoid(logits[index] * temperature);
    loss -=
      labels[index] * Math.log(Math.max(probability, 1e-15)) +
      (1 - labels[index]) * Math.log(Math.max(1 - probability, 1e-15));
  }
  return loss / logits.length;
}

function accuracy(logits: Float32Array, labels: Float64Array, numOutputs: number): number {
  let numRight = 0;
  for (let index = 0; index < labels.length; index++) {
    let best = 0;
    for (let c = 1; c < numOutputs; c++) {
      if (logits[index * numOutputs + c] > logits[index * numOutputs + best]) best = c;
    }
    if (best === labels[index]) numRight++;
  }
  return numRight / labels.length;
}
