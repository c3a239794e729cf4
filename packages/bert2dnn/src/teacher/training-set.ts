// Labelled examples as tokens and targets in memory, and the checks that a training on them makes sense.
import { type ExampleSet, readExamples } from '../data/index.js';
import { Bert2dnnError } from '../foundation/errors.js';
import {
  concatEncoded,
  type EncodedTexts,
  type EncodeOptions,
  encodeTexts,
} from './encoded-texts.js';
import type { TeacherTask } from './folder-extra.js';

/** Tokens and labels of N rows. */
export interface TrainingSet {
  texts: EncodedTexts;
  /** 0..1 for a graded task, else class indices. */
  labels: Float64Array;
}

/** Reads and tokenises a whole labelled set. @throws Bert2dnnError as `readExamples`. */
export async function readTrainingSet(
  set: ExampleSet,
  options: EncodeOptions,
): Promise<TrainingSet> {
  const parts: EncodedTexts[] = [];
  const labels = new Float64Array(set.numRows);
  for await (const batch of readExamples(set)) {
    parts.push(encodeTexts(batch.fields, options));
    labels.set(batch.labels!, batch.start);
  }
  return { texts: concatEncoded(parts), labels };
}

/** What the labels of a set mean. @throws Bert2dnnError COLUMN_MISSING for a set without labels. */
export function taskOf(set: ExampleSet): TeacherTask {
  const { label } = set;
  if (label === undefined) {
    throw new Bert2dnnError('COLUMN_MISSING', `${set.files[0]}: no label column to train on`, {
      hint: 'Name it with --label.',
    });
  }
  return label.kind === 'classes'
    ? { kind: 'classes', classes: label.classes }
    : { kind: 'graded', labelRange: label.labelRange };
}

/**
 * Refuses labels from which nothing can be learnt.
 * @throws Bert2dnnError LABELS_ONE_SIDED when all are in one half of the range or of one class.
 */
export function checkBothSides(labels: Float64Array, task: TeacherTask, file: string): void {
  if (task.kind === 'classes') {
    if (new Set(labels).size > 1) return;
    const name = task.classes[labels[0]];
    throw oneSided(file, `all ${labels.length} labels are "${name}", expected two classes or more`);
  }
  const numUpper = labels.reduce((count, label) => count + (label >= 0.5 ? 1 : 0), 0);
  if (numUpper > 0 && numUpper < labels.length) return;
  const half = numUpper === 0 ? 'lower' : 'upper';
  const [low, high] = task.labelRange;
  throw oneSided(
    file,
    `all ${labels.length} labels are in the ${half} half of ${low}..${high}, expected both`,
  );
}

function oneSided(file: string, message: string): Bert2dnnError {
  return new Bert2dnnError('LABELS_ONE_SIDED', `${file}: ${message}`, {
    hint: 'Is it the right column, and the right --label-range?',
  });
}

/** Targets [B, C] of rows: the label itself for one output, shares of classes that sum to 1 for more. */
export function targetsOf(
  labels: Float64Array,
  rows: ArrayLike<number>,
  { numOutputs, isGraded }: { numOutputs: number; isGraded: boolean },
): Float32Array {
  const targets = new Float32Array(rows.length * numOutputs);
  for (let index = 0; index < rows.length; index++) {
    const label = labels[rows[index]];
    if (numOutputs === 1) {
      targets[index] = label;
    } else if (isGraded) {
      targets[index * numOutputs] = 1 - label;
      targets[index * numOutputs + 1] = label;
    } else {
      targets[index * numOutputs + label] = 1;
    }
  }
  return targets;
}
