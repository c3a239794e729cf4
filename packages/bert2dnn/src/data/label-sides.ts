// Whether a set's labels can teach anything: both halves of the range, or at least two classes.
import { Bert2dnnError } from '../foundation/errors.js';
import type { ExampleSet } from './examples.js';
import type { LabelColumn } from './label-column.js';

/**
 * Refuses a set whose labels are all below the middle of their range, all at or above it, or all of one class.
 * For data to learn from; an evaluation may be one-sided. Rows without a label are not counted.
 * @throws Bert2dnnError LABELS_ONE_SIDED, naming the file and the side; USAGE if the set was opened without labels.
 */
export function requireTwoSides(set: ExampleSet): void {
  const { label, labelSummary } = set;
  const files = set.files.join(', ');
  if (label === undefined || labelSummary === undefined) {
    throw new Bert2dnnError('USAGE', `${files}: no label column is named`);
  }
  const { min, max, numLabelled } = labelSummary;
  const fault = numLabelled === 0 ? 'no row has a label' : faultOf(label, min, max, numLabelled);
  if (fault === undefined) return;
  throw new Bert2dnnError(
    'LABELS_ONE_SIDED',
    `${files}: ${fault}, expected ${label.kind === 'classes' ? 'two classes or more' : 'both sides'}`,
    {
      hint: `Is "${label.column}" the right label column${label.kind === 'graded' ? ', and the --label-range right' : ''}? Nothing can be learnt from one side: add examples of the other.`,
    },
  );
}

/** What is wrong with labels from `min` to `max` (0..1 for grades, else class indices); `undefined` if nothing is. */
function faultOf(
  label: LabelColumn,
  min: number,
  max: number,
  numLabelled: number,
): string | undefined {
  if (label.kind === 'classes') {
    // Shares can teach also where all rows have the same most likely class.
    if (min < max || label.stored === 'shares') return undefined;
    return `only one class: all ${numLabelled} labels are "${label.classes[min]}"`;
  }
  const range = label.range.join('..');
  if (max < 0.5) {
    return `no positive label: all ${numLabelled} labels are in the lower half of ${range}`;
  }
  if (min >= 0.5) {
    return `no negative label: all ${numLabelled} labels are in the upper half of ${range}`;
  }
  return undefined;
}
