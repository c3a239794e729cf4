// What storing a student in another precision costs: its scores before and after on the same rows, and metrics against
// labels where there are any.
import type { Student } from '@bert2dnn/student';
import type { ExampleSet } from '../data/index.js';
import { evaluateModel, type Scorer } from '../evaluate/index.js';
import { softmaxRows } from '../evaluate/metrics/classes.js';
import { sigmoid } from '../evaluate/metrics/metric.js';
import { studentScorer } from '../evaluate/open-scorer.js';
import { type Progress, SILENT } from '../foundation/progress.js';

/** One metric against the labels, before and after. */
export interface MetricChange {
  before: number;
  after: number;
}

/** What was measured on some rows. */
export interface StorageLoss {
  numRows: number;
  /** Share of rows with the same decision: probability at or above .5, or the same class. */
  equalDecisions: number;
  /** Of the probabilities, over classes too. */
  meanDifference: number;
  maxDifference: number;
  /** Against the labels, by metric; without labels none. */
  gold: Record<string, MetricChange>;
}

/**
 * Scores all rows with both students.
 * @throws Bert2dnnError as `evaluateModel`.
 */
export async function measureStorageLoss(
  students: { before: Student; after: Student },
  input: ExampleSet,
  progress: Progress = SILENT,
): Promise<StorageLoss> {
  const before = keepLogits(studentScorer(students.before, 'before'));
  const after = keepLogits(studentScorer(students.after, 'after'));
  const { gold, teacherGold, agreement } = await evaluateModel({
    model: after.scorer,
    teacher: before.scorer,
    input,
    bootstrap: 0,
    progress,
  });
  return {
    numRows: input.numRows,
    equalDecisions: agreement!.accuracy.value,
    ...compareProbabilities(before, after),
    gold: Object.fromEntries(
      Object.entries(gold)
        .filter(([name]) => teacherGold?.[name] !== undefined)
        .map(([name, { value }]) => [name, { before: teacherGold![name].value, after: value }]),
    ),
  };
}

interface KeptLogits {
  scorer: Scorer;
  /** Of each batch, in order. */
  batches: Float32Array[];
}

function keepLogits(scorer: Scorer): KeptLogits {
  const batches: Float32Array[] = [];
  return {
    batches,
    scorer: {
      ...scorer,
      async logits(texts) {
        const logits = await scorer.logits(texts);
        batches.push(logits);
        return logits;
      },
    },
  };
}

function compareProbabilities(
  before: KeptLogits,
  after: KeptLogits,
): Pick<StorageLoss, 'meanDifference' | 'maxDifference'> {
  let sum = 0;
  let maxDifference = 0;
  let numProbabilities = 0;
  for (const [index, batch] of before.batches.entries()) {
    const left = probabilitiesOf(before.scorer, batch);
    const right = probabilitiesOf(after.scorer, after.batches[index]);
    for (let at = 0; at < left.length; at++) {
      const difference = Math.abs(left[at] - right[at]);
      sum += difference;
      maxDifference = Math.max(maxDifference, difference);
    }
    numProbabilities += left.length;
  }
  return { meanDifference: sum / numProbabilities, maxDifference };
}

function probabilitiesOf({ temperature, numOutputs }: Scorer, logits: Float32Array): Float64Array {
  const scaled = Float64Array.from(logits, (logit) => logit * temperature);
  return numOutputs === 1 ? scaled.map(sigmoid) : softmaxRows(scaled, numOutputs);
}
