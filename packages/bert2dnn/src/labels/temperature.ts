// Temperature: softening a teacher's scores, and fitting the temperature that makes them true probabilities.
import { sigmoid } from '@bert2dnn/student';
import { Bert2dnnError } from '../foundation/errors.js';

/**
 * The soft label of a margin: `sigmoid(margin / T)`, in 0..1.
 * A larger T moves labels towards 0.5.
 * Source: Jiang et al., BERT2DNN, ICDM 2020, section III-C.
 */
export function softLabel(margin: number, temperature: number): number {
  return sigmoid(margin / temperature);
}

/** `softmax(logits / T)` of one row of C logits, written to `out [C]`. */
export function softLabels(
  out: Float64Array,
  logits: ArrayLike<number>,
  temperature: number,
): Float64Array {
  let largest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < logits.length; index++) largest = Math.max(largest, logits[index]);
  let sum = 0;
  for (let index = 0; index < logits.length; index++) {
    out[index] = Math.exp((logits[index] - largest) / temperature);
    sum += out[index];
  }
  for (let index = 0; index < logits.length; index++) out[index] /= sum;
  return out;
}

/** The temperatures that a fit may give. */
export const TEMPERATURE_RANGE: readonly [number, number] = [1 / 64, 64];

/**
 * The temperature that minimises the mean log loss of `softLabel(margin, T)` against labels in 0..1.
 * Found by golden-section search on log T within `TEMPERATURE_RANGE` to 1e-6: the loss is convex in 1/T, so
 * it has one valley. Graded labels count as probabilities.
 * margins [N], labels [N].
 * @throws Bert2dnnError LABELS_ONE_SIDED if all labels are equal: nothing to fit.
 */
export function fitTemperature(margins: Float64Array, labels: Float64Array): number {
  requireTwoSides(labels);
  return searchTemperature((temperature) => {
    let loss = 0;
    for (let index = 0; index < margins.length; index++) {
      const logit = margins[index] / temperature;
      // softplus(logit) - label * logit, without overflow.
      loss += Math.max(logit, 0) + Math.log1p(Math.exp(-Math.abs(logit))) - labels[index] * logit;
    }
    return loss / margins.length;
  });
}

/**
 * As `fitTemperature` for C classes: minimises the log loss of `softmax(logits / T)`.
 * logits [N, C], labels [N] = class indices.
 * @throws Bert2dnnError LABELS_ONE_SIDED if all labels are equal.
 */
export function fitClassTemperature(
  logits: ArrayLike<number>,
  labels: Float64Array,
  numOutputs: number,
): number {
  requireTwoSides(labels);
  const row = new Float64Array(numOutputs);
  const probabilities = new Float64Array(numOutputs);
  return searchTemperature((temperature) => {
    let loss = 0;
    for (let index = 0; index < labels.length; index++) {
      for (let c = 0; c < numOutputs; c++) row[c] = logits[index * numOutputs + c];
      softLabels(probabilities, row, temperature);
      loss -= Math.log(Math.max(probabilities[labels[index]], Number.MIN_VALUE));
    }
    return loss / labels.length;
  });
}

function requireTwoSides(labels: Float64Array): void {
  for (let index = 1; index < labels.length; index++) if (labels[index] !== labels[0]) return;
  throw new Bert2dnnError(
    'LABELS_ONE_SIDED',
    labels.length === 0
      ? 'temperature: no labelled example, expected at least two with different labels'
      : `temperature: all ${labels.length} labels are ${labels[0]}, expected at least two different ones`,
    { hint: 'Give --labelled a file with positive and negative examples, or set --temperature.' },
  );
}

const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

function searchTemperature(lossAt: (temperature: number) => number): number {
  let low = Math.log(TEMPERATURE_RANGE[0]);
  let high = Math.log(TEMPERATURE_RANGE[1]);
  let inner = high - GOLDEN_RATIO * (high - low);
  let outer = low + GOLDEN_RATIO * (high - low);
  let innerLoss = lossAt(Math.exp(inner));
  let outerLoss = lossAt(Math.exp(outer));
  while (high - low > 1e-6) {
    if (innerLoss <= outerLoss) {
      high = outer;
      outer = inner;
      outerLoss = innerLoss;
      inner = high - GOLDEN_RATIO * (high - low);
      innerLoss = lossAt(Math.exp(inner));
    } else {
      low = inner;
      inner = outer;
      innerLoss = outerLoss;
      outer = low + GOLDEN_RATIO * (high - low);
      outerLoss = lossAt(Math.exp(outer));
    }
  }
  return Math.exp((low + high) / 2);
}
