// How far a student says what its teacher says, on any rows. No gold label enters here: agreement is not truth.

import type { Statistic } from './bootstrap.js';
import { byRow } from './metric-table.js';
import { prepareClassAccuracy, prepareMacroF1 } from './metrics/classes.js';
import { preparePearson, prepareSpearman } from './metrics/correlation.js';
import { prepareAuc } from './metrics/decisions.js';
import { prepareMean } from './metrics/metric.js';
import type { ScoredRows } from './scored-rows.js';

/**
 * The statistics of agreement of `student` with `teacher`:
 * - `accuracy`: share of rows with the same decision (probability at or above .5, or the highest class);
 * - `auc`: of the student's logits against the teacher's decisions (left out when those are one-sided);
 * - `pearson`, `spearman`: of the logits;
 * - `meanAbsoluteDifference`: of the probabilities, over classes too;
 * - `macroF1` (classes only): of the student's choices against the teacher's.
 */
export function prepareAgreement(
  student: ScoredRows,
  teacher: ScoredRows,
): Record<string, Statistic> {
  const differences = byRow(prepareMean(absoluteDifferences(student, teacher)));
  const sameDecision = byRow(prepareClassAccuracy(student.chosen, teacher.chosen));
  if (student.numOutputs > 1) {
    return {
      accuracy: sameDecision,
      macroF1: byRow(prepareMacroF1(student.chosen, teacher.chosen, student.numOutputs)),
      meanAbsoluteDifference: differences,
    };
  }
  return {
    accuracy: sameDecision,
    auc: byRow(prepareAuc(student.logits, teacher.chosen, student.order)),
    pearson: byRow(preparePearson(student.logits, teacher.logits)),
    spearman: byRow(prepareSpearman(student.logits, teacher.logits, student.order, teacher.order)),
    meanAbsoluteDifference: differences,
  };
}

/** |p - q| of each row, mean over classes: `[N]`. */
function absoluteDifferences(student: ScoredRows, teacher: ScoredRows): Float64Array {
  const { numOutputs } = student;
  const differences = new Float64Array(student.chosen.length);
  for (let at = 0; at < student.probabilities.length; at++) {
    const difference = Math.abs(student.probabilities[at] - teacher.probabilities[at]);
    differences[Math.floor(at / numOutputs)] += difference / numOutputs;
  }
  return differences;
}
