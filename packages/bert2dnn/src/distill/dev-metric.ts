// The one figure that chooses the best epoch. Full evaluation, with intervals, is another stage's work.
import { sigmoid } from '@bert2dnn/student';

/** A figure on the dev examples; larger is better. */
export interface DevMetric {
  name: 'auc' | 'negativeLogLoss' | 'accuracy';
  value: number;
}

/** Grade from which an example counts as positive: the upper third of the range. */
const POSITIVE_FROM = 2 / 3;

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
  const auc = areaUnderRoc(logits, labels);
  if (auc !== undefined) return { name: 'auc', value: auc };
  return { name: 'negativeLogLoss', value: -logLoss(logits, labels, temperature) };
}

/**
 * The probability that a positive scores above a negative, ties counting half; `undefined` if there are no two sides.
 * Source: Mann-Whitney U by ranks, ties given their mean rank.
 */
function areaUnderRoc(scores: Float32Array, labels: Float64Array): number | undefined {
  const order = Uint32Array.from(scores.keys()).sort((left, right) => scores[left] - scores[right]);
  let numPositive = 0;
  let rankSum = 0;
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && scores[order[end]] === scores[order[start]]) end++;
    const meanRank = (start + 1 + end) / 2;
    for (let place = start; place < end; place++) {
      if (labels[order[place]] < POSITIVE_FROM) continue;
      numPositive++;
      rankSum += meanRank;
    }
    start = end;
  }
  const numNegative = scores.length - numPositive;
  if (numPositive === 0 || numNegative === 0) return undefined;
  return (rankSum - (numPositive * (numPositive + 1)) / 2) / (numPositive * numNegative);
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
