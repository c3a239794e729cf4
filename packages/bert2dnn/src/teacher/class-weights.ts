// How much each row of a training counts: its own weight times that of its class.
import { isPositiveLabel } from '../data/index.js';
import { Bert2dnnError, findNearestName } from '../foundation/errors.js';
import type { TeacherTask } from './folder-extra.js';
import type { TrainingSet } from './training-set.js';

/** What the weights of rows are made of. */
export type WeighedRows = Pick<TrainingSet, 'labels' | 'shares' | 'weights'>;

/** Weights by class, 1 where none is named; `balanced`: all classes count the same together. Grades have two sides. */
export type ClassWeights = 'balanced' | Readonly<Record<string, number>>;

/** The names of the two sides of a graded label: below the upper third of its range, and in it. */
const SIDES = ['negative', 'positive'];

/**
 * Weights of rows [N] with class weights in them; `undefined` if all rows count the same.
 * A row of soft labels has the mean weight of its classes, by their shares.
 * Source of `balanced`: N / (C n_c), sklearn's `compute_class_weight`, with sums of weights as counts.
 * @throws Bert2dnnError USAGE for an unknown class, WEIGHT_INVALID if nothing is left to count.
 */
export function weighRows(
  set: WeighedRows,
  task: TeacherTask,
  classWeights: ClassWeights | undefined,
): Float32Array | undefined {
  if (classWeights === undefined) return set.weights && Float32Array.from(set.weights);
  const classes = task.kind === 'classes' ? task.classes : SIDES;
  const shareOf = sharesOf(set, task, classes.length);
  const byClass =
    classWeights === 'balanced'
      ? balance(set, classes.length, shareOf)
      : classes.map((_, index) => weightOf(classWeights, classes, index));
  const weights = Float32Array.from(set.labels, (_, row) => {
    const own = set.weights?.[row] ?? 1;
    return own * byClass.reduce((sum, weight, index) => sum + weight * shareOf(row, index), 0);
  });
  if (weights.some((weight) => weight > 0)) return weights;
  throw new Bert2dnnError('WEIGHT_INVALID', '--class-weight: every row has weight 0');
}

/** The share of a class in the label of a row. */
function sharesOf(
  { labels, shares }: WeighedRows,
  task: TeacherTask,
  numClasses: number,
): (row: number, index: number) => number {
  if (shares !== undefined) return (row, index) => shares[row * numClasses + index];
  if (task.kind === 'classes') return (row, index) => (labels[row] === index ? 1 : 0);
  return (row, index) => (Number(isPositiveLabel(labels[row])) === index ? 1 : 0);
}

function balance(
  { labels, weights }: WeighedRows,
  numClasses: number,
  shareOf: (row: number, index: number) => number,
): number[] {
  const sums = new Array<number>(numClasses).fill(0);
  let total = 0;
  for (let row = 0; row < labels.length; row++) {
    const weight = weights?.[row] ?? 1;
    total += weight;
    for (let index = 0; index < numClasses; index++) sums[index] += weight * shareOf(row, index);
  }
  // A class without rows has no use for a weight.
  return sums.map((sum) => (sum === 0 ? 0 : total / (numClasses * sum)));
}

function weightOf(
  given: Readonly<Record<string, number>>,
  classes: readonly string[],
  index: number,
): number {
  const unknown = Object.keys(given).find((name) => !classes.includes(name));
  if (unknown === undefined) return given[classes[index]] ?? 1;
  const nearest = findNearestName(unknown, classes);
  throw new Bert2dnnError(
    'USAGE',
    `--class-weight: no class "${unknown}", expected ${classes.map((name) => JSON.stringify(name)).join(', ')}`,
    nearest === undefined ? {} : { hint: `Did you mean "${nearest}"?` },
  );
}
