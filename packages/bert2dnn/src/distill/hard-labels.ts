// The gold labels of a whole set, 4 bytes a row, without its texts.
import { type ExampleSet, readExamples } from '../data/index.js';

/** Labels [N] in 0..1 or class indices, NaN where a row has none; `undefined` for a set without a label column. */
export async function readHardLabels(set: ExampleSet): Promise<Float32Array | undefined> {
  if (set.label === undefined) return undefined;
  const labels = new Float32Array(set.numRows);
  // Which rows are bad may depend on the texts; without bad rows the label column is enough.
  const needed = set.badRows === undefined ? { ...set, fields: {}, group: undefined } : set;
  for await (const batch of readExamples(needed)) labels.set(batch.labels!, batch.start);
  return labels;
}
