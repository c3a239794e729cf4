// How much each row of a student's training counts: its own weight times that of its class, with a mean of 1.
import { sigmoid } from '@bert2dnn/student';
import { type ExampleSet, readExamples } from '../data/index.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { type ClassWeights, weighRows } from '../teacher/class-weights.js';
import type { TeacherTask } from '../teacher/folder-extra.js';
import type { Loss } from './student-loss.js';
import type { Targets } from './targets.js';

/** What weights are made of. */
export interface RowWeightSources {
  set: ExampleSet;
  /** What the rows are trained towards. */
  targets: Targets;
  /** Gold labels [N] if they are what is learnt; with soft labels a row has the mean weight of its classes. */
  hard: Float32Array | undefined;
  numOutputs: number;
  loss: Loss;
  classWeights: ClassWeights | undefined;
}

/**
 * The targets with weights, and without the rows that count nothing; as they are if all rows count the same.
 * @throws Bert2dnnError USAGE for an unknown class, WEIGHT_INVALID if nothing is left to count.
 */
export async function weighTargets(sources: RowWeightSources): Promise<Targets> {
  const { set, targets, classWeights } = sources;
  if (set.weight === undefined && classWeights === undefined) return targets;
  const rows = targets.rows ?? Int32Array.from({ length: set.numRows }, (_, row) => row);
  const own = await readRowWeights(set);
  const weights = weighRows(
    {
      ...labelsOf(sources, rows),
      weights: own && Float64Array.from(rows, (row) => own[row]),
    },
    taskOf(sources),
    classWeights,
  )!;
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (!(sum > 0)) {
    throw new Bert2dnnError('WEIGHT_INVALID', `${set.files.join(', ')}: every row has weight 0`);
  }
  const numCounted = weights.reduce((count, weight) => count + (weight > 0 ? 1 : 0), 0);
  const all = new Float32Array(set.numRows);
  rows.forEach((row, index) => {
    all[row] = (weights[index] * numCounted) / sum;
  });
  const isWhole = numCounted === set.numRows;
  return {
    ...targets,
    weights: all,
    ...(!isWhole && { rows: rows.filter((row) => all[row] > 0) }),
  };
}

/** The weight column [N]; `undefined` for a set without one. */
async function readRowWeights(set: ExampleSet): Promise<Float64Array | undefined> {
  if (set.weight === undefined) return undefined;
  const weights = new Float64Array(set.numRows);
  // Which rows are bad may depend on the texts; without bad rows the weight column is enough.
  const needed = set.badRows === undefined ? { ...set, fields: {}, group: undefined } : set;
  for await (const batch of readExamples(needed)) weights.set(batch.weights!, batch.start);
  return weights;
}

/** Gold labels of the rows, or the shares of the classes in their soft labels. */
function labelsOf(
  { targets, hard, numOutputs, loss }: RowWeightSources,
  rows: Int32Array,
): { labels: Float64Array; shares?: Float64Array } {
  if (hard !== undefined) return { labels: Float64Array.from(rows, (row) => hard[row]) };
  const numClasses = Math.max(2, numOutputs);
  const shares = new Float64Array(rows.length * numClasses);
  rows.forEach((row, index) => {
    if (numOutputs > 1) {
      const own = targets.targets.subarray(row * numOutputs, (row + 1) * numOutputs);
      shares.set(own, index * numClasses);
      return;
    }
    const target = targets.targets[row];
    const label = loss === 'margin-mse' ? sigmoid(target) : target;
    shares.set([1 - label, label], index * 2);
  });
  return { labels: new Float64Array(rows.length), shares };
}

/** Names of the classes, for `classWeights` by name. */
function taskOf({ set, numOutputs }: RowWeightSources): TeacherTask {
  const { label } = set;
  if (label?.kind === 'classes') return { kind: 'classes', classes: label.classes };
  if (numOutputs === 1) return { kind: 'graded', labelRange: label?.labelRange ?? [0, 1] };
  const classes = Array.from({ length: numOutputs }, (_, index) => `${index}`);
  return { kind: 'classes', classes };
}
