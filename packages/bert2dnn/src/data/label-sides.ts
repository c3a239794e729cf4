// Whether a set's labels can teach anything: at least two different ones.
import { Bert2dnnError } from '../foundation/errors.js';
import type { ExampleSet } from './examples.js';

/**
 * Refuses a set whose labels are all the same. For training data; an evaluation may be one-sided.
 * @throws Bert2dnnError LABELS_ONE_SIDED, naming the one label; USAGE if the set was opened without labels.
 */
export function requireTwoSides(set: ExampleSet): void {
  const { label, labelSummary } = set;
  if (label === undefined || labelSummary === undefined) {
    throw new Bert2dnnError('USAGE', `${set.files.join(', ')}: no label column is named`);
  }
  const { min, max, numLabelled } = labelSummary;
  if (min < max) return;
  let shown = 'absent';
  if (numLabelled > 0 && label.kind === 'classes') shown = JSON.stringify(label.classes[min]);
  else if (numLabelled > 0 && label.kind === 'graded') {
    const [low, high] = label.range;
    shown = `${low + min * (high - low)}${min === 0 ? ': no positive label' : ''}`;
  }
  throw new Bert2dnnError(
    'LABELS_ONE_SIDED',
    `${set.files.join(', ')}: all ${set.numRows} labels in column "${label.column}" are ${shown}, expected both sides`,
    {
      hint: 'Nothing can be learnt from one side: add examples of the other, or check --label and --label-range.',
    },
  );
}
