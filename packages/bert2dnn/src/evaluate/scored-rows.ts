// What evaluation works on: the labels of N rows and what one model said about them. No file is read here.

import { isPositiveLabel, POSITIVE_LABEL } from '../data/positive-label.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { toProbabilities } from './metrics/calibration.js';
import { chooseClasses, softmaxRows } from './metrics/classes.js';
import { type RankOrder, rankOrder } from './metrics/order.js';
import type { GroupIndex } from './metrics/ranking.js';

/** The truth about N rows. */
export interface LabelledRows {
  numRows: number;
  /** `labels [N]`: 0..1, or the class number when there are classes; absent for rows without labels. */
  labels?: Float64Array;
  /** Names of the classes; absent for a binary or graded task. */
  classes?: readonly string[];
  /** The range that labels were mapped from; 0..1 unless given. */
  labelRange?: readonly [number, number];
  groups?: GroupIndex;
}

/** What one model said about N rows. */
export interface ModelScores {
  name: string;
  numOutputs: number;
  /** `logits [N, numOutputs]`, raw. */
  logits: Float32Array | Float64Array;
  /** probability = sigmoid(logit * temperature), or the softmax of it. */
  temperature: number;
  /** False for scores that only rank (BM25): metrics of probabilities are left out. */
  calibrated: boolean;
}

/** A model's scores in the forms that metrics take. */
export interface ScoredRows {
  name: string;
  numOutputs: number;
  calibrated: boolean;
  /** `logits [N, C]` times the temperature. */
  logits: Float64Array;
  /** `probabilities [N, C]`. */
  probabilities: Float64Array;
  /** Ascending order of the logits when C = 1. */
  order: RankOrder;
  /** `chosen [N]`: class of the highest logit, or 0/1 for probability at or above .5. */
  chosen: Int32Array;
}

/** Prepares a model's scores. @throws Bert2dnnError NOT_FINITE when a logit is NaN or infinite. */
export function prepareScores(scores: ModelScores): ScoredRows {
  const { name, numOutputs, calibrated, temperature } = scores;
  const logits = new Float64Array(scores.logits.length);
  for (let at = 0; at < logits.length; at++) {
    logits[at] = scores.logits[at] * temperature;
    if (!Number.isFinite(logits[at])) {
      const row = Math.floor(at / numOutputs);
      throw new Bert2dnnError(
        'NOT_FINITE',
        `${name}: the logit of row ${row} is ${scores.logits[at]}, expected a finite number`,
        { hint: 'The model folder is damaged or was trained to NaN: train it again.' },
      );
    }
  }
  if (numOutputs > 1) {
    const probabilities = softmaxRows(logits, numOutputs);
    const chosen = chooseClasses(logits, numOutputs);
    return { name, numOutputs, calibrated, logits, probabilities, order: NO_ORDER, chosen };
  }
  const probabilities = toProbabilities(logits);
  const chosen = Int32Array.from(logits, (logit) => (logit >= 0 ? 1 : 0));
  return {
    name,
    numOutputs,
    calibrated,
    logits,
    probabilities,
    order: rankOrder(logits),
    chosen,
  };
}

const NO_ORDER: RankOrder = { rows: new Uint32Array(0), ends: new Uint32Array(0) };

/** 1 for each label at or above `positive` (in 0..1), within 1e-9; else 0. */
export function toPositives(labels: ArrayLike<number>, positive: number): Uint8Array {
  return Uint8Array.from(labels, (label) => (isPositiveLabel(label, positive) ? 1 : 0));
}

/**
 * The probability at and above which a row is decided positive: midway between the highest negative label and the
 * lowest positive one, so that a prediction is decided as its nearest label. .5 for labels 0 and 1; .5 for one side only.
 */
export function decisionThreshold(labels: ArrayLike<number>, positives: Uint8Array): number {
  let highestNegative = Number.NEGATIVE_INFINITY;
  let lowestPositive = Number.POSITIVE_INFINITY;
  for (let row = 0; row < labels.length; row++) {
    if (positives[row] === 1) lowestPositive = Math.min(lowestPositive, labels[row]);
    else highestNegative = Math.max(highestNegative, labels[row]);
  }
  const threshold = (highestNegative + lowestPositive) / 2;
  return Number.isFinite(threshold) ? threshold : 0.5;
}

/** The label at and above which a row is positive, in 0..1, from one in the units of the label range. */
export function positiveCut(
  positive: number | undefined,
  labelRange: readonly [number, number] = [0, 1],
): number {
  if (positive === undefined) return POSITIVE_LABEL;
  const [low, high] = labelRange;
  if (!(positive > low && positive <= high)) {
    throw new Bert2dnnError(
      'USAGE',
      `--positive: got ${positive}, expected a label above ${low} and at most ${high}`,
      { hint: 'It is in the units of --label-range, for example 2.67 for grades 1:3.' },
    );
  }
  return (positive - low) / (high - low);
}
