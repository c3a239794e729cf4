// Labelled examples as tokens and targets in memory.
import { type ExampleSet, readExamples } from '../data/index.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { fingerprintArrays } from '../foundation/fingerprint.js';
import {
  concatEncoded,
  countTruncated,
  type EncodedTexts,
  type EncodeOptions,
  encodeTexts,
} from './encoded-texts.js';
import type { TeacherTask } from './folder-extra.js';

/** Tokens and labels of N rows. */
export interface TrainingSet {
  texts: EncodedTexts;
  /** 0..1 for a graded task, else class indices (of soft labels the largest share's). */
  labels: Float64Array;
  /** Shares of the classes [N, C] of soft labels. */
  shares?: Float64Array;
  /** How much each row counts [N], finite and 0 or more; without them all count the same. */
  weights?: Float64Array | Float32Array;
  /** Rows that were cut to the longest sequence. */
  numTruncated: number;
}

/** Reads and tokenises a whole labelled set. @throws Bert2dnnError as `readExamples`. */
export async function readTrainingSet(
  set: ExampleSet,
  options: EncodeOptions,
): Promise<TrainingSet> {
  const parts: EncodedTexts[] = [];
  let numTruncated = 0;
  const labels = new Float64Array(set.numRows);
  const weights = set.weight === undefined ? undefined : new Float64Array(set.numRows);
  const numShares = set.label?.kind === 'classes' ? set.label.classes.length : 0;
  let shares: Float64Array | undefined;
  for await (const batch of readExamples(set)) {
    const part = encodeTexts(batch.fields, options);
    parts.push(part);
    numTruncated += countTruncated(part, batch.fields, options);
    labels.set(batch.labels!, batch.start);
    if (batch.weights !== undefined) weights?.set(batch.weights, batch.start);
    if (batch.shares === undefined) continue;
    shares ??= new Float64Array(set.numRows * numShares);
    shares.set(batch.shares, batch.start * numShares);
  }
  return { texts: concatEncoded(parts), labels, shares, weights, numTruncated };
}

/** Fingerprint of everything that a training sees of a set. */
export function fingerprintSet({ texts, labels, shares, weights }: TrainingSet): string {
  const { ids, typeIds, offsets } = texts;
  const optional = { ...(shares && { shares }), ...(weights && { weights }) };
  return fingerprintArrays({ ids, typeIds, offsets, labels, ...optional });
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
  { labels, shares }: TrainingSet,
  rows: ArrayLike<number>,
  { numOutputs, isGraded }: { numOutputs: number; isGraded: boolean },
): Float32Array {
  const targets = new Float32Array(rows.length * numOutputs);
  for (let index = 0; index < rows.length; index++) {
    const label = labels[rows[index]];
    const start = index * numOutputs;
    if (numOutputs === 1) {
      targets[index] = label;
    } else if (isGraded) {
      targets[start] = 1 - label;
      targets[start + 1] = label;
    } else if (shares !== undefined) {
      const from = rows[index] * numOutputs;
      targets.set(shares.subarray(from, from + numOutputs), start);
    } else {
      targets[start + label] = 1;
    }
  }
  return targets;
}
