// Labelled examples as tokens and targets in memory.
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
